"""Crosses every role, and tokens, closed accounts and methods, with every endpoint of the URL conf.

tests/endpoints crosses them with other people's objects.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import get_resolver
from django.urls.converters import IntConverter, UUIDConverter
from django.urls.resolvers import RoutePattern, URLPattern, URLResolver
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from accounts.scopes import Scope
from accounts.services.tokens import create_token
from tests.accounts.role_table import ANONYMOUS, EVERYBODY, NOT_BY_TOKEN, TABLE

METHODS = ("get", "post", "put", "patch", "delete")
NOT_THE_APIS = {"index", "service-worker", "unknown-api"}
SCHEMA = Path(__file__).resolve().parents[2] / "frontend" / "openapi.json"
OWN = {"jobs", "job", "cancel-job", "preferences", "tokens", "token", "token-rules", "recovery-codes"} | {
    "second-factor",
    "second-factor-enrolment",
    "second-factor-removal",
}
Endpoint = tuple[str, str]


def endpoints(patterns: list[Any], route: str = "") -> Iterator[tuple[str, str, Any, Any]]:
    """Walk the URL conf: name, whole route, its last pattern and the view."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from endpoints(pattern.url_patterns, route + str(pattern.pattern))
        elif isinstance(pattern, URLPattern) and pattern.name not in NOT_THE_APIS:
            view: Any = getattr(pattern.callback, "view_class", None) or getattr(
                pattern.callback, "cls", None
            )
            assert view is not None, f"{pattern} is no class-based view of the API"
            assert pattern.name, f"{route}{pattern.pattern} has no name"
            yield pattern.name, route + str(pattern.pattern), pattern.pattern, view


def filled(route: str, pattern: Any) -> str:
    """Return a route with its ids replaced by ones of nothing."""
    assert isinstance(pattern, RoutePattern)
    for name, converter in pattern.converters.items():
        value = "nothing"
        if isinstance(converter, IntConverter):
            value = "999999999"
        elif isinstance(converter, UUIDConverter):
            value = str(UUID(int=0))
        for spelling in (f"<int:{name}>", f"<uuid:{name}>", f"<str:{name}>", f"<slug:{name}>", f"<{name}>"):
            route = route.replace(spelling, value)
    assert "<" not in route, f"don't know how to fill {route}"
    return f"/{route}"


_ALL = list(endpoints(get_resolver().url_patterns))
ROUTES = {name: route for name, route, _, _ in _ALL}
ADDRESSES = {name: filled(route, pattern) for name, route, pattern, _ in _ALL}
ENDPOINTS = {(name, method) for name, _, _, view in _ALL for method in METHODS if hasattr(view, method)}


def ask(client: APIClient, endpoint: Endpoint) -> Any:
    """Ask about a thing that is not there, and forget what that changed."""
    with transaction.atomic():
        answer = getattr(client, endpoint[1])(ADDRESSES[endpoint[0]], {}, format="json")
        transaction.set_rollback(True)
    return answer


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "") if answer.status_code >= 400 else ""


def client_for(user: User | None) -> APIClient:
    client = APIClient(raise_request_exception=False)
    if user is not None:
        client.force_authenticate(user)
    return client


def test_every_endpoint_has_a_row_and_every_row_an_endpoint() -> None:
    assert sorted(ENDPOINTS) == sorted(TABLE)


def test_every_operation_of_the_schema_has_a_row_and_every_row_an_operation() -> None:
    told = json.loads(SCHEMA.read_text())["paths"]
    operations = {(path, method) for path, methods in told.items() for method in methods if method in METHODS}
    rows = {(_as_the_schema_says(ROUTES[name]), method) for name, method in TABLE}

    assert operations == rows


def _as_the_schema_says(route: str) -> str:
    for kind in ("int", "str", "uuid", "slug"):
        route = route.replace(f"<{kind}:", "<")
    return "/" + route.replace("<pk>", "{id}").replace("<", "{").replace(">", "}")


@pytest.mark.django_db
@pytest.mark.parametrize("role", [ANONYMOUS, *Role.values])
def test_only_the_roles_of_its_row_may_use_an_endpoint(role: str, make_user: Callable[..., User]) -> None:
    client = client_for(None if role == ANONYMOUS else make_user("somebody", Role(role)))
    wrong = []
    for endpoint, allowed in TABLE.items():
        answer = refusal(ask(client, endpoint))
        if role in allowed:
            right = answer[0] not in {401, 403} and answer[0] < 500
        else:
            right = answer == ((401, "not_signed_in") if role == ANONYMOUS else (403, "not_permitted"))
        if not right:
            wrong.append((endpoint, answer))

    assert wrong == []


@pytest.mark.django_db
def test_a_person_without_any_role_may_use_only_their_own_things(make_user: Callable[..., User]) -> None:
    client = client_for(make_user("nobody"))
    others = [one for one, allowed in TABLE.items() if allowed != EVERYBODY and one[0] not in OWN]

    assert [
        (one, answer) for one in others if (answer := ask(client, one).status_code) not in {403, 404}
    ] == []


@pytest.mark.django_db
def test_a_closed_account_may_use_nothing(make_user: Callable[..., User]) -> None:
    somebody = make_user("somebody", *Role)
    client = APIClient(raise_request_exception=False)
    client.force_login(somebody)
    User.objects.update(is_active=False)

    assert [
        (one, answer)
        for one, allowed in TABLE.items()
        if allowed != EVERYBODY and (answer := refusal(ask(client, one))) != (401, "not_signed_in")
    ] == []


@pytest.mark.django_db
def test_a_token_that_may_only_read_changes_nothing_anywhere(make_user: Callable[..., User]) -> None:
    client = APIClient(raise_request_exception=False)
    key = create_token(user=make_user("somebody", *Role), name="script", scopes=[Scope.READ])[1]
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    assert [
        (one, answer)
        for one, allowed in TABLE.items()
        if one[1] != "get"
        and allowed != EVERYBODY
        and (answer := refusal(ask(client, one))) not in {(403, "token_scope"), (403, "not_by_token")}
    ] == []


@pytest.mark.django_db
def test_a_method_that_an_address_does_not_have_is_refused(make_user: Callable[..., User]) -> None:
    client = client_for(make_user("somebody", *Role))
    missing = [(name, method) for name in ROUTES for method in METHODS if (name, method) not in ENDPOINTS]

    assert len(missing) > len(ROUTES)
    assert [(one, answer) for one in missing if (answer := ask(client, one).status_code) != 405] == []


@pytest.mark.django_db
def test_the_largest_token_of_somebody_with_every_role_changes_no_account_and_signs_nothing(
    make_user: Callable[..., User],
) -> None:
    client = APIClient(raise_request_exception=False)
    _, key = create_token(user=make_user("somebody", *Role), name="script", scopes=list(Scope))
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    refused = {one for one in ENDPOINTS if refusal(ask(client, one)) == (403, "not_by_token")}

    assert refused == NOT_BY_TOKEN
