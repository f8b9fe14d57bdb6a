"""Assigning: shares are even and the same every time, some images are read twice, some come back hidden."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Assignment, FundusImage, LesionClass, Project
from annotations.services.assignments import (
    NotAReader,
    TooFewReaders,
    assign_images,
    remove_assignment,
    share_out,
)
from annotations.services.label_sets import open_reading
from annotations.services.projects import set_reading_rules
from annotations.states import Priority
from core.models import AuditEvent
from imaging.overlay import Style, color_masks

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def images(many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(60)


@pytest.fixture
def readers(make_user: Callable[..., User]) -> list[User]:
    return [make_user(name, Role.SPECIALIST) for name in ("ada", "ben", "cleo")]


def rules(project: Project, **values: int) -> None:
    set_reading_rules(project=project, by=None, **values)


def firsts() -> list[tuple[int, int]]:
    return list(Assignment.objects.filter(reading_no=1).values_list("image_id", "user_id"))


def test_images_are_spread_evenly_over_people(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    share_out(images=images, users=readers, by=None, priority=Priority.URGENT)

    assert sorted(Counter(user for _, user in firsts()).values()) == [20, 20, 20]
    assert len({image for image, _ in firsts()}) == len(firsts()) == 60
    assert set(Assignment.objects.values_list("priority", flat=True)) == {Priority.URGENT}


def test_worklists_keep_the_order_of_the_images(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    share_out(images=images, users=readers, by=None)

    for reader in readers:
        mine = Assignment.objects.filter(user=reader, reading_no=1).order_by("pk")
        read = list(mine.values_list("image_id", flat=True))
        assert read == [image.pk for image in images if image.pk in read]


def test_each_image_gets_its_readers_and_a_share_one_more(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    rules(project, readers_per_image=1, double_read_percent=20)

    share_out(images=images, users=readers, by=None)

    by_image = Counter(image for image, _ in firsts())
    assert Counter(by_image.values()) == {1: 48, 2: 12}
    assert sorted(Counter(user for _, user in firsts()).values()) == [24, 24, 24]


def test_a_share_read_twice_is_counted_over_the_project_however_images_come(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    rules(project, double_read_percent=20)

    for start in range(0, 40, 2):
        share_out(images=images[start : start + 2], users=readers, by=None)

    assert Counter(Counter(image for image, _ in firsts()).values()) == {1: 32, 2: 8}


def test_a_second_call_adds_nothing_and_the_same_call_elsewhere_gives_the_same(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    rules(project, double_read_percent=30)
    share_out(images=images, users=readers, by=None)
    once = set(Assignment.objects.values_list("image_id", "user_id", "reading_no"))

    share_out(images=images, users=readers, by=None)
    assert set(Assignment.objects.values_list("image_id", "user_id", "reading_no")) == once

    Assignment.objects.all().delete()
    share_out(images=images[::-1], users=readers, by=None)
    assert set(Assignment.objects.values_list("image_id", "user_id", "reading_no")) == once


def test_readers_an_image_has_already_count(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    assign_images(images=images[:30], users=readers[:1], by=None)

    share_out(images=images, users=readers, by=None)

    assert len(firsts()) == 60
    assert sorted(Counter(user for _, user in firsts()).values()) == [15, 15, 30]


def test_more_readers_than_were_chosen_is_refused(
    project: Project, images: list[FundusImage], readers: list[User], administrator: User
) -> None:
    rules(project, readers_per_image=2, double_read_percent=10)

    with pytest.raises(TooFewReaders):
        share_out(images=images, users=readers[:2], by=None)
    with pytest.raises(NotAReader):
        share_out(images=images, users=[administrator], by=None)

    assert not Assignment.objects.exists()


def test_one_in_twenty_images_of_a_person_comes_back_after_all_others(
    project: Project, images: list[FundusImage], readers: list[User]
) -> None:
    assign_images(images=images, users=readers[:1], by=None)
    assign_images(images=images[:19], users=readers[1:2], by=None)

    repeats = Assignment.objects.filter(reading_no=2)
    assert Counter(repeats.values_list("user__username", flat=True)) == {"ada": 3}
    assert min(repeats.values_list("pk", flat=True)) > max(
        Assignment.objects.filter(user=readers[0], reading_no=1).values_list("pk", flat=True)
    )

    assign_images(images=images[19:20], users=readers[1:2], by=None)
    assert repeats.filter(user=readers[1]).count() == 1


def test_taking_an_image_off_a_list_takes_its_repeat_along(
    project: Project, images: list[FundusImage], readers: list[User], administrator: User
) -> None:
    rules(project, repeat_percent=100)
    assign_images(images=images[:1], users=readers[:1], by=None)
    assert Assignment.objects.count() == 2

    remove_assignment(assignment=Assignment.objects.get(reading_no=1), by=administrator)

    assert not Assignment.objects.exists()


def test_an_administrator_tells_repeats_apart_and_takes_back_what_nobody_has_begun(
    project: Project, images: list[FundusImage], readers: list[User], administrator: User, client_of: ClientOf
) -> None:
    rules(project, repeat_percent=100)
    assign_images(images=images[:2], users=readers[:2], by=None)
    open_reading(image=images[0], reader=readers[0])
    client, reader = client_of(administrator), client_of(readers[0])
    waiting = f"/api/assignments/?project={project.pk}&reader={readers[0].pk}&waiting=1"

    def listed() -> list[tuple[int, int]]:
        return sorted((row["image"], row["reading_no"]) for row in client.get(waiting).json()["results"])

    assert listed() == [(images[0].pk, 2), (images[1].pk, 1), (images[1].pk, 2)]
    assert {row["reading_no"] for row in reader.get("/api/assignments/").json()["results"]} == {None}
    (repeat,) = (
        row["id"] for row in client.get(f"{waiting}&search={images[0].exam.patient.code}").json()["results"]
    )
    assert reader.delete(f"/api/assignments/{repeat}/").status_code == 403
    assert client.delete(f"/api/assignments/{repeat}/").status_code == 204
    assert listed() == [(images[1].pk, 1), (images[1].pk, 2)]


def test_sharing_out_is_one_audit_event(
    project: Project, images: list[FundusImage], readers: list[User], administrator: User
) -> None:
    share_out(images=images, users=readers, by=administrator)
    share_out(images=images, users=readers, by=administrator)

    event = AuditEvent.objects.get(action="images.share_out")
    assert event.after is not None
    assert (event.actor, event.after["readings"], event.after["repeats"]) == (administrator, 60, 3)


def test_an_administrator_shares_a_project_out_over_the_api(
    project: Project,
    images: list[FundusImage],
    readers: list[User],
    administrator: User,
    client_of: ClientOf,
) -> None:
    client, project_address = client_of(administrator), f"/api/projects/{project.pk}/"
    changed = client.patch(project_address, {"double_read_percent": 10})
    body = {"users": [one.pk for one in readers], "project": project.pk, "share_out": True, "priority": 1}
    answer = client.post("/api/assignments/", body, format="json")

    assert (changed.status_code, changed.json()["double_read_percent"]) == (200, 10)
    assert (answer.status_code, answer.json()) == (201, {"readings": 66, "new": 66, "images": 60})
    again = client.post("/api/assignments/", body, format="json")
    assert again.json() == {"readings": 66, "new": 0, "images": 60}
    assert client.get("/api/assignments/").json()["results"][0]["priority"] == 1
    event = AuditEvent.objects.get(action="project.set_reading_rules")
    assert (event.before, event.after) == ({"double_read_percent": 0}, {"double_read_percent": 10})


@pytest.mark.parametrize(
    "body", [{"readers_per_image": 0}, {"repeat_percent": 101}, {"double_read_percent": "many"}]
)
def test_nonsense_for_a_projects_rules_is_refused(
    project: Project, administrator: User, client_of: ClientOf, body: dict[str, Any]
) -> None:
    answer = client_of(administrator).patch(f"/api/projects/{project.pk}/", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_classes_differ_by_pattern_alone_and_distractors_start_switched_off(project: Project) -> None:
    import numpy as np

    mask = np.ones((60, 60), np.bool_)
    looks = set()
    for one in LesionClass.objects.filter(project=project):
        style = Style((0, 0, 0), one.pattern)  # type: ignore[arg-type]
        looks.add(color_masks({"X": mask}, height=60, width=60, styles={"X": style}).tobytes())

    distractors = LesionClass.objects.filter(project=project, is_distractor=True)
    assert len(looks) == LesionClass.objects.filter(project=project).count() == 9
    assert LesionClass.objects.filter(project=project).values("color").distinct().count() == 9
    assert set(distractors.values_list("code", "enabled")) == {
        (code, False) for code in ("DN", "AR", "LS", "NV", "PH")
    }
