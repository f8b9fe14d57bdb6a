"""Readings: who may open, save and judge them, who sees whose, and that no save is lost or applied twice."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, LabelSet, Region, Revision
from annotations.selectors import label_sets_for, regions_of
from annotations.services import label_sets
from annotations.services.assignments import assign_images
from annotations.services.label_errors import (
    InvalidRegion,
    LabelSetLocked,
    NotReady,
    NotTheAuthor,
    OwnWork,
    StaleRevision,
    WrongState,
)
from annotations.services.label_set_moves import accept_label_set, return_label_set, submit_label_set
from annotations.services.label_sets import RegionChange, Saved, open_reading, save_changes
from annotations.states import LABEL_SET_MOVES, DrStatus, LabelSetState
from core.errors import NotPermitted
from core.models import AuditEvent

pytestmark = pytest.mark.django_db

RECT = {"x": 10, "y": 10, "width": 8, "height": 6}
BOW = {"points": [[10, 10], [30, 30], [30, 10], [10, 30]]}


def add(geometry: dict[str, Any] | None = None, **fields: Any) -> RegionChange:
    shape = "polygon" if geometry and "points" in geometry else "rect"
    fields = {"uuid": uuid.uuid4(), "shape": shape, "lesion_class": "HE", **fields}
    return RegionChange(op="add", geometry=geometry or RECT, **fields)


def save(label_set: LabelSet, by: User, *changes: RegionChange, **options: Any) -> Saved:
    label_set.refresh_from_db()
    options = {"base_revision": label_set.revision, "change_id": uuid.uuid4(), **options}
    return save_changes(label_set=label_set, by=by, changes=changes, **options)


@pytest.fixture
def image(assigned: list[FundusImage]) -> FundusImage:
    return assigned[0]


@pytest.fixture
def draft(image: FundusImage, specialist: User) -> LabelSet:
    return open_reading(image=image, reader=specialist)[0]


@pytest.fixture
def submitted(draft: LabelSet, specialist: User) -> LabelSet:
    save(draft, specialist, add(), reading={"dr_status": DrStatus.DR})
    draft.refresh_from_db()
    submit_label_set(label_set=draft, by=specialist)
    return draft


@pytest.fixture
def second_reader(make_user: Callable[..., User], image: FundusImage, administrator: User) -> User:
    user = make_user("second", Role.SPECIALIST)
    assign_images(images=[image], users=[user], by=administrator)
    return user


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


def test_a_reading_without_an_answer_or_with_a_crossing_polygon_is_not_handed_in(
    draft: LabelSet, specialist: User
) -> None:
    save(draft, specialist, add(BOW))

    with pytest.raises(NotReady) as refused:
        submit_label_set(label_set=draft, by=specialist)

    assert refused.value.detail["codes"] == ["no_reading", "crossing_polygon"]


def test_warnings_do_not_block(draft: LabelSet, specialist: User) -> None:
    corner = {"x": 0, "y": 0, "width": 2, "height": 2}
    save(draft, specialist, add(), add(), add(corner), reading={"dr_status": DrStatus.NO_DR, "icdr_grade": 2})

    warnings = submit_label_set(label_set=draft, by=specialist)

    assert [warning.code for warning in warnings] == [
        "missing_answers", "grade_without_lesions", "status_contradicts_grade", "outside_field_of_view",
        "duplicate_regions",
    ]  # fmt: skip
    assert draft.state == LabelSetState.SUBMITTED


def test_a_reading_that_was_handed_in_is_locked_until_it_is_returned(
    submitted: LabelSet, specialist: User, reviewer: User
) -> None:
    with pytest.raises(LabelSetLocked):
        save(submitted, specialist, add())

    return_label_set(label_set=submitted, by=reviewer, comment="Two hemorrhages are missing.")

    assert save(submitted, specialist, add()).revision == 2
    submitted.refresh_from_db()
    assert submitted.decision_comment == "Two hemorrhages are missing."


def test_nobody_judges_their_own_reading(submitted: LabelSet, specialist: User) -> None:
    specialist.roles = [Role.SPECIALIST, Role.REVIEWER]
    specialist.save()
    judge = User.objects.get(pk=specialist.pk)

    with pytest.raises(OwnWork):
        accept_label_set(label_set=submitted, by=judge)
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelSet.objects.filter(pk=submitted.pk).update(decided_by=judge)


def test_returning_needs_a_comment(submitted: LabelSet, reviewer: User) -> None:
    with pytest.raises(NotReady):
        return_label_set(label_set=submitted, by=reviewer, comment=" ")


@pytest.mark.parametrize("was", list(LabelSetState))
@pytest.mark.parametrize("to", [LabelSetState.SUBMITTED, LabelSetState.ACCEPTED, LabelSetState.RETURNED])
def test_only_the_moves_of_the_table_are_possible(
    draft: LabelSet, specialist: User, reviewer: User, was: LabelSetState, to: LabelSetState
) -> None:
    LabelSet.objects.filter(pk=draft.pk).update(state=was, dr_status=DrStatus.NO_DR)
    draft.refresh_from_db()
    moves: dict[LabelSetState, Callable[[], object]] = {
        LabelSetState.SUBMITTED: lambda: submit_label_set(label_set=draft, by=specialist),
        LabelSetState.ACCEPTED: lambda: accept_label_set(label_set=draft, by=reviewer),
        LabelSetState.RETURNED: lambda: return_label_set(label_set=draft, by=reviewer, comment="Why?"),
    }

    if to in LABEL_SET_MOVES[was]:
        moves[to]()
        assert LabelSet.objects.get().state == to
    else:
        with pytest.raises(WrongState):
            moves[to]()
        assert LabelSet.objects.get().state == was


def test_every_change_is_one_audit_event(submitted: LabelSet, reviewer: User) -> None:
    accept_label_set(label_set=submitted, by=reviewer, comment="Good.")

    events = AuditEvent.objects.filter(object_type="annotations.labelset", object_id=str(submitted.pk))
    assert [event.action for event in events.order_by("sequence")] == [
        "labels.open", "labels.save", "labels.submitted", "labels.accepted",
    ]  # fmt: skip


def sees(user: User, label_set: LabelSet) -> bool:
    return label_sets_for(User.objects.get(pk=user.pk)).filter(pk=label_set.pk).exists()


def test_two_readers_see_each_other_only_when_both_have_handed_in(
    submitted: LabelSet, specialist: User, second_reader: User, image: FundusImage
) -> None:
    other, _ = open_reading(image=image, reader=second_reader)
    assert not sees(second_reader, submitted)
    assert not sees(specialist, other)

    save(other, second_reader, reading={"dr_status": DrStatus.DR})
    submit_label_set(label_set=other, by=second_reader)

    assert sees(second_reader, submitted)
    assert sees(specialist, other)


def test_a_reader_with_a_returned_reading_is_blind_again(
    submitted: LabelSet, specialist: User, second_reader: User, reviewer: User, image: FundusImage
) -> None:
    other, _ = open_reading(image=image, reader=second_reader)
    save(other, second_reader, reading={"dr_status": DrStatus.DR})
    submit_label_set(label_set=other, by=second_reader)

    return_label_set(label_set=submitted, by=reviewer, comment="Look again.")

    assert not sees(specialist, other)
    assert sees(specialist, submitted)


def test_judges_see_what_was_handed_in_and_no_draft(
    draft: LabelSet, specialist: User, reviewer: User, administrator: User
) -> None:
    assert not sees(reviewer, draft)
    assert not sees(administrator, draft)

    save(draft, specialist, reading={"dr_status": DrStatus.DR})
    submit_label_set(label_set=draft, by=specialist)

    assert sees(reviewer, draft)
    assert sees(administrator, draft)


def test_a_judge_who_is_to_read_the_image_is_blind_as_well(
    submitted: LabelSet, make_user: Callable[..., User], image: FundusImage
) -> None:
    both = make_user("both", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=[image], users=[both], by=None)

    assert not sees(both, submitted)


def test_people_of_other_projects_see_nothing(submitted: LabelSet, make_user: Callable[..., User]) -> None:
    assert not sees(make_user("stranger", Role.REVIEWER), submitted)
