"""Makes, checks and withdraws personal tokens. Only a SHA-256 is stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import PersonalToken, User
from core.services import audit

PREFIX = "fov_"
_USE_WRITTEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def create_token(*, user: User, name: str, expires_at: datetime | None = None) -> tuple[PersonalToken, str]:
    """Return the stored token and its key; the key can't be read again later."""
    key = PREFIX + secrets.token_urlsafe(32)
    token = PersonalToken.objects.create(
        user=user, name=name, prefix=key[:8], digest=_digest(key), expires_at=expires_at
    )
    audit.record(actor=user, action="token.create", obj=token, after={"name": name, "prefix": token.prefix})
    return token, key


@transaction.atomic
def withdraw_token(*, token: PersonalToken, by: User) -> None:
    """Delete a token; scripts that use it are refused from now on."""
    audit.record(actor=by, action="token.withdraw", obj=token, before={"name": token.name})
    token.delete()


def user_of_token(key: str) -> User | None:
    """Return the active owner of a valid key, and note that it was used."""
    now = timezone.now()
    valid = PersonalToken.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now))
    token = valid.select_related("user").filter(digest=_digest(key), user__is_active=True).first()
    if token is None:
        return None
    if token.last_used_at is None or now - token.last_used_at > _USE_WRITTEN_EVERY:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
