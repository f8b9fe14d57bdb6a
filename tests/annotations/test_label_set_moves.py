"""How a reading is handed in, judged, returned; and who sees it when."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, LabelSet
from annotations.selectors import label_sets_for
from annotations.services.assignments import assign_images
from annotations.services.label_errors import (
    LabelSetLocked,
    NotReady,
    OwnWork,
    WrongState,
)
from annotations.services.label_set_moves import accept_label_set, return_label_set, submit_label_set
from annotations.services.label_sets import open_reading
from annotations.states import LABEL_SET_MOVES, DrStatus, LabelSetState
from core.models import AuditEvent
from tests.annotations.readings import BOW, add, save

pytestmark = pytest.mark.django_db


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
