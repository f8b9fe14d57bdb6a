"""Findings of a class that the project does not label: shown and free to be judged, but never in the way."""

import json
from io import BytesIO

import pytest
from pypdf import PdfReader

from annotations.models import LesionClass
from review.models import FindingTally, Signature
from tests.review.conftest import Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def without_exudates(room: Room) -> Room:
    """The review as it is shown once exudates are switched off."""
    LesionClass.objects.filter(code="EX").update(enabled=False)
    room.now = room.client.get(room.address).json()
    return room


def exudates(room: Room, image: int = 0) -> list[dict[str, object]]:
    return [one for one in room.findings(image) if one["lesion_class"] == "EX"]


def sign(room: Room) -> dict[str, object]:
    room.settle()
    room.sign()
    return dict(json.loads(Signature.objects.get().document))


def test_they_are_told_beside_the_others_and_marked(without_exudates: Room) -> None:
    found = without_exudates.findings()

    assert {one["lesion_class"]: one["labelled"] for one in found} == {"HE": True, "EX": False}


def test_they_never_hold_up_signing_and_the_signed_record_says_that_nobody_judged_them(
    without_exudates: Room,
) -> None:
    room = without_exudates
    hemorrhages = [one for one in room.findings() if one["lesion_class"] == "HE"]
    told = next(one["message"] for one in room.now["open"] if one["code"] == "findings_open")
    assert f"{len(hemorrhages)} finding" in told

    room.accept_all()
    assert "findings_open" not in room.open_codes()
    document = sign(room)

    signed = document["images"][0]["findings"]  # type: ignore[index]
    assert {(one["class"], one["labelled"], one["verdict"]) for one in signed} == {
        ("HE", True, "accept"),
        ("EX", False, ""),
    }
    assert {(one["verdict"], one["labelled"]) for one in exudates(room)} == {("", False)}


def test_a_reviewer_may_judge_them_all_the_same(without_exudates: Room) -> None:
    room = without_exudates
    first = exudates(room)[0]["id"]

    room.save(verdicts=[{"finding": first, "verdict": "reject", "reason": "vessel"}])
    room.save(all_of=[{"verdict": "accept", "lesion_class": "EX"}])

    verdicts = {one["id"]: one["verdict"] for one in exudates(room)}
    assert verdicts.pop(first) == "reject"
    assert set(verdicts.values()) <= {"accept"}


def test_reports_tell_them_apart_from_lesions_that_stand(without_exudates: Room) -> None:
    room = without_exudates
    left = len(exudates(room))
    room.accept_all()
    sign(room)

    reader = PdfReader(BytesIO(room.client.get(f"{room.address}reports/pdf/").content))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    bundle = json.loads(room.client.get(f"{room.address}reports/fhir/").content)

    said = f"Not judged, as this project does not label them: {left} hard exudate"
    assert said in text
    assert "hard exudates: " not in text
    eye = bundle["entry"][2]["resource"]
    assert any(said in note["text"] for note in eye["note"])
    assert not any("exudate" in one["code"]["text"] for one in eye["component"])


def test_they_count_neither_for_nor_against_the_model(without_exudates: Room) -> None:
    room = without_exudates
    room.save(verdicts=[{"finding": exudates(room)[0]["id"], "verdict": "reject", "reason": "vessel"}])
    room.accept_all()
    sign(room)

    tallies = FindingTally.objects.filter(lesion_class="EX")
    assert not any(one.accepted + one.edited + one.rejected for one in tallies)


def test_a_class_that_is_switched_off_before_the_signature_is_to_be_looked_at_again(room: Room) -> None:
    room.accept_all()
    room.settle()
    LesionClass.objects.filter(code="EX").update(enabled=False)

    assert room.sign(status=409)["code"] == "changed_meanwhile"
