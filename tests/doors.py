"""The two ways in: API clients of a person with a browser's session, or with a personal token."""

from rest_framework.test import APIClient

from accounts.models import User
from accounts.scopes import Scope
from accounts.services.tokens import create_token


def in_the_browser(person: User) -> APIClient:
    """Signed in, as the pages are."""
    client = APIClient()
    client.force_login(person)
    return client


def with_token(person: User, *scopes: Scope) -> APIClient:
    """A script with a token that may do these things besides reading."""
    client = APIClient()
    _, key = create_token(user=person, name="script", scopes=scopes)
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def by_a_token(person: User) -> APIClient:
    """A script with the largest token."""
    return with_token(person, *Scope)
