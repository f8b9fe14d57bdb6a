"""VIA regions become label sets all at once: accepted, repeated, interrupted, overtaken."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.selectors import chosen_label_sets, label_sets_for
from annotations.services.data_in.image_names import names_in
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.writing import Writing
from annotations.services.via import via_sets
from annotations.services.via.run_via import run_via
from annotations.services.via.via_sets import Overtaken
from annotations.states import ImportKind, ImportState, LabelSetState
from core.models import AuditEvent
from tests.annotations.conftest import QUIET
from tests.annotations.test_import_via import EX, HE, POLYGON, RECT, Write, bring_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


def test_the_same_file_again_changes_nothing_and_says_so(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    path = write_via([(image.source_name, RECT, HE)])
    bring_in(path, project)

    report, _ = bring_in(path, project)

    assert (report.regions_added, report.regions_skipped, report.done) == (0, 1, True)
    assert report.problems.kept[0].code == "already_imported"
    assert (LabelSet.objects.count(), Region.objects.count()) == (1, 1)
    assert AuditEvent.objects.filter(action="labels.import_via").count() == 1


def test_accepting_works_at_once_and_later(project: Project, image: FundusImage, write_via: Write) -> None:
    path = write_via([(image.source_name, RECT, HE)])
    bring_in(path, project)

    report, _ = bring_in(path, project, accept=True)

    assert report.label_sets_accepted == 1
    assert LabelSet.objects.get().state == LabelSetState.ACCEPTED


def test_sets_accepted_at_once_are_counted(project: Project, image: FundusImage, write_via: Write) -> None:
    report, _ = bring_in(write_via([(image.source_name, RECT, HE)]), project, accept=True)

    assert report.label_sets_accepted == 1
    assert LabelSet.objects.get().decided_at is not None


def test_another_file_about_the_same_image_makes_another_label_set(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    bring_in(write_via([(image.source_name, RECT, HE)]), project)
    bring_in(write_via([(image.source_name, POLYGON, EX)], name="second.csv"), project)

    assert LabelSet.objects.filter(image=image).count() == 2


def test_good_rows_go_in_alone_only_when_asked(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    path = write_via([(image.source_name, RECT, HE), (image.source_name, RECT, {})])

    report, batch = bring_in(path, project, skip_bad_rows=True)

    assert (report.regions_added, report.problems.errors, report.done) == (1, 1, False)
    assert batch.state == ImportState.SUCCEEDED


def test_a_dry_run_counts_and_writes_nothing(project: Project, image: FundusImage, write_via: Write) -> None:
    report, _ = bring_in(write_via([(image.source_name, RECT, HE)]), project, dry_run=True)

    assert (report.regions_added, report.images, report.done) == (1, 1, True)
    assert not LabelSet.objects.exists()


def test_one_image_under_two_names_never_gets_a_union(
    project: Project, many_images: Callable[..., list[FundusImage]], write_via: Write
) -> None:
    name = many_images(1)[0].source_name
    stem = name.removesuffix(".jpg")

    report, _ = bring_in(write_via([(name, RECT, HE), (f"{stem}.png", POLYGON, HE)]), project)

    assert [(one.code, one.row) for one in report.problems.kept] == [("same_image", 3)]


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write one region and one label set a transaction."""
    monkeypatch.setattr("annotations.services.via.via_scan.CHUNK", 1)
    monkeypatch.setattr("annotations.services.via.via_sets.SETS_PER_TRANSACTION", 1)


def test_others_may_write_between_the_parts_and_see_nothing_until_the_end(
    project: Project,
    many_images: Callable[..., list[FundusImage]],
    write_via: Write,
    administrator: User,
    small_parts: None,
) -> None:
    first, second = many_images(2, width=100, height=80)
    path = write_via([(first.source_name, RECT, HE), (second.source_name, RECT, HE)])
    batch = open_import(project=project, kind=ImportKind.VIA, by=None, started=True, accept=True)
    seen: list[tuple[int, int, int]] = []

    def look(done: int, total: int, message: str) -> None:
        if "written" in message:
            visible = label_sets_for(administrator).count()
            counted = chosen_label_sets(project=project, task="segmenter").count()
            seen.append((Region.objects.count(), visible, counted))

    writing = Writing(open_transaction=transaction.atomic, progress=look)
    run_via(batch=batch, path=path, title=path.name, writing=writing)

    assert seen == [(1, 0, 0), (2, 0, 0)]
    assert label_sets_for(administrator).count() == 2
    assert not LabelSet.objects.exclude(source__startswith="via:").exists()


def test_the_next_attempt_clears_away_what_a_killed_worker_left(
    project: Project, image: FundusImage, write_via: Write, monkeypatch: pytest.MonkeyPatch, small_parts: None
) -> None:
    path = write_via([(image.source_name, RECT, HE), (image.source_name, POLYGON, EX)])
    batch = open_import(project=project, kind=ImportKind.VIA, by=None, started=True)

    def die(done: int, total: int, message: str) -> None:
        if message.startswith("1 regions"):
            monkeypatch.setattr(via_sets, "discard_unpublished", lambda **_: None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_via(
            batch=batch,
            path=path,
            title=path.name,
            writing=Writing(open_transaction=transaction.atomic, progress=die),
        )
    left = (LabelSet.objects.get().state, Region.objects.count())
    monkeypatch.undo()
    report = run_via(batch=batch, path=path, title=path.name, writing=QUIET)

    assert left == (LabelSetState.DRAFT, 1)
    assert report.regions_added == 2
    assert (LabelSet.objects.get().state, Region.objects.count()) == (LabelSetState.SUBMITTED, 2)


def test_of_two_imports_of_one_file_at_once_the_second_changes_nothing(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    path = write_via([(image.source_name, RECT, HE)])
    slow = open_import(project=project, kind=ImportKind.VIA, by=None, started=True)

    def overtake(done: int, total: int, message: str) -> None:
        if "written" in message:
            bring_in(path, project)

    with pytest.raises(Overtaken):
        run_via(
            batch=slow,
            path=path,
            title=path.name,
            writing=Writing(open_transaction=transaction.atomic, progress=overtake),
        )

    slow.refresh_from_db()
    assert slow.state == ImportState.FAILED
    assert (LabelSet.objects.count(), Region.objects.count()) == (1, 1)


def test_writing_is_all_or_nothing_when_it_fails_in_the_middle(
    project: Project, image: FundusImage, write_via: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_via([(image.source_name, RECT, HE)])

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("the power went")

    batch = open_import(project=project, kind=ImportKind.VIA, by=None, started=True)
    monkeypatch.setattr("annotations.services.via.via_sets.audit.record", fail)
    with pytest.raises(RuntimeError):
        run_via(batch=batch, path=path, title="via.csv", names=names_in(project), writing=QUIET)

    assert not LabelSet.objects.exists()
    assert not Region.objects.exists()
