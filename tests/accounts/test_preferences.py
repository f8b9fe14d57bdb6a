"""View settings and keys are kept for each person, and only for that person."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User

PLACE = "/api/me/preferences/"
ClientOf = Callable[[User], APIClient]

pytestmark = pytest.mark.django_db


def change(client: APIClient, values: dict[str, object]) -> dict[str, object]:
    response = client.patch(PLACE, {"values": values}, format="json")
    assert response.status_code == 200, response.json()
    merged: dict[str, object] = response.json()["values"]
    return merged


def test_a_change_keeps_what_it_does_not_name_and_null_drops_a_value(
    client_of: ClientOf, specialist: User
) -> None:
    client = client_of(specialist)
    assert client.get(PLACE).json() == {"values": {}}

    change(client, {"picture": {"gamma": 1.2}, "keys": {"r": "rect"}})
    merged = change(client, {"picture": {"contrast": 2}, "keys": None})

    assert merged == {"picture": {"contrast": 2}}
    assert client.get(PLACE).json()["values"] == merged


def test_nobody_sees_or_changes_the_preferences_of_somebody_else(
    client_of: ClientOf, specialist: User, reviewer: User
) -> None:
    change(client_of(specialist), {"theme": "dark"})
    change(client_of(reviewer), {"theme": "light"})

    assert client_of(specialist).get(PLACE).json()["values"] == {"theme": "dark"}


def test_too_much_is_refused_with_the_limit_and_nothing_is_kept(
    client_of: ClientOf, specialist: User
) -> None:
    client = client_of(specialist)
    change(client, {"half": "x" * 9_000})

    response = client.patch(PLACE, {"values": {"other half": "x" * 9_000}}, format="json")

    assert (response.status_code, response.json()["code"]) == (400, "invalid_preferences")
    assert "16 kB" in response.json()["message"]
    assert list(client.get(PLACE).json()["values"]) == ["half"]


@pytest.mark.parametrize("body", [{}, {"values": [1]}, {"values": {"": 1}}, {"values": {"n" * 65: 1}}])
def test_what_is_no_object_of_named_values_is_refused(
    body: object, client_of: ClientOf, specialist: User
) -> None:
    assert client_of(specialist).patch(PLACE, body, format="json").status_code == 400
