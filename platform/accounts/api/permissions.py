"""Who may change accounts: people in their browser."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import PersonalToken
from core.actions import Action
from core.errors import NotPermitted
from core.permissions import requires


class NotByToken(NotPermitted):
    """Accounts are changed in the browser only: a token must not make itself, or its owner, a larger one."""

    code = "not_by_token"


class InTheBrowser(BasePermission):
    """Signed in with a session: what changes an account, and a signature, is not done by token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether somebody is signed in. Raises NotByToken (403) for a token."""
        if isinstance(request.auth, PersonalToken):
            raise NotByToken("A token can't do this.", remedy="Sign in with a browser.")
        return bool(request.user and request.user.is_authenticated)


CHANGES_PEOPLE: list[type[BasePermission]] = [requires(Action.MANAGE_PEOPLE), InTheBrowser]
