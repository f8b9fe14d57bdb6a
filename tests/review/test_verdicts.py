"""Verdicts and decisions: saved as deltas, by one reviewer, within the rules that protect patients."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from accounts.models import User
from accounts.roles import Role
from annotations.models import Exam, FundusImage, Project
from annotations.services.quality import judge_quality
from annotations.states import QualityGrade
from core.models import AuditEvent, Job
from inference.models import Finding, ModelVersion
from inference.services.predictions import queue_prediction
from review.models import FindingVerdict
from tests.review.conftest import ClientOf, Room

pytestmark = pytest.mark.django_db


def test_a_draft_judges_what_the_champions_say_today_and_opens_once(room: Room) -> None:
    again = room.client.post(f"/api/exams/{room.exam.pk}/reviews/")

    assert (again.status_code, again.json()["id"]) == (200, room.now["id"])
    assert room.findings(0) and room.findings(1)
    assert all(one["verdict"] == "" for one in room.findings(0))
    assert room.decision("patient")["proposed"] == "dr"


def test_a_verdict_is_kept_with_its_reason_and_can_be_taken_back(room: Room) -> None:
    first = room.findings()[0]["id"]
    room.save(verdicts=[{"finding": first, "verdict": "reject", "reason": "vessel", "note": "an arteriole"}])
    kept = room.findings()[0]
    assert (kept["verdict"], kept["reason"], kept["note"]) == ("reject", "vessel", "an arteriole")

    room.save(verdicts=[{"finding": first, "verdict": ""}])

    assert room.findings()[0]["verdict"] == ""
    assert not FindingVerdict.objects.exists()


def test_a_rejection_needs_a_reason_and_another_reason_needs_words(room: Room) -> None:
    first = room.findings()[0]["id"]

    bare = room.save(status=400, verdicts=[{"finding": first, "verdict": "reject"}])
    other = room.save(status=400, verdicts=[{"finding": first, "verdict": "reject", "reason": "other"}])

    assert bare["code"] == other["code"] == "reason_missing"
    assert not FindingVerdict.objects.exists()


def test_all_of_a_class_at_once_leaves_what_was_judged_before(room: Room) -> None:
    kinds = {one["lesion_class"] for one in room.findings()}
    assert kinds == {"HE", "EX"}
    rejected = next(one for one in room.findings() if one["lesion_class"] == "HE")["id"]
    room.save(verdicts=[{"finding": rejected, "verdict": "reject", "reason": "artefact"}])

    room.save(all_of=[{"verdict": "accept", "lesion_class": "HE", "image": room.now["images"][0]["image"]}])

    verdicts = {one["id"]: one["verdict"] for one in room.findings()}
    assert verdicts[rejected] == "reject"
    assert {verdicts[one["id"]] for one in room.findings() if one["lesion_class"] == "EX"} == {""}
    assert {one["verdict"] for one in room.findings(1)} == {""}


def test_the_rest_of_ten_thousand_findings_is_accepted_at_once(room: Room) -> None:
    few = sum(len(one["findings"]) for one in room.now["images"])
    finding = Finding.objects.get(pk=room.findings()[0]["id"])
    Finding.objects.bulk_create(
        Finding(
            prediction_id=finding.prediction_id,
            **{name: getattr(finding, name) for name in ("lesion_class", "polygon", "bbox")},
            **{name: getattr(finding, name) for name in ("area_px", "area_fov_percent", "confidence")},
        )
        for _ in range(10_000)
    )

    room.accept_all()

    assert FindingVerdict.objects.filter(verdict="accept").count() == few + 10_000
    assert "findings_open" not in room.open_codes()


def test_one_save_writes_one_audit_event_that_names_the_verdicts(room: Room) -> None:
    before = AuditEvent.objects.count()

    room.save(verdicts=[{"finding": one["id"], "verdict": "accept"} for one in room.findings()])

    event = AuditEvent.objects.order_by("-sequence")[0]
    assert (AuditEvent.objects.count(), event.action) == (before + 1, "review.save")
    assert event.after is not None
    assert len(event.after["verdicts"]) == len(room.findings())


def test_a_save_based_on_an_earlier_revision_gets_409_and_the_review_as_it_is(room: Room) -> None:
    first, second = room.findings()[:2]
    room.save(verdicts=[{"finding": first["id"], "verdict": "accept"}])

    stale = room.save(status=409, base=0, verdicts=[{"finding": second["id"], "verdict": "accept"}])

    assert stale["code"] == "stale_review"
    assert stale["detail"]["review"]["revision"] == 1
    assert FindingVerdict.objects.count() == 1


def test_what_was_rejected_speaks_for_nothing_in_the_proposals(
    project: Project,
    administrator: User,
    reviewer: User,
    member: Callable[[User], User],
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
    do: Callable[[Job], Job],
    client_of: ClientOf,
) -> None:
    image = add_image("P1", "OD", grade=2, seed=1)
    add_image("P1", "OS", grade=2, seed=2)
    add_model("classifier", state="champion", bias=-2)  # says no DR beside lesions
    add_model("segmenter", state="champion")
    do(queue_prediction(project=project, by=administrator))
    room = Room(client_of(member(reviewer)), image.exam)
    assert room.decision("image")["proposed"] == "discordant"
    assert "undecided" in room.open_codes()

    room.save(all_of=[{"verdict": "reject", "reason": "not_a_lesion"}])

    assert {one["proposed"] for one in room.now["decisions"]} == {"no_dr"}
    assert room.open_codes() == {"patient_undecided", "no_urgency"}


def test_an_override_needs_a_reason_and_counts_for_eye_and_patient(room: Room) -> None:
    images = [one["image"] for one in room.now["images"]]
    bare = [{"scope": "image", "image": images[0], "outcome": "no_dr"}]
    assert room.save(status=400, decisions=bare)["code"] == "reason_missing"

    why = "hypertension, not diabetes"
    room.save(decisions=[{**bare[0], "image": image, "reason": why} for image in images])

    assert [room.decision("eye", place)["proposed"] for place in (0, 1)] == ["no_dr", "no_dr"]
    assert room.decision("patient")["proposed"] == "no_dr"
    room.settle("no_dr", urgency="none")
    assert "patient_undecided" not in room.open_codes()


def test_a_patient_is_never_no_dr_beside_an_eye_that_is_ungradable(room: Room, reviewer: User) -> None:
    od, os = (one["image"] for one in room.now["images"])
    room.save(decisions=[{"scope": "image", "image": od, "outcome": "no_dr", "reason": "old scars"}])
    room.save(decisions=[{"scope": "image", "image": os, "outcome": "ungradable", "reason": "out of focus"}])
    assert room.decision("patient")["proposed"] == "incomplete"

    wish = [{"scope": "patient", "outcome": "no_dr", "reason": "I am sure"}]
    eye = [{"scope": "eye", "eye": "OS", "outcome": "no_dr", "reason": "I am sure"}]

    assert room.save(status=400, decisions=wish)["code"] == "not_decidable"
    assert room.save(status=400, decisions=eye)["code"] == "not_decidable"
    room.settle("incomplete", urgency="none")
    assert "incomplete_unanswered" in room.open_codes()
    room.save(conclusion="Repeat the left eye with dilated pupils.")
    assert "incomplete_unanswered" not in room.open_codes()


def test_a_contradiction_is_no_answer_of_a_reviewer(room: Room) -> None:
    image = room.now["images"][0]["image"]
    wish = [{"scope": "image", "image": image, "outcome": "discordant", "reason": "hm"}]

    assert room.save(status=400, decisions=wish)["code"] == "not_decidable"


def test_a_decision_is_asked_for_again_when_the_rules_propose_something_else(
    room: Room, reviewer: User
) -> None:
    room.settle()
    assert "proposal_changed" not in room.open_codes()

    for one in room.now["images"]:
        image = FundusImage.objects.get(pk=one["image"])
        judge_quality(image=image, by=reviewer, grade=QualityGrade.UNGRADABLE, reason="blurred")
    room.save(conclusion="Looked again.")

    assert room.decision("patient")["proposed"] == "ungradable"
    assert "proposal_changed" in room.open_codes()


def test_nobody_sees_or_changes_anothers_draft(
    room: Room, make_user: Callable[..., User], member: Callable[[User], User], client_of: ClientOf
) -> None:
    other = client_of(member(make_user("other", Role.REVIEWER)))

    assert other.get(room.address).status_code == 404
    assert other.post(f"{room.address}changes/", {"base_revision": 0}).status_code == 404
    own = other.post(f"/api/exams/{room.exam.pk}/reviews/")
    assert (own.status_code, own.json()["id"] != room.now["id"]) == (201, True)


def test_who_is_not_of_the_project_finds_no_exam(
    exam: Exam, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    stranger = client_of(make_user("stranger", Role.REVIEWER))

    assert stranger.post(f"/api/exams/{exam.pk}/reviews/").status_code == 404
    assert stranger.get(f"/api/exams/{exam.pk}/reviews/").status_code == 404


def test_a_discarded_draft_is_gone_with_its_verdicts_and_corrections(room: Room) -> None:
    room.accept_all()
    gone = room.findings()[0]["uuid"]
    label_set = room.correct(0, {"op": "remove", "uuid": gone})

    assert room.client.delete(room.address).status_code == 204

    assert not FindingVerdict.objects.exists()
    assert room.client.get(room.address).status_code == 404
    assert room.client.get(f"/api/label-sets/{label_set}/").status_code == 404


def test_a_review_is_read_in_the_same_number_of_queries_however_many_findings(
    room: Room,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("accounts.middleware.RENEW_EVERY_S", 10**9)  # renewing takes queries of its own
    room.accept_all()
    with django_assert_max_num_queries(22):
        room.client.get(room.address)
