"""Worklists: what is on them, what a hidden repeat shows and hides, and how one goes on to the next image."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Assignment, FundusImage, LabelSet, Project
from annotations.selectors import LabelTask, chosen_label_sets, label_sets_for
from annotations.services.assignments import assign_images
from annotations.services.label_set_moves import accept_label_set, return_label_set
from annotations.services.label_sets import open_reading
from annotations.services.projects import add_members
from annotations.states import Priority
from core.errors import NotFound
from tests.annotations.readings import read, rect

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def images(many_images: Callable[..., list[FundusImage]]) -> list[FundusImage]:
    return many_images(4, width=200, height=160)


@pytest.fixture
def reader(project: Project, specialist: User) -> User:
    return specialist


@pytest.fixture
def repeated(images: list[FundusImage], reader: User, administrator: User) -> FundusImage:
    """The first of four images on the reader's worklist, with a hidden repeat."""
    assign_images(images=images, users=[reader], by=administrator)
    Assignment.objects.create(image=images[0], user=reader, reading_no=2)
    return images[0]


def rows(client: APIClient, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/worklist/{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def shown(client: APIClient, query: str = "") -> list[tuple[int, str]]:
    return [(row["image"], row["state"]) for row in rows(client, query)]


def test_a_worklist_tells_state_and_priority(
    images: list[FundusImage], reader: User, reviewer: User, client_of: ClientOf
) -> None:
    assign_images(images=images[:3], users=[reader], by=None)
    assign_images(images=images[3:], users=[reader], by=None, priority=Priority.URGENT)
    read(images[0], reader, [rect(5, 5, 9, 9)])
    read(images[1], reader, submit=False)
    client = client_of(reader)

    assert shown(client) == [
        (images[3].pk, "to_do"),
        (images[0].pk, "submitted"),
        (images[1].pk, "draft"),
        (images[2].pk, "to_do"),
    ]
    assert [row["regions_count"] for row in rows(client)] == [0, 1, 0, 0]
    assert shown(client, "?state=open") == [
        (images[3].pk, "to_do"),
        (images[1].pk, "draft"),
        (images[2].pk, "to_do"),
    ]
    assert shown(client, f"?search={images[2].exam.patient.code[-2:]}") == [(images[2].pk, "to_do")]
    assert client.get("/api/worklist/counts/").json() == {
        "to_do": 2,
        "draft": 1,
        "returned": 0,
        "submitted": 1,
        "accepted": 0,
    }


def test_only_who_assigns_or_judges_sees_anothers_worklist(
    images: list[FundusImage],
    people: dict[str, User],
    make_user: Callable[..., User],
    client_of: ClientOf,
) -> None:
    other = make_user("other", Role.SPECIALIST)
    assign_images(images=images, users=[other], by=None)
    query = f"?reader={other.pk}"

    seen = {role: len(rows(client_of(user), query)) for role, user in people.items()}

    assert seen == {"specialist": 0, "reviewer": 4, "administrator": 4}
    assert client_of(people["administrator"]).get("/api/worklist/?reader=999999").status_code == 404


def test_what_was_drawn_is_told_only_to_who_may_see_the_reading(
    images: list[FundusImage], people: dict[str, User], make_user: Callable[..., User], client_of: ClientOf
) -> None:
    other = make_user("other", Role.SPECIALIST)
    both = make_user("both", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=images[:1], users=[other, both], by=None)
    query = f"?reader={other.pk}"
    watching = {"both": both, "reviewer": people["reviewer"], "administrator": people["administrator"]}

    def told() -> dict[str, tuple[str, bool, int, bool]]:
        seen = {}
        for name, user in watching.items():
            (row,) = rows(client_of(User.objects.get(pk=user.pk)), query)
            there = (row["label_set"] is not None, row["regions_count"], row["updated_at"] is not None)
            seen[name] = (row["state"], *there)
        return seen

    read(images[0], other, [rect(5, 5, 9, 9)], submit=False)
    assert set(told().values()) == {("draft", False, 0, False)}
    read(images[0], other)
    assert told() == {
        "both": ("submitted", False, 0, False),
        "reviewer": ("submitted", True, 1, True),
        "administrator": ("submitted", True, 1, True),
    }


def test_a_row_is_opened_and_leads_on_to_the_next(
    images: list[FundusImage], reader: User, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    assign_images(images=images, users=[reader], by=None)
    client = client_of(reader)
    first, second, third, last = (row["assignment"] for row in rows(client))

    def neighbour(after: int, **query: str) -> int | None:
        answer = client.get("/api/worklist/next/", {"after": str(after), **query})
        row = answer.json()["row"]
        return row and int(row["assignment"])

    opened = client.post(f"/api/assignments/{first}/open/")
    again = client.post(f"/api/assignments/{first}/open/")

    assert (opened.status_code, again.status_code) == (201, 200)
    assert opened.json()["id"] == again.json()["id"]
    assert (neighbour(first), neighbour(last)) == (second, None)
    assert (neighbour(first, direction="previous"), neighbour(third, direction="previous")) == (None, second)
    read(images[1], reader)
    assert neighbour(first) == second
    assert neighbour(first, open="1") == third
    assert neighbour(last, open="1") == first
    stranger = client_of(make_user("stranger", Role.SPECIALIST))
    assert stranger.post(f"/api/assignments/{first}/open/").status_code == 404
    assert stranger.get(f"/api/worklist/next/?after={first}").status_code == 404


def test_a_repeat_appears_once_the_first_reading_is_in_and_looks_like_any_other_row(
    repeated: FundusImage, images: list[FundusImage], reader: User, client_of: ClientOf
) -> None:
    client = client_of(reader)
    others = [(image.pk, "to_do") for image in images[1:]]
    assert shown(client) == [(repeated.pk, "to_do"), *others]

    read(repeated, reader, [rect(5, 5, 9, 9)])

    assert shown(client) == [*others, (repeated.pk, "to_do")]
    repeat, plain = rows(client)[-1], rows(client)[0]
    told = {"assignment", "image", "patient", "patient_code"}
    assert {name: repeat[name] for name in set(repeat) - told} == {
        name: plain[name] for name in set(plain) - told
    }
    assert client.get("/api/assignments/").json()["count"] == 4
    assert client.get(f"/api/images/{repeated.pk}/").json()["label_state"] == ""
    assert client.get("/api/images/").json()["count"] == 4

    opened = client.post(f"/api/assignments/{repeat['assignment']}/open/")

    assert opened.status_code == 201
    assert (opened.json()["regions"], opened.json()["reading"]["dr_status"]) == ([], "")
    assert opened.json()["reading_no"] == 1
    assert LabelSet.objects.get(pk=opened.json()["id"]).reading_no == 2


def test_while_a_repeat_is_due_its_reader_finds_nothing_else_of_the_image(
    repeated: FundusImage, reader: User, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    second = make_user("second", Role.SPECIALIST)
    assign_images(images=[repeated], users=[second], by=None)
    theirs = read(repeated, second)
    client, sets = client_of(reader), f"/api/images/{repeated.pk}/label-sets/"
    first_row = rows(client)[0]["assignment"]

    first = read(repeated, reader, [rect(5, 5, 9, 9)])

    assert client.get(sets).json()["results"] == []
    for hidden in (first, theirs):
        assert client.get(f"/api/label-sets/{hidden.pk}/").status_code == 404
        assert client.get(f"/api/label-sets/{hidden.pk}/mask-preview/").status_code == 404
    assert client.post(f"/api/assignments/{first_row}/open/").status_code == 404

    again = client.post(sets)  # by the image's own address: the repeat as well

    assert (again.status_code, again.json()["regions"]) == (201, [])
    assert [one["id"] for one in client.get(sets).json()["results"]] == [again.json()["id"]]
    read(repeated, reader)
    assert {one["id"] for one in client.get(sets).json()["results"]} == {
        first.pk,
        theirs.pk,
        again.json()["id"],
    }


def test_a_repeat_that_can_never_be_handed_in_hides_nothing(
    repeated: FundusImage, reader: User, client_of: ClientOf
) -> None:
    first, sets = read(repeated, reader), f"/api/images/{repeated.pk}/label-sets/"
    hidden = client_of(reader).get(sets).json()["results"]
    reader.roles = [Role.REVIEWER.value]
    reader.save()

    seen = client_of(User.objects.get(pk=reader.pk)).get(sets).json()["results"]

    assert (hidden, [one["id"] for one in seen]) == ([], [first.pk])


def test_handing_in_answers_although_the_reading_is_hidden_from_then_on(
    repeated: FundusImage, reader: User, client_of: ClientOf
) -> None:
    draft = read(repeated, reader, submit=False)

    answer = client_of(reader).post(f"/api/label-sets/{draft.pk}/submit/")

    assert (answer.status_code, answer.json()["state"]) == (200, "submitted")


def test_a_returned_first_reading_is_mended_before_the_repeat(
    repeated: FundusImage, images: list[FundusImage], reader: User, reviewer: User, client_of: ClientOf
) -> None:
    add_members(project=repeated.project, users=[reviewer], by=None)
    first = read(repeated, reader)

    return_label_set(label_set=first, by=reviewer, comment="Look again.")

    assert (repeated.pk, "returned") in shown(client_of(reader))
    assert open_reading(image=repeated, reader=reader) == (first, False)
    with pytest.raises(NotFound):
        open_reading(image=repeated, reader=reader, reading_no=2)


def test_a_repeat_that_was_begun_goes_on_when_the_first_reading_is_returned(
    repeated: FundusImage, reader: User, reviewer: User, client_of: ClientOf
) -> None:
    add_members(project=repeated.project, users=[reviewer], by=None)
    client, sets = client_of(reader), f"/api/images/{repeated.pk}/label-sets/"
    first, repeat = read(repeated, reader), read(repeated, reader, submit=False)

    return_label_set(label_set=first, by=reviewer, comment="Look again.")

    assert [row for row in shown(client) if row[0] == repeated.pk] == [(repeated.pk, "draft")]
    assert [one["id"] for one in client.get(sets).json()["results"]] == [repeat.pk]
    assert open_reading(image=repeated, reader=reader) == (repeat, False)
    read(repeated, reader)
    states = {state for image, state in shown(client) if image == repeated.pk}
    assert states == {"submitted", "returned"}


def test_nobody_opens_a_repeat_that_was_not_asked_for(images: list[FundusImage], reader: User) -> None:
    assign_images(images=images, users=[reader], by=None)
    read(images[0], reader)

    with pytest.raises(NotFound):
        open_reading(image=images[0], reader=reader, reading_no=2)
    assert LabelSet.objects.count() == 1


def test_a_repeat_never_replaces_the_first_reading(
    repeated: FundusImage, reader: User, administrator: User, project: Project
) -> None:
    first, second = read(repeated, reader), read(repeated, reader)
    assert (first.reading_no, second.reading_no) == (1, 2)

    accept_label_set(label_set=second, by=administrator)
    assert list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER)) == [second]
    accept_label_set(label_set=first, by=administrator)
    LabelSet.objects.filter(pk=second.pk).update(decided_at=None)

    assert list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER)) == [first]
    assign_images(images=[repeated], users=[reader], by=None)
    assert list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER)) == [first]


