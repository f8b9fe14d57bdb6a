"""Readings: who may open, save and judge them, who sees whose, and that no save is lost or applied twice."""

import uuid

import pytest
from django.db import transaction

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Region, Revision
from annotations.selectors import regions_of
from annotations.services import label_sets
from annotations.services.label_errors import (
    InvalidRegion,
    LabelSetLocked,
    NotTheAuthor,
    StaleRevision,
)
from annotations.services.label_set_moves import submit_label_set
from annotations.services.label_sets import RegionChange, Saved, open_reading
from annotations.states import LabelSetState
from core.errors import NotPermitted
from core.models import AuditEvent
from tests.annotations.readings import RECT, add, save

pytestmark = pytest.mark.django_db


def test_what_an_imported_file_said_of_a_region_stays_while_its_class_does(
    draft: LabelSet, specialist: User
) -> None:
    said = {"Abnormality": "hemorrhage", "note": "temporal"}
    moved, renamed = add(), add()
    save(draft, specialist, moved, renamed)
    Region.objects.filter(label_set=draft).update(attributes=said)

    save(
        draft,
        specialist,
        RegionChange(op="update", uuid=moved.uuid, geometry={**RECT, "x": 40}),
        RegionChange(op="update", uuid=renamed.uuid, lesion_class="EX"),
    )

    kept = {region.uuid: region.attributes for region in regions_of(draft)}
    assert kept == {moved.uuid: said, renamed.uuid: None}


def test_opening_a_reading_again_gives_the_same_one(image: FundusImage, specialist: User) -> None:
    first, created = open_reading(image=image, reader=specialist)
    again, created_again = open_reading(image=image, reader=specialist)

    assert (first, created, created_again) == (again, True, False)
    assert (first.state, first.source, first.classes_looked_for) == (
        LabelSetState.DRAFT, f"person:{specialist.pk}", ["EX", "HE"],
    )  # fmt: skip


def test_a_reviewer_opens_no_reading(image: FundusImage, reviewer: User) -> None:
    with pytest.raises(NotPermitted):
        open_reading(image=image, reader=reviewer)


def test_saving_applies_the_delta_and_appends_history(draft: LabelSet, specialist: User) -> None:
    kept, moved, gone = add(), add(), add()
    save(draft, specialist, kept, moved, gone)

    saved = save(
        draft,
        specialist,
        RegionChange(op="update", uuid=moved.uuid, geometry={**RECT, "x": 40}),
        RegionChange(op="remove", uuid=gone.uuid),
    )

    assert saved == Saved(revision=2, regions_count=2)
    draft.refresh_from_db()
    assert {one.uuid: one.geometry["x"] for one in regions_of(draft)} == {kept.uuid: 10, moved.uuid: 40}
    assert {one.uuid: one.geometry["x"] for one in regions_of(draft, revision=1)} == {
        kept.uuid: 10, moved.uuid: 10, gone.uuid: 10,
    }  # fmt: skip
    assert Region.objects.count() == 4
    second = Revision.objects.get(number=2)
    assert (second.added, second.updated, second.removed) == (0, 1, 1)


def test_an_undone_removal_brings_the_region_back(draft: LabelSet, specialist: User) -> None:
    drawn = add()
    save(draft, specialist, drawn)
    save(draft, specialist, RegionChange(op="remove", uuid=drawn.uuid))

    saved = save(draft, specialist, drawn)

    assert saved.regions_count == 1


def test_changes_that_cancel_out_leave_no_row(draft: LabelSet, specialist: User) -> None:
    drawn = add()

    saved = save(draft, specialist, drawn, RegionChange(op="remove", uuid=drawn.uuid))

    assert saved == Saved(revision=1, regions_count=0)
    assert not Region.objects.exists()


def test_the_same_change_sent_twice_is_applied_once(draft: LabelSet, specialist: User) -> None:
    change_id = uuid.uuid4()
    change = add()
    first = save(draft, specialist, change, base_revision=0, change_id=change_id, seconds_spent=5)

    again = save(draft, specialist, change, base_revision=0, change_id=change_id, seconds_spent=5)

    draft.refresh_from_db()
    assert (again, draft.revision, draft.seconds_spent) == (first, 1, 5)


def test_time_alone_makes_no_revision_and_disturbs_no_other_tab(draft: LabelSet, specialist: User) -> None:
    save(draft, specialist, add())

    told = save(draft, specialist, base_revision=0, seconds_spent=7.5)

    draft.refresh_from_db()
    assert (told.revision, draft.revision, draft.seconds_spent) == (1, 1, 7.5)
    assert Revision.objects.filter(label_set=draft).count() == 1
    assert AuditEvent.objects.filter(action="labels.time").count() == 1


def test_no_time_is_added_to_what_was_handed_in(submitted: LabelSet, specialist: User) -> None:
    with pytest.raises(LabelSetLocked):
        save(submitted, specialist, seconds_spent=7.5)


def test_a_save_repeated_while_the_first_was_still_being_written_gets_the_same_answer(
    draft: LabelSet, specialist: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_id, look = uuid.uuid4(), label_sets._saved_before
    save(draft, specialist, add(), base_revision=0, change_id=change_id)
    answers = iter([None])  # PostgreSQL does not show the other transaction at first
    monkeypatch.setattr(label_sets, "_saved_before", lambda *asked: next(answers, look(*asked)))

    again = save(draft, specialist, add(), base_revision=0, change_id=change_id)

    assert (again.revision, again.regions_count) == (1, 1)


def test_a_save_on_an_old_revision_is_refused_and_changes_nothing(draft: LabelSet, specialist: User) -> None:
    save(draft, specialist, add())

    with pytest.raises(StaleRevision) as refused:
        save(draft, specialist, add(), base_revision=0)

    assert refused.value.detail["current_revision"] == 1
    assert regions_of(draft).count() == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (add({"x": 1, "y": 1, "width": 0, "height": 3}), "negative_size"),
        (add({"x": 500, "y": 1, "width": 2, "height": 3}), "outside_image"),
        (add({"x": float("nan"), "y": 1, "width": 2, "height": 3}), "not_a_number"),
        (add({"points": [[1, 1], [2, 2]]}), "too_few_points"),
        (add(lesion_class="MA"), "unknown_class"),
        (add(shape="blob"), "unknown_shape"),
        (RegionChange(op="update", uuid=uuid.uuid4(), geometry=RECT), "unknown_region"),
        (RegionChange(op="remove", uuid=uuid.uuid4()), "unknown_region"),
    ],
)
def test_one_wrong_change_refuses_the_whole_save(
    draft: LabelSet, specialist: User, change: RegionChange, reason: str
) -> None:
    with pytest.raises(InvalidRegion) as refused, transaction.atomic():
        save(draft, specialist, add(), change)

    draft.refresh_from_db()
    assert refused.value.detail["reason"] == reason
    assert (draft.revision, regions_of(draft).count()) == (0, 0)


def test_nobody_else_saves_or_hands_in_a_reading(draft: LabelSet, second_reader: User) -> None:
    with pytest.raises(NotTheAuthor):
        save(draft, second_reader, add())
    with pytest.raises(NotTheAuthor):
        submit_label_set(label_set=draft, by=second_reader)
