"""A signed version shows what was signed, whatever becomes of its parts; and only what was seen is signed."""

from collections.abc import Callable

import pytest

from accounts.models import User
from accounts.roles import Role
from annotations.models import Assignment, Exam, FundusImage, Patient
from annotations.services.label_sets import open_reading
from annotations.services.quality import judge_quality
from annotations.states import LabelSetState, QualityGrade
from tests.review.conftest import ClientOf, Room

pytestmark = pytest.mark.django_db
SHOWN = ("patient_code", "reviewer_name", "urgency", "conclusion", "images", "decisions", "signed_as")


def test_a_signed_version_shows_what_was_signed_whatever_changes_after(
    room: Room, reviewer: User, administrator: User
) -> None:
    first = room.findings()[0]
    square = {"x": 20, "y": 20, "width": 12, "height": 10}
    room.correct(0, {"op": "update", "uuid": first["uuid"], "shape": "rect", "geometry": square})
    room.accept_all()
    room.settle()
    room.save(conclusion="To the eye clinic.")
    drafted = room.now
    room.sign()
    signed = room.now
    assert [one["findings"] for one in signed["images"]] == [one["findings"] for one in drafted["images"]]
    assert signed["images"][0]["findings"][0]["drawn"]["geometry"] == square
    outcomes = [(one["scope"], one["outcome"], one["agreed"]) for one in signed["decisions"]]
    assert outcomes == [(one["scope"], one["outcome"], one["agreed"]) for one in drafted["decisions"]]

    Patient.objects.update(code="Somebody")
    Exam.objects.update(site="Elsewhere")
    reviewer.first_name = "Another"
    reviewer.save()
    for image in FundusImage.objects.all():
        judge_quality(image=image, grade=QualityGrade.UNGRADABLE, reason="blurred", by=administrator)

    now = room.client.get(room.address).json()
    assert {name: now[name] for name in SHOWN} == {name: signed[name] for name in SHOWN}
    assert (now["state"], now["open"], now["editable"]) == ("signed", [], False)


def test_a_signed_review_stays_within_reach_when_its_images_move(signed: Room) -> None:
    mover = Exam.objects.create(
        patient=Patient.objects.create(project=signed.exam.patient.project, code="P2")
    )
    FundusImage.objects.update(exam=mover)

    told = signed.client.get(signed.address)

    assert told.status_code == 200
    assert told.json()["signed_as"]["patient_code"] == "P1"
    assert [(one["eye"], one["patient_code"]) for one in told.json()["moved"]] == [("OD", "P2"), ("OS", "P2")]
    assert signed.client.get(f"{signed.address}reports/json/").status_code == 200
    listed = signed.client.get(f"/api/exams/{mover.pk}/reviews/").json()["results"]
    assert [(one["id"], one["exam"]) for one in listed] == [(signed.now["id"], signed.exam.pk)]


def test_what_changed_after_it_was_shown_is_not_signed(room: Room) -> None:
    room.accept_all()
    room.settle()
    Exam.objects.update(site="Another clinic")

    refused = room.sign(status=409)

    assert refused["code"] == "changed_meanwhile"
    room.now = refused["detail"]["review"]
    room.sign()
    assert room.now["signed_as"]["site"] == "Another clinic"


def test_whoever_has_still_to_read_an_image_sees_no_review_of_it_and_begins_none(
    signed: Room,
    make_user: Callable[..., User],
    member: Callable[[User], User],
    client_of: ClientOf,
    administrator: User,
) -> None:
    reader = member(make_user("reader", Role.SPECIALIST, Role.REVIEWER))
    client = client_of(reader)
    image = FundusImage.objects.get(pk=signed.now["images"][0]["image"])
    listed = f"/api/exams/{signed.exam.pk}/reviews/"
    queue = f"/api/review-queue/?project={image.project_id}&state=signed"
    assert client.get(signed.address).status_code == 200
    assert client.get(queue).json()["count"] == 1

    Assignment.objects.create(image=image, user=reader, assigned_by=administrator)

    assert client.get(signed.address).status_code == 404
    assert client.get(f"{signed.address}reports/pdf/").status_code == 404
    assert client.get(listed).json()["count"] == 0
    assert client.get(queue).json()["count"] == 0
    refused = client.post(listed)
    assert (refused.status_code, refused.json()["code"]) == (403, "read_first")
    reading, _ = open_reading(image=image, reader=reader)
    assert client.get(signed.address).status_code == 404
    type(reading).objects.filter(pk=reading.pk).update(state=LabelSetState.SUBMITTED)
    assert client.get(signed.address).status_code == 200
