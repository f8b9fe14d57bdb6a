"""Signs people in, and slows down guessing."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.utils import timezone

from accounts.models import SignInAttempt, User
from core.errors import DomainError
from core.services import audit


class WrongCredentials(DomainError):
    """Name and password do not belong together, or the account is switched off."""

    code = "wrong_credentials"
    status = 403


class TooManyAttempts(DomainError):
    """Guessing: this name from this address, or this address alone, failed too often."""

    code = "too_many_attempts"
    status = 429


def check_credentials(*, username: str, password: str, address: str) -> User:
    """Return the person; every failure is noted, and too many of them close the door for a while.

    Raises WrongCredentials or TooManyAttempts. The count is in the database, so that all web processes share
    it, and by name and address together, so that nobody can lock another person out from elsewhere.
    """
    _refuse_guessing(username=username, address=address)
    user = authenticate(username=username, password=password)
    if not isinstance(user, User):
        SignInAttempt.objects.create(username=username[:150], address=address, succeeded=False)
        raise WrongCredentials(
            "This name and password do not belong together.",
            remedy="Check both. An administrator can set a new password.",
        )
    return user


@transaction.atomic
def note_sign_in(*, user: User, address: str) -> None:
    """Record that a person signed in, and forget their failures from this address."""
    SignInAttempt.objects.filter(username=user.username, address=address, succeeded=False).delete()
    SignInAttempt.objects.create(username=user.username, address=address, succeeded=True)
    audit.record(actor=user, action="session.start", obj=user)


@transaction.atomic
def note_sign_out(*, user: User) -> None:
    """Record that a person signed out."""
    audit.record(actor=user, action="session.end", obj=user)


def forget_old_attempts(*, now: datetime | None = None) -> int:
    """Delete attempts older than SIGN_IN_ATTEMPTS_KEPT; gives how many."""
    before = (now or timezone.now()) - settings.SIGN_IN_ATTEMPTS_KEPT
    return SignInAttempt.objects.filter(at__lt=before).delete()[0]


def _refuse_guessing(*, username: str, address: str) -> None:
    since = timezone.now() - settings.SIGN_IN_WINDOW
    failures = SignInAttempt.objects.filter(address=address, at__gt=since, succeeded=False)
    if (
        failures.filter(username=username[:150]).count() >= settings.SIGN_IN_FAILURES_PER_PERSON
        or failures.count() >= settings.SIGN_IN_FAILURES_PER_ADDRESS
    ):
        minutes = int(settings.SIGN_IN_WINDOW.total_seconds() // 60)
        raise TooManyAttempts(
            "Too many failed attempts to sign in.", remedy=f"Wait {minutes} minutes, then try again."
        )
