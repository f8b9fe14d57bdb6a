"""Makes, checks and withdraws personal tokens. Only a SHA-256 is stored."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import PersonalToken, User
from accounts.scopes import Scope
from accounts.services.keys import digest_of
from core.errors import Invalid
from core.services import audit

PREFIX = "fov_"
_USE_WRITTEN_EVERY = timedelta(minutes=5)


class InvalidExpiry(Invalid):
    """A token has to end, later than now and before too long."""

    code = "invalid_expiry"


@transaction.atomic
def create_token(
    *, user: User, name: str, scopes: Iterable[Scope] = (), expires_at: datetime | None = None
) -> tuple[PersonalToken, str]:
    """Return the stored token and its key; the key can't be read again later.

    Every token may read; it ends after TOKEN_DAYS unless another end is given. Raises InvalidExpiry.
    """
    now = timezone.now()
    ends = expires_at or now + timedelta(days=settings.TOKEN_DAYS)
    if not now < ends <= now + timedelta(days=settings.TOKEN_MAX_DAYS, minutes=1):
        raise InvalidExpiry(
            f"A token ends within {settings.TOKEN_MAX_DAYS} days.",
            remedy="Choose an earlier end, after today.",
        )
    key = PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken.objects.create(
        user=user,
        name=name,
        prefix=key[:8],
        digest=digest_of(key),
        expires_at=ends,
        scopes=[scope.value for scope in Scope if scope in {Scope.READ, *scopes}],
    )
    told = {"name": name, "prefix": token.prefix, "scopes": token.scopes, "expires_at": ends}
    audit.record(actor=user, action="token.create", obj=token, after=told)
    return token, key


@transaction.atomic
def withdraw_token(*, token: PersonalToken, by: User) -> None:
    """Delete a token; scripts that use it are refused from now on."""
    before = {"name": token.name, "owner": token.user.get_username()}
    audit.record(actor=by, action="token.withdraw", obj=token, before=before)
    token.delete()


def token_of_key(key: str) -> PersonalToken | None:
    """The token of a key, ended or not, with its owner; None where there is none or its owner is closed."""
    tokens = PersonalToken.objects.select_related("user")
    return tokens.filter(digest=digest_of(key), user__is_active=True).first()


def note_use(token: PersonalToken) -> None:
    """Write down that a token was used, at most every few minutes."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _USE_WRITTEN_EVERY:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now)
