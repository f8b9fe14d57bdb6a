"""The tables of accounts."""

from accounts.models.invitation import Invitation
from accounts.models.preferences import Preferences
from accounts.models.token import PersonalToken
from accounts.models.user import User

__all__ = ["Invitation", "PersonalToken", "Preferences", "User"]
