"""Who may change a person's own account."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import PersonalToken
from core.errors import NotPermitted


class NotByToken(NotPermitted):
    """A person's own account is changed in the browser only: a token must not make itself a larger one."""

    code = "not_by_token"


class InTheBrowser(BasePermission):
    """Signed in with a session: what concerns a person's own account is not done by token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether somebody is signed in. Raises NotByToken (403) for a token."""
        if isinstance(request.auth, PersonalToken):
            raise NotByToken("A token can't do this.", remedy="Sign in with a browser.")
        return bool(request.user and request.user.is_authenticated)
