"""The person behind a request."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import User


def signed_in(request: Request) -> User:
    """Return the person who is signed in. Raises NotAuthenticated (401) when nobody is."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
