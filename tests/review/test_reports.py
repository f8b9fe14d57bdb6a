"""Reports: what they say, who gets them, and that one altered byte is found and named."""

import json
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from fhir.resources.R4B.bundle import Bundle
from pypdf import PdfReader

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage
from core.models import AuditEvent
from inference.models import Finding, ModelVersion
from review import triggers
from review.models import Report, Signature
from review.services.canonical import sha256_of_document
from review.services.report_words import findings_told, rejected_told
from tests.review.conftest import ClientOf, Room

pytestmark = pytest.mark.django_db


def report(room: Room, kind: str) -> bytes:
    answer = room.client.get(f"{room.address}reports/{kind}/")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def verify(content: bytes, tmp_path: Path) -> dict[str, Any]:
    path = tmp_path / "report"
    path.write_bytes(content)
    out = StringIO()
    try:
        call_command("verify_decision", str(path), "--json", stdout=out)
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    return {"status": status, **json.loads(out.getvalue().splitlines()[-1])}


def altered(content: bytes, **changes: Any) -> bytes:
    """A JSON report with parts of its document replaced."""
    told = json.loads(content)
    told["document"].update(changes)
    return json.dumps(told).encode()


def test_the_pdf_says_all_that_a_reader_needs_and_carries_the_signed_json(room: Room) -> None:
    first = room.findings()[0]["id"]
    room.save(verdicts=[{"finding": first, "verdict": "reject", "reason": "vessel", "note": "an <artery>"}])
    room.accept_all()
    room.save(conclusion="Refer & repeat.\nSee in a month.")
    room.settle(urgency="soon")
    room.sign()

    reader = PdfReader(BytesIO(report(room, "pdf")))

    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    for told in (
        "Patient P1",
        "DR. Refer soon.",
        "Right eye (OD)",
        "rejected: 1 part of a vessel (an <artery>).",
        "Refer & repeat.",
        "AUC 0.90 (0.80 to 1.00)",
        "Signed by reviewer",
        room.now["meaning"],
        "not a medical device",
        ModelVersion.objects.get(task="segmenter").pk[:16],
    ):
        assert told in text, f"{told!r} is not in: {text}"
    assert room.now["sha256"] in text.replace(" ", "")
    assert sum(len(page.images) for page in reader.pages) == 2
    attached = json.loads(reader.attachments["review.json"][0])
    assert attached["sha256"] == room.now["sha256"]


def test_a_site_of_one_person_is_told_in_the_pdf(room: Room, settings: Any) -> None:
    settings.ONE_PERSON_SITE = True
    room.accept_all()
    room.settle()
    room.sign()

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(report(room, "pdf"))).pages)

    assert "one-person operation" in text
    assert json.loads(report(room, "json"))["document"]["site"]["one_person_operation"] is True
    assert b"one-person operation" in report(room, "fhir")


def test_fhir_is_valid_and_names_the_hash_the_eyes_and_the_lesions(signed: Room) -> None:
    bundle: Any = Bundle.model_validate_json(report(signed, "fhir"))

    resources: list[Any] = [entry.resource for entry in bundle.entry]
    kinds = [one.__class__.__name__ for one in resources]
    assert kinds == ["DiagnosticReport", "Patient", "Observation", "Observation"]
    diagnosis, _, right, left = resources
    assert diagnosis.identifier[0].value == signed.now["sha256"]
    assert diagnosis.status == "final"
    assert [one.reference for one in diagnosis.result] == [entry.fullUrl for entry in bundle.entry[2:]]
    assert right.bodySite.coding[0].code == "18944008"
    assert left.bodySite.coding[0].code == "8966001"
    assert right.valueCodeableConcept.text == "DR"
    counted = {one.code.text.split("s in")[0]: one.valueInteger for one in right.component}
    assert counted["hemorrhage"] == sum(one["lesion_class"] == "HE" for one in signed.findings())
    assert "not a medical device" in diagnosis.conclusion


