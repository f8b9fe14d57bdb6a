"""How far a project and its readers are, and how a long worklist is told quickly."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project
from annotations.services.assignments import assign_images
from tests.annotations.readings import read
from tests.annotations.test_worklist import rows

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def images(many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(4, width=200, height=160)


@pytest.fixture
def reader(project: Project, specialist: User) -> User:
    return specialist


def test_progress_counts_readings_and_time(
    images: list[FundusImage], people: dict[str, User], project: Project, client_of: ClientOf
) -> None:
    reader = people["specialist"]
    assign_images(images=images, users=[reader], by=None)
    read(images[0], reader, seconds=90)
    read(images[1], reader, seconds=150)
    read(images[2], reader, submit=False, seconds=30)
    client = client_of(people["reviewer"])

    answer = client.get(f"/api/projects/{project.pk}/readers/").json()
    whole = client.get(f"/api/projects/{project.pk}/progress/").json()

    (row,) = answer["results"]
    assert (row["reader"]["username"], row["progress"]["assigned"]) == ("specialist", 4)
    assert row["progress"]["counts"] == {
        "to_do": 1,
        "draft": 1,
        "returned": 0,
        "submitted": 2,
        "accepted": 0,
    }
    assert (row["progress"]["seconds_spent"], row["progress"]["images_per_hour"]) == (270, 30)
    assert (whole["images"], whole["images_assigned"], whole["images_read"]) == (4, 4, 2)
    assert whole["readings"] == row["progress"]


def test_a_long_worklist_takes_few_queries(
    many_images: Callable[..., list[FundusImage]],
    reader: User,
    client_of: ClientOf,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    assign_images(images=many_images(60, prefix="more"), users=[reader], by=None)
    client = client_of(reader)
    client.get("/api/worklist/")

    with django_assert_max_num_queries(6):
        assert len(rows(client)) == 50
