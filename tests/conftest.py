"""Fixtures every test may use: people of each role, API clients, jobs run at once."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role

PASSWORD = "a long enough password"


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Make a person: `make_user("ada", Role.SPECIALIST)`; the password is `PASSWORD`."""

    def make(username: str, *roles: Role) -> User:
        return User.objects.create_user(username, password=PASSWORD, roles=[role.value for role in roles])

    return make


@pytest.fixture
def specialist(make_user: Callable[..., User]) -> User:
    return make_user("specialist", Role.SPECIALIST)


@pytest.fixture
def reviewer(make_user: Callable[..., User]) -> User:
    return make_user("reviewer", Role.REVIEWER)


@pytest.fixture
def administrator(make_user: Callable[..., User]) -> User:
    return make_user("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def other_administrator(make_user: Callable[..., User]) -> User:
    return make_user("administrator2", Role.ADMINISTRATOR)


@pytest.fixture
def client_of() -> Callable[[User | None], APIClient]:
    """Give an API client signed in as a person (None: anonymous): `client_of(specialist).get("/api/…")`."""

    def make(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return make
