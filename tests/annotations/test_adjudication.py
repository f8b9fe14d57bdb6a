"""A third person settles what two readers disagree on; both readings stay as they were."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.roles import Role
from annotations.models import DoubleReading, FundusImage, LabelSet, Region
from annotations.selectors import LabelTask, chosen_label_sets, regions_of
from annotations.services.adjudication import (
    begin_adjudication,
    claim_case,
    drop_adjudication,
    open_case,
    release_case,
    settle_case,
)
from annotations.services.assignments import assign_images
from annotations.services.label_errors import (
    CaseClaimed,
    NotReady,
    OwnWork,
    ReadingsChanged,
    StaleRevision,
    WrongState,
)
from annotations.services.label_set_moves import accept_label_set, return_label_set, submit_label_set
from annotations.services.label_sets import RegionChange
from annotations.states import DoubleReadingState, LabelSetState, StartFrom
from core.errors import NotPermitted
from core.models import AuditEvent
from tests.annotations.doubles import HERE, THERE, Team, compared, drawn, read_by_both
from tests.annotations.readings import add, read, save

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(picture: FundusImage, team: Team) -> DoubleReading:
    """Both see one lesion; each sees another one alone; their grades differ."""
    both = drawn(HERE, THERE), drawn(HERE, (100, 20, 8, 8))
    read_by_both(picture, team, {"icdr_grade": 2}, {"icdr_grade": 3}, regions=both)
    return compared(picture)


def begin(case: DoubleReading, team: Team, start_from: StartFrom = StartFrom.MERGED) -> LabelSet:
    return begin_adjudication(case=case, by=team.judge, start_from=start_from)[0]


def settle(case: DoubleReading, team: Team, **seen: int) -> LabelSet:
    case.refresh_from_db()
    draft = LabelSet.objects.get(author=team.judge, state=LabelSetState.DRAFT)
    revisions = {
        "base_revision": draft.revision,
        "first_revision": case.first.revision,
        "second_revision": case.second.revision,
        **seen,
    }
    settle_case(case=case, by=team.judge, comment="", **revisions)
    draft.refresh_from_db()
    return draft


def as_it_is(label_set: LabelSet) -> tuple[Any, ...]:
    row = LabelSet.objects.filter(pk=label_set.pk).values().get()
    return row, list(Region.objects.filter(label_set=label_set).order_by("pk").values())


@pytest.mark.parametrize(
    ("start_from", "regions", "grade"),
    [
        (StartFrom.MERGED, 3, None),
        (StartFrom.FIRST, 2, 2),
        (StartFrom.SECOND, 2, 3),
        (StartFrom.NOTHING, 0, None),
    ],
)
def test_an_adjudicator_starts_from_the_merge_from_either_reading_or_from_nothing(
    case: DoubleReading, team: Team, start_from: StartFrom, regions: int, grade: int | None
) -> None:
    draft = begin(case, team, start_from)

    assert (draft.state, draft.author, draft.source) == ("draft", team.judge, f"adjudication:{case.pk}")
    assert regions_of(draft).count() == regions
    assert draft.icdr_grade == grade
    assert draft.dr_status == ("" if start_from == StartFrom.NOTHING else "dr")
    assert begin(case, team, StartFrom.NOTHING) == draft  # what was begun goes on


def test_settling_makes_a_third_set_and_leaves_both_readings_as_they_were(
    case: DoubleReading, team: Team
) -> None:
    accept_label_set(label_set=case.first, by=team.other_judge)
    before = as_it_is(case.first), as_it_is(case.second)
    draft = begin(case, team)
    region = regions_of(draft).first()
    assert region is not None
    save(draft, team.judge, add(uuid=uuid.uuid4()), reading={"icdr_grade": 3})

    settled = settle(case, team)

    case.refresh_from_db()
    assert (case.state, case.settled, case.claimed_by) == (DoubleReadingState.SETTLED, settled, None)
    assert case.made_of == {
        str(case.first.pk): case.first.revision,
        str(case.second.pk): case.second.revision,
    }
    assert (settled.state, settled.icdr_grade, settled.decided_by) == ("accepted", 3, None)
    assert (as_it_is(case.first), as_it_is(case.second)) == before
    (chosen,) = chosen_label_sets(project=case.image.project, task=LabelTask.SEGMENTER)
    assert chosen == settled
    event = AuditEvent.objects.filter(action="disagreement.settle", after__label_set=settled.pk).get()
    assert event.actor == team.judge


def test_a_deleted_lesion_of_a_reader_can_be_put_back(case: DoubleReading, team: Team) -> None:
    draft = begin(case, team)
    region = regions_of(draft).filter(origin__contains="merged:").last()
    assert region is not None
    save(draft, team.judge, RegionChange(op="remove", uuid=region.uuid))

    save(draft, team.judge, add(region.geometry, uuid=region.uuid, origin=region.origin))

    assert regions_of(draft).get(uuid=region.uuid).origin == region.origin


def test_an_image_that_was_adjudicated_ungradable_is_left_out_of_datasets(
    case: DoubleReading, team: Team
) -> None:
    accept_label_set(label_set=case.first, by=team.other_judge)
    draft = begin(case, team, StartFrom.NOTHING)
    save(draft, team.judge, reading={"gradability": "ungradable"})
    project = case.image.project
    assert chosen_label_sets(project=project, task=LabelTask.CLASSIFIER).count() == 1

    settle(case, team)

    assert not chosen_label_sets(project=project, task=LabelTask.CLASSIFIER).exists()
    assert chosen_label_sets(project=project, task=LabelTask.CLASSIFIER, source="person").count() == 1


def test_nobody_settles_what_they_read_themselves_but_on_a_site_of_one_person(
    picture: FundusImage, team: Team, make_user: Any, settings: Any
) -> None:
    both = make_user("both", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=[picture], users=[both], by=None)
    read(picture, both, icdr_grade=1)
    read(picture, team.ada, icdr_grade=3)
    case = compared(picture)

    with pytest.raises(OwnWork):
        claim_case(case=case, by=both)

    settings.ONE_PERSON_SITE = True
    draft, _ = begin_adjudication(case=case, by=both, start_from=StartFrom.FIRST)
    assert draft.source_title == "Adjudicated by both, one of the readers"
    case.refresh_from_db()
    settle_case(
        case=case,
        by=both,
        base_revision=draft.revision,
        first_revision=case.first.revision,
        second_revision=case.second.revision,
    )
    draft.refresh_from_db()
    assert (draft.state, draft.one_person_site) == ("accepted", True)
    after: Any = AuditEvent.objects.filter(action="labels.accepted").latest("sequence").after
    assert after["one_person_site"] is True


def test_who_is_asked_to_read_the_image_does_not_settle_it(
    case: DoubleReading, team: Team, make_user: Any
) -> None:
    asked = make_user("asked", Role.SPECIALIST, Role.REVIEWER)
    assign_images(images=[case.image], users=[asked], by=None)

    with pytest.raises(OwnWork):
        claim_case(case=case, by=asked)


def test_a_specialist_or_an_administrator_settles_nothing(
    case: DoubleReading, team: Team, administrator: Any
) -> None:
    for person in (team.ada, administrator):
        with pytest.raises(NotPermitted):
            claim_case(case=case, by=person)


def test_two_adjudicators_never_sit_on_one_case(case: DoubleReading, team: Team) -> None:
    begin(case, team)
    with pytest.raises(CaseClaimed):
        begin_adjudication(case=case, by=team.other_judge, start_from=StartFrom.MERGED)

    release_case(case=case, by=team.other_judge)  # not theirs to give back
    with pytest.raises(CaseClaimed):
        claim_case(case=case, by=team.other_judge)

    DoubleReading.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    claim_case(case=case, by=team.other_judge)
    with pytest.raises(CaseClaimed):
        settle(case, team)
    release_case(case=case, by=team.other_judge)
    settle(case, team)


def test_keeping_a_claim_tells_the_audit_log_nothing_again(case: DoubleReading, team: Team) -> None:
    until = claim_case(case=case, by=team.judge).claimed_until
    again = claim_case(case=case, by=team.judge).claimed_until

    assert until is not None and again is not None and again > until
    assert AuditEvent.objects.filter(action="disagreement.claim").count() == 1


def test_readings_that_changed_since_they_were_looked_at_are_not_settled_over(
    case: DoubleReading, team: Team
) -> None:
    draft = begin(case, team)
    save(draft, team.judge, reading={"icdr_grade": 3})
    return_label_set(label_set=case.first, by=team.other_judge, comment="Look again.")
    with pytest.raises(WrongState):
        settle(case, team)

    read(case.image, team.ada, icdr_grade=4)
    compared(case.image)
    with pytest.raises(ReadingsChanged):
        settle(case, team, first_revision=case.first_revision)

    settle(case, team)  # after a look at it


def test_a_draft_that_was_drawn_on_elsewhere_is_not_accepted(case: DoubleReading, team: Team) -> None:
    draft = begin(case, team)
    save(draft, team.judge, reading={"icdr_grade": 3})

    with pytest.raises(StaleRevision):
        settle(case, team, base_revision=draft.revision)


def test_an_adjudication_answers_the_reading_before_it_settles_and_is_never_submitted(
    case: DoubleReading, team: Team
) -> None:
    draft = begin(case, team, StartFrom.NOTHING)
    with pytest.raises(NotReady, match="No reading is given"):
        settle(case, team)

    with pytest.raises(WrongState):
        submit_label_set(label_set=draft, by=team.judge)


def test_a_reading_that_changes_afterwards_marks_the_settled_case(case: DoubleReading, team: Team) -> None:
    begin(case, team)
    settled = settle(case, team)

    return_label_set(label_set=case.first, by=team.other_judge, comment="Look again.")

    case.refresh_from_db()
    assert (case.state, case.changed_since, case.settled) == (DoubleReadingState.SETTLED, True, settled)
    with pytest.raises(WrongState):
        open_case(case=case, by=team.judge, reason="The first reading changed.")
    read(case.image, team.ada, icdr_grade=4)
    case.refresh_from_db()
    open_case(case=case, by=team.judge, reason="The first reading changed.")
    assert (case.state, case.changed_since) == (DoubleReadingState.OPEN, False)
    assert case.reasons[0] == {"code": "icdr_grade", "first": "PDR", "second": "severe NPDR"}
    assert case.reasons[-1] == {"code": "opened", "text": "The first reading changed."}

    second = begin(case, team, StartFrom.SETTLED)
    assert second.reading_no == 2
    assert regions_of(second).count() == regions_of(settled).count()
    again = settle(case, team)
    (chosen,) = chosen_label_sets(project=case.image.project, task=LabelTask.SEGMENTER)
    assert chosen == again


def test_readings_that_agree_can_be_opened_with_a_reason(picture: FundusImage, team: Team) -> None:
    read_by_both(picture, team, {}, {})
    case = compared(picture)

    with pytest.raises(NotReady):
        open_case(case=case, by=team.judge, reason=" ")
    open_case(case=case, by=team.judge, reason="Both missed the venous beading.")

    assert case.state == DoubleReadingState.OPEN
    assert AuditEvent.objects.get(action="disagreement.reopen").reason == "Both missed the venous beading."


def test_what_was_begun_can_be_removed_to_begin_anew(case: DoubleReading, team: Team) -> None:
    begin(case, team)
    drop_adjudication(case=case, by=team.judge)
    drop_adjudication(case=case, by=team.judge)

    assert regions_of(begin(case, team, StartFrom.FIRST)).count() == 2


def test_an_adjudication_is_no_reading_of_the_adjudicators_own(
    case: DoubleReading, team: Team, client_of: Any
) -> None:
    begin(case, team)
    settled = settle(case, team)
    address = f"/api/images/{case.image.pk}/agreement/"

    answer = client_of(team.judge).get(address).json()

    assert len(answer["pairs"]) == 1
    seen_by_a_reader = client_of(team.ada).get(f"/api/images/{case.image.pk}/label-sets/").json()
    assert settled.pk in {one["id"] for one in seen_by_a_reader["results"]}


def test_the_way_through_the_api_from_the_list_to_the_third_set(
    case: DoubleReading, team: Team, client_of: Any
) -> None:
    client, other = client_of(team.judge), client_of(team.other_judge)
    address = f"/api/double-readings/{case.pk}/"
    detail = client.get(address).json()
    assert (detail["may_settle"], detail["draft"], detail["claim"]) == (True, None, None)
    assert [one["id"] for one in detail["label_sets"]] == [case.first_id, case.second_id]
    assert [one["agree"] for one in detail["pair"]["answers"]] == [True, False, True, True]

    begun = client.post(f"{address}draft/", {"start_from": "merged"}, format="json")
    assert begun.status_code == 201
    assert client.post(f"{address}draft/", {}, format="json").status_code == 200
    refused = other.post(f"{address}claim/")
    assert (refused.status_code, refused.json()["code"]) == (409, "claimed_by_another")
    assert other.get(address).json()["claim"]["mine"] is False
    change = {"base_revision": 1, "change_id": str(uuid.uuid4()), "changes": [], "reading": {"icdr_grade": 3}}
    draft = begun.json()["id"]
    assert client.post(f"/api/label-sets/{draft}/changes/", change, format="json").status_code == 200
    seen = {"base_revision": 2, "first_revision": 1, "second_revision": 1, "comment": "Clearly severe."}

    settled = client.post(f"{address}settle/", seen, format="json")

    assert settled.status_code == 200, settled.content
    answer = settled.json()
    assert (answer["state"], answer["settled"], answer["settled_by_name"]) == (
        "settled",
        draft,
        team.judge.username,
    )
    assert [one["id"] for one in answer["label_sets"]] == [case.first_id, case.second_id, draft]
    opened = other.post(f"{address}open/", {"reason": "The exudates are drusen."}, format="json")
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert client_of(team.ada).get(address).status_code == 403
