"""Second factors: codes of an authenticator app, and recovery codes for the day it is lost.

Secrets, codes and their arithmetic are allauth's; here is who may change what, that a code counts once, and
what the audit log says.
"""

from dataclasses import dataclass

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction

from accounts.models import User
from accounts.selectors.second_factor import has_second_factor
from accounts.services.lockout import forget_failures, note_failure, refuse_guessing
from accounts.services.sessions import end_sessions
from accounts.states import Proof
from core.errors import Conflict, DomainError
from core.services import audit

_LAST_COUNTER = "last_counter"  # of the half minute whose code was last used, in Authenticator.data


class WrongCode(DomainError):
    """The code is not the app's at this time, was used before, or is no unused recovery code."""

    code = "wrong_code"
    status = 403


class NoSecondFactor(Conflict):
    """The person has none."""

    code = "no_second_factor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """What an authenticator app is told; `qr_svg` is a whole SVG document that draws `address`."""

    secret: str
    address: str
    qr_svg: str


def begin_enrolment(*, user: User) -> Enrolment:
    """Make a new secret; nothing counts before `enrol` has seen a code made with it."""
    if has_second_factor(user):
        raise Conflict("You have a second factor already.", remedy="Remove it first, then set up another.")
    adapter = get_adapter()
    secret = generate_totp_secret()
    address = adapter.build_totp_url(user, secret)
    return Enrolment(secret=secret, address=address, qr_svg=adapter.build_totp_svg(address))


@transaction.atomic
def enrol(*, user: User, secret: str, code: str) -> list[str]:
    """Turn the second factor on and end the person's sessions; gives the recovery codes.

    Raises WrongCode, or Conflict when it is on.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if has_second_factor(user):
        raise Conflict("You have a second factor already.", remedy="Reload the page.")
    counter = _counter_of(secret, code, after=0)
    if counter is None:
        raise _wrong("Check that the app shows Fovea's code and that the telephone's clock is right.")
    row = TOTP.activate(user, secret).instance
    row.data[_LAST_COUNTER] = counter
    row.save(update_fields=["data"])
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    end_sessions(user)
    audit.record(actor=user, action="user.second_factor_on", obj=user)
    return codes


def check_code(*, user: User, code: str, address: str) -> None:
    """Accept a code of the person's app, or a recovery code, each only once.

    Failures count as at sign-in, and for codes from all addresses together. Raises WrongCode,
    TooManyAttempts, NoSecondFactor, UnreadableSecret.
    """
    refuse_guessing(username=user.username, address=address, proof=Proof.CODE)
    if not (_use_app_code(user, code) or _use_recovery_code(user, code)):
        note_failure(username=user.username, address=address, proof=Proof.CODE)
        raise _wrong("Wait for the next code of the app. Each code works once. Or take a recovery code.")
    forget_failures(username=user.username, address=address, proof=Proof.CODE)


@transaction.atomic
def renew_recovery_codes(*, user: User) -> list[str]:
    """Make ten new recovery codes; those before work no more."""
    if not has_second_factor(user):
        raise NoSecondFactor("You have no second factor.", remedy="Set one up first.")
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    audit.record(actor=user, action="user.recovery_codes_new", obj=user)
    return codes


@transaction.atomic
def remove_second_factor(*, user: User) -> None:
    """Turn one's own second factor off, after a code was checked, and the password where there is one."""
    Authenticator.objects.filter(user=user).delete()
    audit.record(actor=user, action="user.second_factor_off", obj=user)


@transaction.atomic
def reset_second_factor(*, person: User, by: User | None, reason: str) -> None:
    """Turn off the second factor of who lost it, and end their sessions; `by` None is the command line.

    Raises NoSecondFactor, or Conflict for one's own: that takes a code, on the account page.
    """
    if by is not None and person.pk == by.pk:
        raise Conflict(
            "This is your own second factor.", remedy="Remove it on your account page, or ask a colleague."
        )
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if not removed:
        raise NoSecondFactor(f"{person.username} has no second factor.", remedy="Nothing needs to be done.")
    end_sessions(person)
    audit.record(actor=by, action="user.second_factor_reset", obj=person, reason=reason)


@transaction.atomic
def _use_app_code(user: User, code: str) -> bool:
    """Whether the code is the app's, of this half minute or one beside it, and later than any used before.

    allauth remembers used codes in the cache, which our processes do not share, and for one half minute only.
    """
    row = Authenticator.objects.select_for_update().filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        raise NoSecondFactor("You have no second factor.", remedy="Sign in with your password.")
    secret = get_adapter().decrypt(row.data["secret"])
    counter = _counter_of(secret, code, after=row.data.get(_LAST_COUNTER, 0))
    if counter is None:
        return False
    row.data[_LAST_COUNTER] = counter
    row.save(update_fields=["data"])
    row.record_usage()
    return True


@transaction.atomic
def _use_recovery_code(user: User, code: str) -> bool:
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None or not RecoveryCodes(row).validate_code(code):
        return False
    audit.record(actor=user, action="user.recovery_code_used", obj=user)
    return True


def _counter_of(secret: str, code: str, *, after: int) -> int | None:
    """The half minute, counted from 1970, whose code this is; None where it is none later than `after`."""
    for counter in yield_hotp_counters_from_time():
        expected = format_hotp_value(hotp_value(secret, counter))
        if counter > after and compare_user_code(actual=code, expected=expected):
            return int(counter)
    return None


def _wrong(remedy: str) -> WrongCode:
    return WrongCode("This code is not right.", remedy=remedy)
