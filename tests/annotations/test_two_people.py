"""Nobody accepts labels that are, or may be, their own: whichever way these came to be, whichever door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, Import, ImportProblem, LabelSet, Revision
from annotations.services.assignments import assign_images
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.run_datasets import run_uploaded_coco, run_uploaded_masks
from annotations.services.label_set_moves import return_label_set
from annotations.services.merge_label_sets import merge_label_sets
from annotations.services.via.run_via import run_via
from annotations.states import ImportKind, LabelSetState
from core.models import AuditEvent
from tests.annotations.conftest import QUIET, bring_in
from tests.annotations.readings import read, rect
from tests.annotations.small_labels import annotation
from tests.doors import by_a_token, in_the_browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(images: list[FundusImage]) -> FundusImage:
    return next(one for one in images if one.source_name == "a.jpg")


@pytest.fixture
def both(image: FundusImage, make_user: Callable[..., User]) -> User:
    """A reviewer and administrator who has read the image."""
    person = make_user("both", *Role)
    assign_images(images=[image], users=[person], by=None)
    read(image, person, [rect(10, 10, 8, 8)])
    return person


@pytest.fixture
def ada(image: FundusImage, make_user: Callable[..., User]) -> User:
    """Somebody else who has read it."""
    person = make_user("ada", Role.SPECIALIST)
    assign_images(images=[image], users=[person], by=None)
    read(image, person, [rect(40, 40, 8, 8)])
    return person


def of(person: User) -> LabelSet:
    return LabelSet.objects.get(author=person, source=f"person:{person.pk}")


def waiting(image: FundusImage, source: str) -> LabelSet:
    return LabelSet.objects.create(image=image, source=source, state=LabelSetState.SUBMITTED, revision=1)


def merged(both: User, ada: User) -> LabelSet:
    return merge_label_sets(first=of(both), second=of(ada), by=both)[0]


def adjudicated(both: User, ada: User) -> LabelSet:
    """Contours of labels that a third person made of both readings."""
    image = of(both).image
    third = LabelSet.objects.create(image=image, source="adjudication:1", state=LabelSetState.ACCEPTED)
    made_of = {str(of(person).pk): 1 for person in (both, ada)}
    Revision.objects.create(label_set=third, number=1, change_id="0" * 32, reading={"adjudicates": made_of})
    return waiting(image, f"tightened:{third.pk}")


MADE: dict[str, Callable[[User, User], LabelSet]] = {
    "read": lambda both, ada: of(both),
    "merged": merged,
    "tightened": lambda both, ada: waiting(of(both).image, f"tightened:{of(both).pk}"),
    "merged, then tightened": lambda both, ada: waiting(of(both).image, f"tightened:{merged(both, ada).pk}"),
    "adjudicated, then tightened": adjudicated,
    "taken out and imported as VIA": lambda both, ada: waiting(of(both).image, "via:1"),
    "taken out and imported as COCO": lambda both, ada: waiting(of(both).image, "coco:1"),
    "taken out and imported as masks": lambda both, ada: waiting(of(both).image, "masks:1"),
    "taken out and imported as a table": lambda both, ada: waiting(of(both).image, "labels:1"),
    "imported, then tightened": lambda both, ada: waiting(
        of(both).image, f"tightened:{waiting(of(both).image, 'via:1').pk}"
    ),
}


@pytest.mark.parametrize("door", [in_the_browser, by_a_token])
@pytest.mark.parametrize("made", MADE)
def test_nobody_judges_what_may_be_their_own(
    both: User, ada: User, made: str, door: Callable[[User], APIClient]
) -> None:
    label_set = MADE[made](both, ada)

    for verdict in ("accept", "return"):
        answer = door(both).post(f"/api/label-sets/{label_set.pk}/{verdict}/", {"comment": "Mine."})
        assert (answer.status_code, answer.json()["code"]) == (403, "own_work")

    label_set.refresh_from_db()
    assert (label_set.state, label_set.decided_by) == (LabelSetState.SUBMITTED, None)


@pytest.mark.parametrize("made", MADE)
def test_on_a_site_of_one_person_they_do_and_it_is_written_down(
    both: User, ada: User, made: str, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    label_set = MADE[made](both, ada)

    answer = in_the_browser(both).post(f"/api/label-sets/{label_set.pk}/accept/", {})

    assert (answer.status_code, answer.json()["one_person_site"]) == (200, True), answer.content
    label_set.refresh_from_db()
    assert (label_set.state, label_set.decided_by) == (LabelSetState.ACCEPTED, both)
    after: Any = AuditEvent.objects.filter(action="labels.accepted").latest("sequence").after
    assert after["one_person_site"] is True


def test_a_second_person_accepts_them_and_nothing_is_said(
    both: User, ada: User, make_user: Callable[..., User]
) -> None:
    judge = make_user("judge", Role.ADMINISTRATOR)

    answer = in_the_browser(judge).post(f"/api/label-sets/{of(both).pk}/accept/", {})

    assert (answer.status_code, answer.json()["one_person_site"]) == (200, False)


def test_a_reading_that_somebody_else_accepts_later_says_so_no_more(
    both: User, ada: User, make_user: Callable[..., User], settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True
    return_label_set(label_set=of(both), by=both, comment="Once more.")
    assert of(both).one_person_site
    LabelSet.objects.filter(pk=of(both).pk).update(state=LabelSetState.SUBMITTED)

    judge = make_user("judge", Role.ADMINISTRATOR)
    in_the_browser(judge).post(f"/api/label-sets/{of(both).pk}/accept/", {})

    assert (of(both).state, of(both).one_person_site) == (LabelSetState.ACCEPTED, False)


def test_the_database_itself_refuses_it(both: User) -> None:
    mine = LabelSet.objects.filter(pk=of(both).pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        mine.update(decided_by=both, state=LabelSetState.ACCEPTED)


# Imports that accept what they bring in


def opened(image: FundusImage, by: User, kind: ImportKind, *files: Path) -> Import:
    batch = open_import(project=image.project, kind=kind, by=by, accept=True)
    for path in files:
        with path.open("rb") as content:
            add_file(batch=batch, name=path.name, content=content, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)
    return batch


@pytest.fixture
def imported(
    request: pytest.FixtureRequest, image: FundusImage, tmp_path: Path, pictures: Path
) -> Callable[[str, User], set[str]]:
    """Bring labels of a.jpg and b.png in as somebody: `imported("via", both)`; gives the problems' codes."""

    def via(by: User) -> Any:
        shape = {"name": "rect", "x": 10, "y": 12, "width": 5, "height": 7}
        rows = [(name, shape, {"Abnormality": "hemorrhage"}) for name in ("a.jpg", "b.png")]
        path = request.getfixturevalue("write_via")(rows)
        batch = open_import(project=image.project, kind=ImportKind.VIA, by=by, accept=True, started=True)
        return run_via(batch=batch, path=path, title=path.name, writing=QUIET)

    def coco(by: User) -> Any:
        shown = [annotation(number, image_id=6 + number, bbox=[1, 1, 5, 5]) for number in (1, 2)]
        path = request.getfixturevalue("write_coco")(shown)
        return run_uploaded_coco(batch=opened(image, by, ImportKind.COCO, path), writing=QUIET)

    def masks(by: User) -> Any:
        paths = request.getfixturevalue("masks").iterdir()
        return run_uploaded_masks(batch=opened(image, by, ImportKind.MASKS, *paths), writing=QUIET)

    def table(by: User) -> Any:
        labels = tmp_path / "labels.csv"
        labels.write_text("file,label\na.jpg,dr\nb.png,dr\n")
        return bring_in(pictures, project=image.project, labels=labels, by=by)[0]

    kinds = {"via": via, "coco": coco, "masks": masks, "labels": table}

    def bring(kind: str, by: User) -> set[str]:
        report = kinds[kind](by)
        if isinstance(report, dict):  # as the page has it: the problems are rows
            return set(ImportProblem.objects.values_list("code", flat=True))
        return {problem.code for problem in report.problems.kept}

    return bring


