"""Personal tokens for scripts: `Authorization: Token <key>`."""

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.models import PersonalToken, User
from accounts.scopes import Scope, actions_granted
from accounts.services.tokens import note_use, token_of_key
from core.errors import TokenScope

KEYWORD = "Token"


class PersonalTokenAuthentication(BaseAuthentication):
    """Sign a request in by a personal token; requests without one go on to the session."""

    def authenticate(self, request: Request) -> tuple[User, PersonalToken] | None:
        """Return the token's owner, with no more rights than its scopes grant, and the token.

        Raises AuthenticationFailed (401) for an unknown or ended token, TokenScope (403) where one that may
        only read would change something.
        """
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        token = token_of_key(words[1].decode("ascii", "replace")) if len(words) == 2 else None
        if token is None:
            raise AuthenticationFailed("This token is unknown or withdrawn.")
        if token.expires_at <= timezone.now():
            raise AuthenticationFailed(f"This token ended on {token.expires_at:%-d %B %Y}. Make a new one.")
        scopes = frozenset(Scope(name) for name in token.scopes if name in Scope.values)
        looking = request.method in SAFE_METHODS
        if not looking and not scopes - {Scope.READ}:
            raise TokenScope(
                "This token may only read.", remedy="Make one with a larger scope, on the account page."
            )
        note_use(token)
        token.user.granted = actions_granted(scopes, looking=looking)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """Make an anonymous request 401 instead of 403."""
        return KEYWORD
