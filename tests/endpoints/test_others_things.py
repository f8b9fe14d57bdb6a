"""What belongs to another project or another person is not there, by every method of every address."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.services.projects import add_members, create_project
from tests.accounts.role_table import TABLE
from tests.accounts.test_role_table import ROUTES
from tests.endpoints.conftest import World

OF_A_PERSON = ("tokens", "exports")


def asked_for(world: World, client: Any, kinds: Callable[[str], bool]) -> tuple[int, list[Any]]:
    """Ask for every real thing of these kinds by every endpoint; gives how often, and what was no 404."""
    asked, wrong = 0, []
    for name, method in sorted(TABLE):
        kind = ROUTES[name].removeprefix("api/").partition("/")[0]
        if "<" not in ROUTES[name].partition(kind)[2][:7] or kind not in world.ids or not kinds(kind):
            continue
        for pk in world.ids[kind]:
            with transaction.atomic():
                answer = getattr(client, method)(world.filled(ROUTES[name], pk), {}, format="json")
                transaction.set_rollback(True)
            asked += 1
            may = {404} if client.allowed(name, method) else {403}
            if answer.status_code not in may:
                wrong.append((name, method, pk, answer.status_code))
    return asked, wrong


def client_with(person: User, *roles: Role) -> Any:
    client: Any = APIClient(raise_request_exception=False)
    client.force_authenticate(person)
    client.allowed = lambda name, method: bool(TABLE[name, method] & {role.value for role in roles})
    return client


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.REVIEWER])
def test_things_of_another_project_are_not_there(
    world: World, role: Role, make_user: Callable[..., User]
) -> None:
    outsider = make_user("outsider", role)
    add_members(
        project=create_project(name="Elsewhere", slug="elsewhere", by=None), users=[outsider], by=None
    )

    asked, wrong = asked_for(world, client_with(outsider, role), lambda kind: kind != "people")

    assert asked > 100
    assert wrong == []


@pytest.mark.django_db
def test_things_of_another_person_are_not_there(world: World, make_user: Callable[..., User]) -> None:
    other = make_user("other administrator", Role.ADMINISTRATOR)

    asked, wrong = asked_for(world, client_with(other, Role.ADMINISTRATOR), lambda kind: kind in OF_A_PERSON)

    assert asked >= 3
    assert wrong == []