def states(kind: str) -> dict[str, tuple[str, bool]]:
    """By picture: the state of the imported labels, and whether they were accepted by their own reader."""
    sets = LabelSet.objects.filter(source__startswith=f"{kind}:").select_related("image")
    return {one.image.source_name: (one.state, one.one_person_site) for one in sets}


@pytest.mark.parametrize("kind", ["via", "coco", "masks", "labels"])
def test_an_import_accepts_no_labels_of_an_image_that_its_importer_read(
    both: User, imported: Callable[[str, User], set[str]], kind: str
) -> None:
    problems = imported(kind, both)

    assert states(kind) == {"a.jpg": ("submitted", False), "b.png": ("accepted", False)}
    assert "own_labels" in problems


@pytest.mark.parametrize("kind", ["via", "coco", "masks", "labels"])
def test_on_a_site_of_one_person_an_import_accepts_them_and_they_say_so(
    both: User, imported: Callable[[str, User], set[str]], kind: str, settings: Any
) -> None:
    settings.ONE_PERSON_SITE = True

    imported(kind, both)

    assert states(kind) == {"a.jpg": ("accepted", True), "b.png": ("accepted", False)}


@pytest.mark.parametrize("kind", ["via", "masks"])
def test_the_same_file_again_does_not_accept_them_either(
    both: User, imported: Callable[[str, User], set[str]], kind: str
) -> None:
    imported(kind, both)
    imported(kind, both)

    assert states(kind)["a.jpg"] == ("submitted", False)