# Who sees the first reading of two readers and of one reader's repeat. "A" read first and has a repeat,
# "B" reads second, "both" is to read the image and judges too; rows are in the order of the work.
BLINDNESS = [
    ("nothing is handed in", {"A": True, "B": False, "both": False, "reviewer": False}),
    ("A handed in", {"A": False, "B": False, "both": False, "reviewer": True}),
    ("A began the repeat", {"A": False, "B": False, "both": False, "reviewer": True}),
    ("A's first was returned", {"A": False, "B": False, "both": False, "reviewer": True}),
    ("A repeated", {"A": True, "B": False, "both": False, "reviewer": True}),
    ("A mended the first", {"A": True, "B": False, "both": False, "reviewer": True}),
    ("B handed in", {"A": True, "B": True, "both": False, "reviewer": True}),
    ("both handed in", {"A": True, "B": True, "both": True, "reviewer": True}),
]


def test_the_table_of_blindness(
    repeated: FundusImage, reader: User, reviewer: User, make_user: Callable[..., User]
) -> None:
    people = {
        "A": reader,
        "B": make_user("b", Role.SPECIALIST),
        "both": make_user("both", Role.SPECIALIST, Role.REVIEWER),
        "reviewer": reviewer,
    }
    add_members(project=repeated.project, users=[reviewer], by=None)
    assign_images(images=[repeated], users=[people["B"], people["both"]], by=None)
    first = read(repeated, reader, submit=False)
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: read(repeated, reader),
        lambda: read(repeated, reader, submit=False),
        lambda: return_label_set(
            label_set=LabelSet.objects.get(pk=first.pk), by=reviewer, comment="Look again."
        ),
        lambda: read(repeated, reader),
        lambda: read(repeated, reader, reading_no=1),
        lambda: read(repeated, people["B"]),
        lambda: read(repeated, people["both"]),
    ]

    for step, (when, expected) in zip(steps, BLINDNESS, strict=True):
        step()
        seen = {
            name: label_sets_for(User.objects.get(pk=user.pk)).filter(pk=first.pk).exists()
            for name, user in people.items()
        }
        assert seen == expected, when


def test_ones_own_progress_gives_no_repeat_away(
    repeated: FundusImage, reader: User, project: Project, client_of: ClientOf
) -> None:
    reader.roles = [Role.SPECIALIST, Role.REVIEWER]
    reader.save()
    client = client_of(User.objects.get(pk=reader.pk))

    def progress() -> tuple[int, int, int]:
        (row,) = client.get(f"/api/projects/{project.pk}/readers/").json()["results"]
        whole = client.get(f"/api/projects/{project.pk}/progress/").json()
        assert whole["readings"] == row["progress"]
        counts = row["progress"]["counts"]
        return row["progress"]["assigned"], counts["to_do"], counts["submitted"]

    assert progress() == (4, 4, 0)
    read(repeated, reader)
    assert progress() == (4, 4, 0)  # as the worklist: the first reading gave way to its repeat
    read(repeated, reader)
    assert progress() == (5, 3, 2)