def test_fhir_never_gives_the_rules_reasons_for_a_decision_against_them(room: Room) -> None:
    why = "scars of another disease"
    room.accept_all()
    room.save(decisions=[{"scope": "eye", "eye": "OD", "outcome": "ungradable", "reason": why}])
    room.settle()
    room.sign()

    entries = json.loads(report(room, "fhir"))["entry"]

    right, left = ([note["text"] for note in one["resource"]["note"]] for one in entries[2:])
    assert right[0].startswith("The rules proposed: DR. ")
    assert right[1] == why
    assert not any("rules proposed" in text for text in left)


def test_of_many_findings_only_accepted_ones_are_left_out_of_the_table() -> None:
    findings = [{"verdict": verdict} for verdict in ["reject"] * 5 + ["accept"] * 5 + ["edit"] * 7]

    told, left = findings_told(findings, most=10)
    assert ([one["verdict"] for one in told], left) == (["edit"] * 7 + ["accept"] * 3, 2)

    told, left = findings_told(findings, most=3)
    assert ([one["verdict"] for one in told], left) == (["edit"] * 7, 5)


def test_rejected_findings_are_told_in_one_line_for_each_class() -> None:
    def rejected(code: str, reason: str, note: str = "") -> dict[str, str]:
        return {"class": code, "verdict": "reject", "reason": reason, "note": note}

    findings = [
        rejected("MA", "vessel", "a branch"),
        *[rejected("MA", "not_a_lesion")] * 35,
        {"class": "HE", "verdict": "accept", "reason": "", "note": ""},
        rejected("EX", "artefact"),
    ]

    assert rejected_told(findings) == [
        "36 microaneurysms rejected: 35 not a lesion; 1 part of a vessel (a branch).",
        "1 hard exudate rejected: 1 artefact, reflex or dust.",
    ]


def test_a_report_is_made_once_and_every_download_is_in_the_audit_log(signed: Room) -> None:
    first = report(signed, "pdf")
    assert report(signed, "pdf") == first

    events = AuditEvent.objects.filter(action="review.download")
    assert events.count() == 2
    assert {event.actor_name for event in events} == {"reviewer"}


def test_a_report_whose_stored_file_was_altered_is_not_given_out(signed: Room) -> None:
    report(signed, "json")
    with default_storage.open(Report.objects.get().file, "ab") as stored:
        stored.write(b" ")

    answer = signed.client.get(f"{signed.address}reports/json/")

    assert (answer.status_code, answer.json()["code"]) == (409, "report_altered")
    assert AuditEvent.objects.filter(action="review.download").count() == 1


def test_no_pdf_is_made_where_an_outline_is_not_the_one_that_was_signed(signed: Room) -> None:
    finding = Finding.objects.get(pk=signed.findings()[0]["id"])
    first, *others = finding.polygon["points"]
    finding.polygon["points"] = [[first[0] + 3, first[1]], *others]
    finding.save()

    answer = signed.client.get(f"{signed.address}reports/pdf/")

    assert (answer.status_code, answer.json()["code"]) == (409, "signed_part_altered")
    assert not Report.objects.exists()


def test_reports_are_for_who_may_see_the_patient(
    signed: Room,
    specialist: User,
    administrator: User,
    make_user: Callable[..., User],
    client_of: ClientOf,
) -> None:
    address = f"{signed.address}reports/json/"

    assert client_of(make_user("stranger", Role.REVIEWER)).get(address).status_code == 404
    assert client_of(specialist).get(address).status_code == 403
    assert client_of(administrator).get(address).status_code == 200
    assert signed.client.get(f"{signed.address}reports/docx/").status_code == 404


def test_a_draft_has_no_report(room: Room) -> None:
    answer = room.client.get(f"{room.address}reports/pdf/")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_signed")


def test_every_report_is_found_to_be_as_it_was_signed(signed: Room, tmp_path: Path) -> None:
    for kind in ("pdf", "json", "fhir"):
        told = verify(report(signed, kind), tmp_path)
        assert (told["status"], told["ok"], told["problems"]) == (0, True, [])


