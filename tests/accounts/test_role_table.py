"""Crosses every role with every endpoint of the URL conf."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.urls import get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from tests.accounts.role_table import ANONYMOUS, EVERYBODY, TABLE

METHODS = ("get", "post", "put", "patch", "delete")
NOT_THE_APIS = {"index", "service-worker", "unknown-api"}


def endpoints(patterns: list[Any], route: str = "") -> Iterator[tuple[str, str, str]]:
    """Walk the URL conf: name, method and an address with ids that belong to nothing."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, route + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name not in NOT_THE_APIS:
            view: Any = getattr(pattern.callback, "view_class", None) or getattr(
                pattern.callback, "cls", None
            )
            assert view is not None, f"{pattern} is no class-based view of the API"
            assert pattern.name, f"{route}{pattern.pattern} has no name"
            address = "/" + route + filled(pattern.pattern)
            yield from ((pattern.name, method, address) for method in METHODS if hasattr(view, method))


def filled(pattern: Any) -> str:
    """Return a route with its ids replaced by ones of nothing."""
    assert isinstance(pattern, RoutePattern)
    route = str(pattern)
    for name, converter in pattern.converters.items():
        value = "nothing"
        if isinstance(converter, IntConverter):
            value = "999999999"
        elif isinstance(converter, UUIDConverter):
            value = str(UUID(int=0))
        for spelling in (f"<int:{name}>", f"<uuid:{name}>", f"<str:{name}>", f"<slug:{name}>", f"<{name}>"):
            route = route.replace(spelling, value)
    assert "<" not in route, f"don't know how to fill {route}"
    return route


ENDPOINTS = {(name, method): address for name, method, address in endpoints(get_resolver().url_patterns)}


def test_every_endpoint_has_a_row_and_every_row_an_endpoint() -> None:
    assert sorted(ENDPOINTS) == sorted(TABLE)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [ANONYMOUS, *Role.values])
@pytest.mark.parametrize("endpoint", sorted(set(TABLE) & set(ENDPOINTS)), ids="-".join)
def test_only_the_roles_of_its_row_may_use_an_endpoint(
    endpoint: tuple[str, str], role: str, make_user: Callable[..., User]
) -> None:
    client = APIClient(raise_request_exception=False)
    if role != ANONYMOUS:
        client.force_authenticate(make_user("somebody", Role(role)))

    response = getattr(client, endpoint[1])(ENDPOINTS[endpoint], {}, format="json")

    if role in TABLE[endpoint]:
        assert response.status_code not in {401, 403}
        assert response.status_code < 500
    else:
        code, status = ("not_signed_in", 401) if role == ANONYMOUS else ("not_permitted", 403)
        assert (response.status_code, response.json()["code"]) == (status, code)


@pytest.mark.django_db
@pytest.mark.parametrize("endpoint", sorted(set(TABLE) & set(ENDPOINTS)), ids="-".join)
def test_a_person_without_any_role_may_use_only_their_own_things(
    endpoint: tuple[str, str], make_user: Callable[..., User]
) -> None:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(make_user("nobody"))

    response = getattr(client, endpoint[1])(ENDPOINTS[endpoint], {}, format="json")

    own = {"jobs", "job", "cancel-job", "preferences", "tokens", "token", "token-rules", "recovery-codes"}
    own |= {"second-factor", "second-factor-enrolment", "second-factor-removal"}
    if TABLE[endpoint] != EVERYBODY and endpoint[0] not in own:
        assert response.status_code in {403, 404}
