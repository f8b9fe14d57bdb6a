"""Personal tokens for scripts: `Authorization: Token <key>`."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.services.tokens import user_of_token

KEYWORD = "Token"


class PersonalTokenAuthentication(BaseAuthentication):
    """Sign a request in by a personal token; requests without one go on to the session."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """Return the token's owner. Raises AuthenticationFailed for an unknown or expired token."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        user = user_of_token(words[1].decode("ascii", "replace")) if len(words) == 2 else None
        if user is None:
            raise AuthenticationFailed("This token is unknown, expired or withdrawn.")
        return user, None

    def authenticate_header(self, request: Request) -> str:
        """Make an anonymous request 401 instead of 403."""
        return KEYWORD