def test_what_was_altered_in_a_fhir_report_is_named(signed: Room, tmp_path: Path) -> None:
    given = report(signed, "fhir")
    bundle = json.loads(given)
    assert verify(json.dumps(bundle).encode(), tmp_path)["ok"]  # indented otherwise

    bundle["entry"][2]["resource"]["valueCodeableConcept"]["text"] = "no DR"
    told = verify(json.dumps(bundle).encode(), tmp_path)
    assert (told["status"], told["problems"]) == (
        1,
        ["entry[2].resource.valueCodeableConcept.text was altered"],
    )

    bundle["entry"][0]["resource"]["identifier"][0]["value"] = "0" * 64
    assert verify(json.dumps(bundle).encode(), tmp_path)["problems"] == ["No such review was signed here."]
    with default_storage.open(Report.objects.get(kind="fhir").file, "ab") as stored:
        stored.write(b" ")
    assert "was altered" in verify(given, tmp_path)["first_bad"]


def test_what_was_altered_in_a_json_report_is_named(signed: Room, tmp_path: Path) -> None:
    content = report(signed, "json")
    images = json.loads(content)["document"]["images"]
    images[1]["findings"][0]["verdict"] = "reject"

    told = verify(altered(content, conclusion="All is well.", images=images), tmp_path)

    assert (told["status"], told["ok"]) == (1, False)
    assert "conclusion was altered" in told["problems"]
    assert "images[1].findings[0].verdict was altered" in told["problems"]


def test_a_report_hashed_anew_after_a_change_is_found_out(signed: Room, tmp_path: Path) -> None:
    told = json.loads(altered(report(signed, "json"), conclusion="All is well."))
    told["sha256"] = sha256_of_document(told["document"])

    found = verify(json.dumps(told).encode(), tmp_path)

    assert found["problems"] == [
        "conclusion was altered",
        "The hash that the report names is not the one that was signed.",
    ]


def test_a_json_report_with_something_put_in_beside_the_document_is_refused(
    signed: Room, tmp_path: Path
) -> None:
    content = report(signed, "json").decode()
    beside = content.replace('"document": {', '"decision": "no DR",\n"document": {', 1)
    twice = content.replace('"conclusion": ', '"conclusion": "All is well.",\n"conclusion": ', 1)

    assert "something was added" in verify(beside.encode(), tmp_path)["first_bad"]
    assert "it names 'conclusion' twice" in verify(twice.encode(), tmp_path)["first_bad"]


def test_one_altered_byte_of_the_pdf_is_found(signed: Room, tmp_path: Path) -> None:
    content = bytearray(report(signed, "pdf"))
    place = content.index(b"/MediaBox [ 0 0 595") if b"/MediaBox [ 0 0 595" in content else -40
    content[place + 17] ^= 1

    told = verify(bytes(content), tmp_path)

    assert (told["status"], told["ok"]) == (1, False)


def test_an_altered_image_an_altered_signature_and_a_forged_one_are_named(
    signed: Room, tmp_path: Path
) -> None:
    content = report(signed, "json")
    image = FundusImage.objects.get(pk=signed.now["images"][0]["image"])
    with default_storage.open(image.file, "ab") as stored:
        stored.write(b"x")
    assert verify(content, tmp_path)["problems"] == [
        f"Image {image.pk}: its stored file is not the one that was signed."
    ]

    with triggers.lifted(connection):
        signature = Signature.objects.get()
        Signature.objects.update(
            document=signature.document.replace('"urgency":"routine"', '"urgency":"none"')
        )
    problems = verify(content, tmp_path)["problems"]
    assert "decision.urgency was altered" in problems
    assert any("stored signature itself was altered" in one for one in problems)


@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.4 broken", b'{"document": [], "sha256": 1}', b"[1"])
def test_what_is_no_report_is_refused_in_words(content: bytes, tmp_path: Path, db: None) -> None:
    told = verify(content, tmp_path)

    assert (told["status"], told["ok"]) == (1, False)
    assert told["first_bad"].startswith("This ")
