"""Who has a second factor, and who must have one."""

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings

from accounts.models import User


def totp_of(user: User) -> Authenticator | None:
    """The person's authenticator app, if they set one up."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()


def has_second_factor(user: User) -> bool:
    """Whether signing in takes a code."""
    return totp_of(user) is not None


def must_have_second_factor(user: User) -> bool:
    """Whether one of the person's roles is among REQUIRE_SECOND_FACTOR."""
    return not set(settings.REQUIRE_SECOND_FACTOR).isdisjoint(user.roles)


def recovery_codes_left(user: User) -> int:
    """How many of the person's recovery codes are unused."""
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(row).get_unused_codes()) if row else 0
