"""Opens the browser's session: at once, or when the code of the second factor is there too."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.models import User
from accounts.selectors.second_factor import has_second_factor
from accounts.services.identity import IdentityProof
from accounts.services.sign_in import note_sign_in
from accounts.session_keys import AWAITING_CODE, CONFIRMED_AT_PROVIDER, SECOND_FACTOR, STARTED

_BACKEND = "django.contrib.auth.backends.ModelBackend"


class _Address(BaseThrottle):
    """DRF's way of finding the client's address behind NUM_PROXIES proxies; throttles nothing itself."""

    def of(self, request: Request) -> str:
        """Return the address, at most 64 characters."""
        return str(self.get_ident(request))[:64]


def address_of(request: Request) -> str:
    """Where a request comes from; guessing of passwords is counted by it."""
    return _Address().of(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Somebody whose password (or provider) was right, and whose code is still missing."""

    user: User
    by: str


def come_in(request: Request, user: User, *, by: str) -> bool:
    """Open the session of a person, or ask for their code first; gives whether it is open."""
    if has_second_factor(user):
        request.session.cycle_key()
        request.session[AWAITING_CODE] = {"user": user.pk, "by": by, "at": int(time.time())}
        return False
    open_session(request, user, by=by, second_factor=False)
    return True


def awaited(request: Request) -> Awaited | None:
    """Who has to give a code now; nobody once SECOND_FACTOR_WITHIN has passed."""
    waiting = request.session.get(AWAITING_CODE)
    if not waiting or time.time() - waiting["at"] > settings.SECOND_FACTOR_WITHIN.total_seconds():
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    return Awaited(user=user, by=waiting["by"]) if user else None


def open_session(request: Request, user: User, *, by: str, second_factor: bool) -> None:
    """Sign the person in; the session gets a new key."""
    request.session.pop(AWAITING_CODE, None)
    login(request._request, user, backend=_BACKEND)
    request.session[STARTED] = int(time.time())
    request.session[SECOND_FACTOR] = second_factor
    request.session.pop(CONFIRMED_AT_PROVIDER, None)
    note_sign_in(user=user, address=address_of(request), by=f"{by} and code" if second_factor else by)
    request.user = user


def proof_in(request: Request, given: dict[str, str]) -> IdentityProof:
    """Take the proof of identity out of a request's fields and the session."""
    at_provider = confirmed_at_provider(request)
    return IdentityProof(
        password=given.get("password", ""), code=given.get("code", ""), at_provider=at_provider
    )


def confirmed_at_provider(request: Request) -> bool:
    """Whether this very person signed in at the provider anew, less than CONFIRMED_FOR ago."""
    confirmed = request.session.get(CONFIRMED_AT_PROVIDER)
    if not confirmed or not isinstance(request.user, User) or confirmed["user"] != request.user.pk:
        return False
    return bool(time.time() - confirmed["at"] <= settings.CONFIRMED_FOR.total_seconds())


def note_confirmed(request: Request, user: User) -> None:
    """Keep that a person signed in at the provider anew."""
    request.session[CONFIRMED_AT_PROVIDER] = {"user": user.pk, "at": time.time()}


def use_up_proof(request: Request) -> None:
    """A fresh sign-in at the provider stands for one act only."""
    request.session.pop(CONFIRMED_AT_PROVIDER, None)
