"""Every address that shows something of a patient notes that its person looked."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from core.models import Viewing
from review.middleware import PATIENT_OF
from tests.accounts.role_table import TABLE
from tests.accounts.test_role_table import ROUTES
from tests.endpoints.conftest import World

SHOWS_A_PATIENT = sorted(
    name
    for name, method in TABLE
    if method == "get" and ROUTES[name].removeprefix("api/").partition("/<")[0] in PATIENT_OF
)


def test_looking_at_a_patient_is_noted_by_every_address_that_answers(
    world: World, client_of: Callable[[User], APIClient]
) -> None:
    client: Any = client_of(world.person)
    answered = set()
    for name in SHOWS_A_PATIENT:
        kind = ROUTES[name].removeprefix("api/").partition("/")[0]
        for pk in world.ids[kind][:1]:
            Viewing.objects.all().delete()
            client.handler._middleware_chain = None  # a new process: it remembers nothing
            answer = client.get(world.filled(ROUTES[name], pk))
            if answer.status_code == 200:
                assert Viewing.objects.filter(person=world.person).count() == 1, f"{name} {pk}"
                answered.add(name)

    assert {"patient", "image", "image-picture", "label-set", "review", "prediction"} <= answered


@pytest.mark.parametrize("refused", ["nobody", "somebody who may not"])
def test_what_is_refused_is_no_look(world: World, refused: str, make_user: Callable[..., User]) -> None:
    client = APIClient()
    if refused != "nobody":
        client.force_login(make_user("stranger"))
    client.get(f"/api/patients/{world.ids['patients'][0]}/")

    assert not Viewing.objects.exists()


def test_small_pictures_of_lists_are_no_look(world: World, client_of: Callable[[User], APIClient]) -> None:
    client_of(world.person).get(f"/api/images/{world.ids['images'][0]}/picture/thumbnail/")

    assert not Viewing.objects.exists()
