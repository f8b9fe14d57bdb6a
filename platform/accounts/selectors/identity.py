"""How a person who is signed in proves once more who they are."""

from enum import StrEnum

from allauth.socialaccount.models import SocialAccount

from accounts.models import User
from accounts.selectors.second_factor import has_second_factor


class ConfirmBy(StrEnum):
    """What is asked for before a signature, or a change of the second factor."""

    PASSWORD = "password"  # noqa: S105 - a kind, not a secret
    CODE = "code"
    PROVIDER = "provider"


def confirm_by(user: User) -> ConfirmBy:
    """The password where there is one, else a code of their app, else a fresh sign-in at the provider."""
    if user.has_usable_password():
        return ConfirmBy.PASSWORD
    return ConfirmBy.CODE if has_second_factor(user) else ConfirmBy.PROVIDER


def provider_subject(user: User) -> str | None:
    """Who the person is at the OpenID provider; None where they never signed in there."""
    account = SocialAccount.objects.filter(user=user).first()
    return account.uid if account else None
