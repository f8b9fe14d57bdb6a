"""The tables of accounts."""

from accounts.models.token import PersonalToken
from accounts.models.user import User

__all__ = ["PersonalToken", "User"]
