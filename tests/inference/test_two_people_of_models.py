"""Whoever trained a model or brought it in does not make it the champion, whichever door they try."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Project
from core.models import AuditEvent
from inference.models import ModelVersion, Promotion
from inference.services.model_registry import promote_model
from inference.states import ModelState
from tests.doors import by_a_token, in_the_browser
from tests.inference.tiny_models import write_classifier

AddModel = Callable[..., ModelVersion]
REASON = {"reason": "I like it."}


def command(*arguments: str) -> None:
    call_command(*arguments, stdout=StringIO(), stderr=StringIO())


@pytest.fixture
def trained(add_model: AddModel, administrator: User) -> ModelVersion:
    return add_model("classifier", trained_by=administrator)


@pytest.fixture
def brought_in(project: Project, administrator: User, tmp_path: Path) -> ModelVersion:
    model_id = write_classifier(tmp_path / "in")
    command("register_model", str(tmp_path / "in"), "--by", administrator.username)
    return ModelVersion.objects.get(pk=model_id)


@pytest.fixture
def replaced(
    trained: ModelVersion, add_model: AddModel, other_administrator: User
) -> tuple[ModelVersion, ModelVersion]:
    """Two champions, one after the other, both promoted by a second person; the first is the trainer's."""
    promote_model(model=trained, by=other_administrator, reason="The first.")
    newer = add_model("classifier", bias=1.0)
    promote_model(model=newer, by=other_administrator, reason="It misses less.")
    return trained, newer


@pytest.mark.parametrize("door", [in_the_browser, by_a_token])
@pytest.mark.parametrize("made", ["trained", "brought_in"])
def test_nobody_promotes_a_model_that_they_trained_or_brought_in(
    request: pytest.FixtureRequest, administrator: User, made: str, door: Callable[[User], APIClient]
) -> None:
    model = request.getfixturevalue(made)

    answer = door(administrator).post(f"/api/models/{model.pk}/promote/", REASON)

    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    assert not Promotion.objects.exists()


def test_nor_on_the_command_line(trained: ModelVersion, administrator: User) -> None:
    with pytest.raises(CommandError, match="somebody else must promote it"):
        command("promote", trained.pk, "--by", administrator.username, "--reason", "I like it.")

    trained.refresh_from_db()
    assert trained.state == ModelState.CANDIDATE


def test_bringing_in_a_model_again_makes_nobody_else_its_trainer(
    brought_in: ModelVersion, other_administrator: User, administrator: User, tmp_path: Path
) -> None:
    command("register_model", str(tmp_path / "in"), "--by", other_administrator.username)

    answer = in_the_browser(administrator).post(f"/api/models/{brought_in.pk}/promote/", REASON)

    assert answer.status_code == 403


@pytest.mark.parametrize("door", [in_the_browser, by_a_token])
def test_nobody_brings_back_their_own_model_against_anothers(
    replaced: tuple[ModelVersion, ModelVersion], administrator: User, door: Callable[[User], APIClient]
) -> None:
    _, newer = replaced

    answer = door(administrator).post(f"/api/models/{newer.pk}/roll-back/", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "second_person_needed")
    newer.refresh_from_db()
    assert newer.state == ModelState.CHAMPION


def test_somebody_else_brings_it_back(
    replaced: tuple[ModelVersion, ModelVersion], other_administrator: User
) -> None:
    older, newer = replaced

    answer = in_the_browser(other_administrator).post(f"/api/models/{newer.pk}/roll-back/", {})

    assert (answer.status_code, answer.json()["id"]) == (200, older.pk)
    assert not Promotion.objects.filter(one_person_site=True).exists()


def test_on_a_site_of_one_person_both_are_written_down(
    replaced: tuple[ModelVersion, ModelVersion], administrator: User, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    older, newer = replaced

    in_the_browser(administrator).post(f"/api/models/{newer.pk}/roll-back/", {})

    assert Promotion.objects.get(model=older, is_rollback=True).one_person_site
    after: Any = AuditEvent.objects.get(action="model.roll_back").after
    assert after["one_person_site"] is True


# What the card says of it


def site_of(model: ModelVersion, reader: User) -> dict[str, Any]:
    card: dict[str, Any] = in_the_browser(reader).get(f"/api/models/{model.pk}/").json()["card"]
    return dict(card["site"])


def test_the_card_of_a_site_with_several_people_says_nothing(
    trained: ModelVersion, administrator: User
) -> None:
    assert site_of(trained, administrator) == {"one_person_operation": False, "because": []}


def test_the_card_says_how_the_site_is_set(trained: ModelVersion, administrator: User, settings: Any) -> None:
    settings.ONE_PERSON_SITE = True
    promote_model(model=trained, by=administrator, reason="Nobody else works here.")

    site = site_of(trained, administrator)

    assert site["one_person_operation"] is True
    assert [text.partition(":")[0] for text in site["because"]] == [
        "This site is set to one-person operation",
        "It was made the champion by the person who trained it.",
    ]


def test_the_card_goes_on_saying_how_the_site_was_set(
    trained: ModelVersion, administrator: User, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    promote_model(model=trained, by=administrator, reason="Nobody else works here.")
    said = {"one_person_operation": True, "label_sets_judged_by_their_reader": 3}
    ModelVersion.objects.filter(pk=trained.pk).update(card={**trained.card, "provenance": {"site": said}})
    settings.ONE_PERSON_SITE = False

    assert site_of(trained, administrator)["because"] == [
        "It was trained while the site was set to one-person operation.",
        "3 label sets it learned from were accepted by whoever read the image.",
        "It was made the champion by the person who trained it.",
    ]
