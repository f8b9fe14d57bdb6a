"""Makes sure that whoever sits there is who signed in: before a signature, before the account changes."""

from dataclasses import dataclass

from accounts.models import User
from accounts.selectors.identity import ConfirmBy, confirm_by
from accounts.services.lockout import forget_failures
from accounts.services.second_factor import check_code
from accounts.services.sign_in import check_credentials
from accounts.states import Proof
from core.errors import DomainError


class Unconfirmed(DomainError):
    """What this person proves themselves by was not given; `detail.confirm_by` says what it is."""

    code = "unconfirmed"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityProof:
    """What somebody gave to show who they are; `at_provider`: they signed in there anew a moment ago."""

    password: str = ""
    code: str = ""
    at_provider: bool = False


_ASKED = {
    ConfirmBy.PASSWORD: ("Your password is needed.", "Type your password."),
    ConfirmBy.CODE: ("A code of your authenticator app is needed.", "Type the code that the app shows."),
    ConfirmBy.PROVIDER: ("You have to sign in once more.", "Sign in again where you usually do, then go on."),
}


def confirm_identity(*, user: User, proof: IdentityProof, address: str) -> ConfirmBy:
    """Check the proof that this person has to give; gives what it was.

    Failures count as at sign-in. Raises Unconfirmed, WrongCredentials, WrongCode or TooManyAttempts.
    """
    by = confirm_by(user)
    if by == ConfirmBy.PASSWORD and proof.password:
        check_credentials(username=user.username, password=proof.password, address=address)
        forget_failures(username=user.username, address=address, proof=Proof.PASSWORD)
    elif by == ConfirmBy.CODE and proof.code:
        check_code(user=user, code=proof.code, address=address)
    elif not (by == ConfirmBy.PROVIDER and proof.at_provider):
        message, remedy = _ASKED[by]
        raise Unconfirmed(message, remedy=remedy, detail={"confirm_by": by.value})
    return by
