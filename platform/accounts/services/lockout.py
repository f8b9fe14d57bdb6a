"""Stops guessing: django-axes counts the failures, this says which count together and notes the locks."""

import ipaddress
from datetime import datetime
from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.states import Proof
from core.errors import DomainError
from core.services import audit


class TooManyAttempts(DomainError):
    """Guessing: this name from this address, or this address alone, failed too often."""

    code = "too_many_attempts"
    status = 429


class FailureHandler(AxesDatabaseHandler):  # type: ignore[misc] # axes has no types
    """Locks a name at an address after AXES_FAILURE_LIMIT, an address after SIGN_IN_FAILURES_PER_ADDRESS."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        """Whether the name here, or the address with whatever names, failed too often."""
        return super().is_locked(request, credentials) or self.is_address_locked(request)

    def is_address_locked(self, request: HttpRequest) -> bool:
        """Whether the address failed too often, with whatever names: unlocking one person does not help."""
        failures = AccessAttempt.objects.filter(
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
            attempt_time__gte=get_cool_off_threshold(request),
        )
        total = failures.aggregate(total=Sum("failures_since_start"))["total"] or 0
        return bool(total >= settings.SIGN_IN_FAILURES_PER_ADDRESS)

    def user_login_failed(
        self, sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Count a failure; the one that locks is written into the audit log."""
        was_locked = self.is_locked(request, credentials)  # type: ignore[arg-type]
        super().user_login_failed(sender, credentials, request, **kwargs)
        if not was_locked and self.is_locked(request, credentials):  # type: ignore[arg-type]
            _note_lock(username=credentials["username"], request=request)

    def user_logged_in(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Count nothing: accounts.services.sign_in forgets failures once the second factor is right too."""

    def user_logged_out(self, sender: Any, request: HttpRequest, user: Any, **kwargs: Any) -> None:
        """Keep no list of sessions: the audit log has them."""


def counted_together(request: Any, credentials: dict[str, Any] | None) -> list[list[str]]:
    """Name and address together, so that nobody can lock another person out from elsewhere.

    Codes count from everywhere too: who tries them knows the password already, and a million codes are few
    for somebody with many addresses. axes calls this (AXES_LOCKOUT_PARAMETERS).
    """
    pair = ["username", "ip_address"]
    return [pair, ["username", "user_agent"]] if request.axes_user_agent == Proof.CODE else [pair]


def attempt_from(address: str, proof: Proof) -> HttpRequest:
    """Return what axes reads of a request: where it comes from, and what is tried."""
    attempt = HttpRequest()
    attempt.META = {"REMOTE_ADDR": _counted_address(address), "HTTP_USER_AGENT": proof.value}
    return attempt


def refuse_guessing(*, username: str, address: str, proof: Proof) -> None:
    """Raise TooManyAttempts where too many failed already."""
    attempt = attempt_from(address, proof)
    if not AxesProxyHandler.is_allowed(attempt, {"username": username}):
        raise too_many(attempt)


def note_failure(*, username: str, address: str, proof: Proof) -> None:
    """Count a failure that Django's `authenticate` knows nothing of. Raises TooManyAttempts when it locks."""
    attempt = attempt_from(address, proof)
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=attempt)
    if getattr(attempt, "axes_locked_out", False):
        raise too_many(attempt)


def too_many(attempt: HttpRequest) -> TooManyAttempts:
    """Make the answer of a closed door: an administrator opens it for a name, not for a whole address."""
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    wait = f"Wait {minutes} minutes, then try again"
    if FailureHandler().is_address_locked(attempt):
        return TooManyAttempts(
            "Too many attempts failed from where you are, with all names together.",
            remedy=f"{wait}, or sign in from another network.",
        )
    return TooManyAttempts(
        "Too many failed attempts.", remedy=f"{wait}. An administrator can let you in before."
    )


def forget_failures(*, username: str, address: str, proof: Proof | None = None) -> None:
    """Forget what failed for a person from this address, once they are in; or of one proof alone.

    A right password forgets no wrong codes: who guesses codes knows it, and could go on for ever.
    """
    failures = AccessAttempt.objects.filter(username=username, ip_address=_counted_address(address))
    (failures.filter(user_agent=proof.value) if proof else failures).delete()


@transaction.atomic
def unlock_person(*, person: User, by: User) -> int:
    """Let a person try again at once, from everywhere; gives how many counts were forgotten."""
    forgotten = int(AxesProxyHandler.reset_attempts(username=person.username))
    audit.record(actor=by, action="user.unlock", obj=person, after={"forgotten": forgotten})
    return forgotten


def forget_old_failures() -> int:
    """Delete what is kept of failures for longer than SIGN_IN_FAILURES_KEPT_DAYS; gives how many."""
    AccessAttempt.objects.filter(attempt_time__lt=_open_again_before()).delete()
    return int(AxesProxyHandler.reset_failure_logs(age_days=settings.SIGN_IN_FAILURES_KEPT_DAYS))


def _open_again_before() -> datetime:
    return timezone.now() - settings.AXES_COOLOFF_TIME


def _counted_address(address: str) -> str | None:
    """An IPv6 address counts by its network of 64 bits: everybody has that many. None: no address at all.

    An IPv4 address that a socket of IPv6 took is `::ffff:a.b.c.d`, and counts as itself.
    """
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        ip = ip.ipv4_mapped or ip
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, 64), strict=False).network_address)


def _note_lock(*, username: str, request: Any) -> None:
    """Write that a door closed. A name that nobody has is left out: it may be somebody's password."""
    person = User.objects.filter(username=username).first()
    after = {
        "address": request.axes_ip_address,
        "tried": request.axes_user_agent,
        "known_name": person is not None,
    }
    with transaction.atomic():
        audit.record(actor=None, action="sign_in.lock", obj=person, after=after)
