"""Signs people in."""

from django.contrib.auth import authenticate
from django.db import transaction

from accounts.models import User
from accounts.services.lockout import attempt_from, forget_failures, too_many
from accounts.states import Proof
from core.errors import DomainError
from core.services import audit


class WrongCredentials(DomainError):
    """Name and password do not belong together, or the account is switched off."""

    code = "wrong_credentials"
    status = 403


def check_credentials(*, username: str, password: str, address: str) -> User:
    """Return the person; every failure counts, and too many of them close the door for a while.

    Raises WrongCredentials or TooManyAttempts.
    """
    attempt = attempt_from(address, Proof.PASSWORD)
    user = authenticate(attempt, username=username[:150], password=password)
    if getattr(attempt, "axes_locked_out", False):
        raise too_many(attempt)
    if not isinstance(user, User):
        raise WrongCredentials(
            "This name and password do not belong together.",
            remedy="Check both. An administrator can set a new password.",
        )
    return user


@transaction.atomic
def note_sign_in(*, user: User, address: str, by: str) -> None:
    """Record that a person is in, by what means, and forget their failures from this address."""
    forget_failures(username=user.username, address=address)
    audit.record(actor=user, action="session.start", obj=user, after={"by": by})


@transaction.atomic
def note_sign_out(*, user: User) -> None:
    """Record that a person signed out."""
    audit.record(actor=user, action="session.end", obj=user)
