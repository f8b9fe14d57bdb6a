"""What a project looks for, and who works in it."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, LesionClass, Project, Region
from annotations.services.lesion_classes import set_lesion_class_enabled
from annotations.services.projects import create_project
from core.models import AuditEvent
from tests.annotations.conftest import run_command

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]
DISTRACTORS = {"DN": False, "AR": False, "LS": False, "NV": False, "PH": False}


def address(project: Project, code: str) -> str:
    return f"/api/lesion-classes/{LesionClass.objects.get(project=project, code=code).pk}/"


def test_an_administrator_switches_a_class_on_and_off(
    project: Project, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    on = client.patch(address(project, "MA"), {"enabled": True})
    again = client.patch(address(project, "MA"), {"enabled": True})
    off = client.patch(address(project, "EX"), {"enabled": False})

    assert (on.status_code, on.json()["code"], on.json()["enabled"]) == (200, "MA", True)
    assert (again.status_code, off.json()["enabled"]) == (200, False)
    enabled = LesionClass.objects.filter(project=project, enabled=True)
    assert set(enabled.values_list("code", flat=True)) == {"HE", "MA"}
    events = AuditEvent.objects.filter(action__startswith="lesion_class.").order_by("sequence")
    assert [(event.action, event.actor) for event in events] == [
        ("lesion_class.enable", administrator),
        ("lesion_class.disable", administrator),
    ]


def test_the_last_class_stays_on(project: Project, administrator: User, client_of: ClientOf) -> None:
    client = client_of(administrator)
    client.patch(address(project, "EX"), {"enabled": False})

    answer = client.patch(address(project, "HE"), {"enabled": False})

    assert (answer.status_code, answer.json()["code"], bool(answer.json()["remedy"])) == (
        409,
        "conflict",
        True,
    )
    assert LesionClass.objects.get(project=project, code="HE").enabled


@pytest.mark.parametrize("body", [{}, {"enabled": None}, {"enabled": "perhaps"}])
def test_a_class_is_switched_by_a_plain_yes_or_no(
    project: Project, administrator: User, client_of: ClientOf, body: dict[str, Any]
) -> None:
    answer = client_of(administrator).patch(address(project, "MA"), body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_command_switches_all_or_none(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    refused, error = run_command(capsys, "lesion_classes", "--enable", "MA", "--enable", "XX")
    status, report = run_command(capsys, "lesion_classes", "--enable", "ma", "--disable", "EX")

    assert (refused, error["problems"][0]["code"]) == (1, "not_found")
    assert (status, report["lesion_classes"]) == (
        0,
        {"HE": True, "EX": False, "SE": False, "MA": True, **DISTRACTORS},
    )


def test_what_was_drawn_in_a_class_stays_when_it_is_switched_off(
    project: Project, many_images: Callable[..., list[FundusImage]], write_via: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    rect = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}
    path = write_via([(many_images(1)[0].source_name, rect, {"Abnormality": "exudate"})])
    run_command(capsys, "import_via", str(path), "--accept")

    exudate = LesionClass.objects.get(project=project, code="EX")
    set_lesion_class_enabled(lesion_class=exudate, enabled=False, by=None)

    assert Region.objects.get().lesion_class == exudate
    assert run_command(capsys, "build_masks")[1]["masks"] == 2


def test_people_are_let_in_and_taken_out(
    images: list[FundusImage],
    project: Project,
    administrator: User,
    make_user: Callable[..., User],
    client_of: ClientOf,
) -> None:
    reviewer = make_user("rhea", Role.REVIEWER)
    client, members = client_of(administrator), f"/api/projects/{project.pk}/members/"
    picture = f"/api/images/{images[0].pk}/"
    assert client_of(reviewer).get(picture).status_code == 404

    let_in = client.post(members, {"users": [reviewer.pk]})
    assert (let_in.status_code, [one["username"] for one in let_in.json()]) == (201, ["rhea"])
    assert client.post(members, {"users": [reviewer.pk]}).status_code == 201
    assert [one["username"] for one in client.get(members).json()["results"]] == ["rhea"]
    assert client_of(reviewer).get(picture).status_code == 200

    assert client.delete(f"{members}{reviewer.pk}/").status_code == 204
    assert client.delete(f"{members}{reviewer.pk}/").status_code == 404
    assert client_of(reviewer).get(picture).status_code == 404
    actions = AuditEvent.objects.filter(object_type="annotations.project").order_by("sequence")
    assert list(actions.values_list("action", flat=True))[-2:] == [
        "project.add_members",
        "project.remove_member",
    ]


def test_an_unknown_or_inactive_person_is_not_let_in(
    project: Project, administrator: User, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    gone = make_user("gone", Role.REVIEWER)
    gone.is_active = False
    gone.save()
    client, members = client_of(administrator), f"/api/projects/{project.pk}/members/"

    for users in ([gone.pk], [999_999], []):
        assert client.post(members, {"users": users}).status_code in {400, 404}
    assert not project.memberships.exists()


def test_a_project_shows_its_members_to_administrators_alone(
    project: Project, people: dict[str, User], client_of: ClientOf
) -> None:
    other = create_project(name="Other", slug="other", by=None)

    for role, status in (("specialist", 403), ("reviewer", 403), ("administrator", 200)):
        assert client_of(people[role]).get(f"/api/projects/{other.pk}/members/").status_code == status


def test_projects_that_are_there_already_get_the_distractors(project: Project) -> None:
    LesionClass.objects.filter(project=project, is_distractor=True).exclude(code="AR").delete()
    kept = LesionClass.objects.get(project=project, code="AR")
    migration = import_module("annotations.migrations.0004_distractor_classes")

    migration.add_distractors(apps, None)

    assert LesionClass.objects.get(project=project, code="AR") == kept
    new_one = create_project(name="New", slug="new", by=None)
    looks = ("code", "name", "color", "pattern", "enabled", "is_distractor")
    assert set(project.lesion_classes.values_list(*looks)) == set(new_one.lesion_classes.values_list(*looks))
