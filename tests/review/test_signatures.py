"""The signature: what it needs, what it binds, and that nothing changes what was signed."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import generate_totp_secret
from axes.models import AccessAttempt
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from accounts.roles import Role
from accounts.scopes import Scope
from accounts.services.second_factor import enrol
from accounts.services.tokens import create_token
from accounts.session_keys import CONFIRMED_AT_PROVIDER
from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.selectors import LabelTask, chosen_label_sets
from annotations.services.label_sets import open_reading, save_changes
from annotations.states import LabelSetState
from core.models import AuditEvent
from inference.models import Finding
from review.models import DecisionMade, FindingVerdict, Report, Review, ReviewedImage, Signature
from review.services.canonical import canonical_json, sha256_of_document
from tests.accounts.authenticator_app import App
from tests.conftest import PASSWORD
from tests.review.conftest import ClientOf, Room

pytestmark = pytest.mark.django_db

GOLDEN = {
    "text": "Läsion \u2013 “EX”",
    "whole": 1.0,
    "share": 0.1,
    "tiny": 1e-7,
    "none": None,
    "list": [True, 2, 2.5, {"b": 1, "a": []}],
}
GOLDEN_TEXT = (
    '{"list":[true,2,2.5,{"a":[],"b":1}],"none":null,"share":0.1,"text":"Läsion \u2013 “EX”",'
    '"tiny":1e-07,"whole":1}'
)
GOLDEN_SHA256 = "4e6bbaedd943ce94a5ff5e6817c07825cccf557ce08a602e84117e02aa06b27b"


def test_the_canonical_form_never_changes() -> None:
    assert canonical_json(GOLDEN) == GOLDEN_TEXT
    assert sha256_of_document(GOLDEN) == GOLDEN_SHA256
    assert sha256_of_document(json.loads(GOLDEN_TEXT)) == GOLDEN_SHA256


def test_a_signature_binds_images_models_findings_decisions_and_text(room: Room) -> None:
    first = room.findings()[0]["id"]
    room.save(verdicts=[{"finding": first, "verdict": "reject", "reason": "vessel"}])
    room.accept_all()
    room.save(conclusion="Refer to the eye clinic.")
    room.settle(urgency="soon")
    room.sign()

    signature = Signature.objects.get()
    document = json.loads(signature.document)
    assert signature.sha256 == room.now["sha256"] == sha256_of_document(document)
    assert {one["sha256"] for one in document["images"]} == set(
        FundusImage.objects.values_list("sha256", flat=True)
    )
    assert len(document["models"]) == 2
    assert sum(len(one["findings"]) for one in document["images"]) == Finding.objects.count()
    told = next(one for one in document["images"][0]["findings"] if one["id"] == first)
    assert (told["verdict"], told["reason"]) == ("reject", "vessel")
    assert document["decision"]["outcome"] == "dr"
    assert (document["decision"]["urgency"], document["conclusion"]) == ("soon", "Refer to the eye clinic.")
    assert document["signature"]["by"] == "reviewer"
    assert document["signature"]["meaning"] == room.now["meaning"]
    event = AuditEvent.objects.order_by("-sequence")[0]
    assert event.action == "review.sign"
    assert event.after is not None and event.after["sha256"] == signature.sha256


def test_signing_needs_the_password_once_more_and_counts_failures(room: Room) -> None:
    room.accept_all()
    room.settle()

    wrong = room.sign(status=403, password="not the password")

    assert wrong["code"] == "wrong_credentials"
    assert AccessAttempt.objects.get(username="reviewer").failures_since_start == 1
    assert not Signature.objects.exists()


def forget_password(user: User) -> None:
    """Make somebody who signs in with an OpenID provider only."""
    user.set_unusable_password()
    user.save(update_fields=["password"])


def test_who_has_no_password_signs_with_a_code_that_works_once(room: Room, reviewer: User) -> None:
    secret = generate_totp_secret()
    app = App(secret, [time.time()])
    enrol(user=reviewer, secret=secret, code=app.code(half_minutes=-1))
    reviewer.refresh_from_db()  # its sessions before have ended
    forget_password(reviewer)
    room.client.force_login(reviewer)
    room.accept_all()
    room.settle()

    assert room.sign(status=400, password=PASSWORD)["detail"] == {"confirm_by": "code"}
    assert room.sign(status=403, code="000000")["code"] == "wrong_code"
    room.sign(code=app.code())

    event = AuditEvent.objects.order_by("-sequence")[0]
    assert event.after is not None
    assert (event.action, event.after["confirmed_by"]) == ("review.sign", "code")


def test_without_password_and_code_a_fresh_sign_in_at_the_provider_signs_once(
    room: Room, reviewer: User
) -> None:
    forget_password(reviewer)
    room.client.force_login(reviewer)
    room.accept_all()
    room.settle()
    assert room.sign(status=400, password=PASSWORD)["detail"] == {"confirm_by": "provider"}

    confirmed_at_provider(room, reviewer)
    room.sign()

    assert CONFIRMED_AT_PROVIDER not in room.client.session


def confirmed_at_provider(room: Room, person: User) -> None:
    """Let a person have signed in at the provider anew, just now, in the room's browser."""
    session = room.client.session
    session[CONFIRMED_AT_PROVIDER] = {"user": person.pk, "at": time.time()}
    session.save()


def test_a_fresh_sign_in_of_somebody_else_signs_nothing(
    room: Room, reviewer: User, administrator: User
) -> None:
    forget_password(reviewer)
    room.client.force_login(reviewer)
    room.accept_all()
    room.settle()
    confirmed_at_provider(room, administrator)

    assert room.sign(status=400)["code"] == "unconfirmed"
    assert not Signature.objects.exists()


def test_no_token_signs_not_even_beside_a_session(room: Room, reviewer: User) -> None:
    room.accept_all()
    room.settle()
    _, key = create_token(user=reviewer, name="script", scopes=list(Scope))
    room.client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    assert room.sign(status=403, password=PASSWORD)["code"] == "not_by_token"
    assert not Signature.objects.exists()


def test_an_unfinished_review_is_not_signed_and_says_what_is_open(room: Room) -> None:
    refused = room.sign(status=400)

    assert refused["code"] == "not_ready_to_sign"
    assert {"findings_open", "patient_undecided", "no_urgency"} <= set(refused["detail"]["problems"])


def test_what_was_signed_is_not_saved_or_discarded(signed: Room) -> None:
    first = signed.findings()[0]["id"]

    again = signed.save(status=409, verdicts=[{"finding": first, "verdict": ""}])

    assert again["code"] == "review_signed"
    assert signed.client.delete(signed.address).status_code == 409
    assert signed.sign(status=409)["code"] == "review_signed"


def test_the_database_itself_refuses_to_change_what_was_signed(signed: Room) -> None:
    signed.client.get(f"{signed.address}reports/json/")
    verdict = FindingVerdict.objects.first()
    assert verdict is not None
    changes: dict[str, Callable[[], Any]] = {
        "text": lambda: Review.objects.update(conclusion="other"),
        "back to draft": lambda: Review.objects.update(state="draft"),
        "review": lambda: Review.objects.all()._raw_delete("default"),
        "verdict": lambda: FindingVerdict.objects.update(verdict="reject"),
        "verdicts": lambda: FindingVerdict.objects.all().delete(),
        "one more": lambda: FindingVerdict(review=verdict.review, finding=verdict.finding).save(),
        "decision": lambda: DecisionMade.objects.update(outcome="no_dr"),
        "decisions": lambda: DecisionMade.objects.all().delete(),
        "image": lambda: ReviewedImage.objects.update(correction_revision=9),
        "hash": lambda: Signature.objects.update(sha256="0" * 64),
        "signature": lambda: Signature.objects.all()._raw_delete("default"),
        "report": lambda: Report.objects.update(sha256="0" * 64),
        "reports": lambda: Report.objects.all()._raw_delete("default"),
    }
    refused = [name for name, change in changes.items() if is_refused(change)]

    assert refused == list(changes)


def is_refused(change: Callable[[], Any]) -> bool:
    try:
        with transaction.atomic():
            change()
    except DatabaseError as error:
        return "never changed" in str(error)
    return False


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite replaces rows on insert")
def test_a_row_put_in_place_of_a_signed_one_is_refused_too(signed: Room) -> None:
    def replace() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT OR REPLACE INTO review_signature SELECT * FROM review_signature")

    assert is_refused(replace)


def test_a_draft_beside_a_signed_version_can_still_be_changed_in_the_database(signed: Room) -> None:
    Room(signed.client, signed.exam)

    draft = Review.objects.get(state="draft")
    assert draft.verdicts.update(note="still open") > 0
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="never changed"):
        cursor.execute(
            "UPDATE review_findingverdict SET review_id = %s WHERE review_id = %s",
            [Review.objects.get(state="signed").pk, draft.pk],
        )


def test_a_later_change_is_a_new_version_that_names_the_old_one(signed: Room) -> None:
    old = Signature.objects.get()
    second = Room(signed.client, signed.exam)
    assert second.now["id"] != signed.now["id"]
    assert {one["verdict"] for one in second.findings()} == {"accept"}
    second.save(conclusion="On second thoughts: soon.", urgency="soon")

    second.sign()

    assert (second.now["version"], second.now["replaces_version"]) == (2, 1)
    document = json.loads(Signature.objects.get(review=second.now["id"]).document)
    assert document["replaces"] == {"version": 1, "sha256": old.sha256}
    listed = signed.client.get(f"/api/exams/{signed.exam.pk}/reviews/").json()["results"]
    assert [one["version"] for one in listed] == [2, 1]


def test_of_two_drafts_begun_beside_each_other_one_is_signed(
    room: Room, make_user: Callable[..., User], member: Callable[[User], User], client_of: ClientOf
) -> None:
    other = Room(client_of(member(make_user("other", Role.REVIEWER))), room.exam)
    for draft in (room, other):
        draft.accept_all()
        draft.settle()
    room.sign()

    assert other.sign(status=409)["code"] == "signed_meanwhile"
    assert Signature.objects.count() == 1


@pytest.fixture
def own_reading(room: Room, reviewer: User) -> None:
    """The reviewer is a specialist, too, and handed in a reading of one of the images."""
    reviewer.roles = [Role.SPECIALIST.value, Role.REVIEWER.value]
    reviewer.save()
    image = FundusImage.objects.get(pk=room.now["images"][0]["image"])
    label_set, _ = open_reading(image=image, reader=User.objects.get(pk=reviewer.pk))
    LabelSet.objects.filter(pk=label_set.pk).update(state=LabelSetState.SUBMITTED)


@pytest.mark.usefixtures("own_reading")
def test_nobody_signs_the_review_of_an_image_they_labelled(room: Room) -> None:
    room.accept_all()
    room.settle()

    assert room.now["own_labels"] is True
    assert room.sign(status=403)["code"] == "own_labels"


@pytest.mark.usefixtures("own_reading")
def test_nobody_signs_the_review_of_an_image_whose_disagreement_they_settled(room: Room) -> None:
    settled = {"source": "adjudication:1", "state": LabelSetState.ACCEPTED}
    LabelSet.objects.filter(author__username="reviewer").update(**settled)
    room.accept_all()
    room.settle()

    assert room.now["own_labels"] is True
    assert room.sign(status=403)["code"] == "own_labels"


@pytest.mark.usefixtures("own_reading")
def test_on_a_site_of_one_person_they_do_and_the_text_says_so(room: Room, settings: Any) -> None:
    settings.ONE_PERSON_SITE = True
    room.accept_all()
    room.settle()

    room.sign()

    document = json.loads(Signature.objects.get().document)
    assert document["site"]["one_person_operation"] is True
    assert document["signature"]["labelled_by_signer"] is True


def test_edits_rejections_and_additions_become_a_correction_that_datasets_choose(
    room: Room, project: Project, make_user: Callable[..., User], member: Callable[[User], User]
) -> None:
    image = FundusImage.objects.get(pk=room.now["images"][0]["image"])
    reader = member(make_user("reader", Role.SPECIALIST))
    earlier, _ = open_reading(image=image, reader=reader)
    save_changes(
        label_set=earlier,
        by=reader,
        base_revision=0,
        change_id="0" * 32,  # type: ignore[arg-type]
        changes=[],
        reading={"dr_status": "no_dr"},
    )
    LabelSet.objects.filter(pk=earlier.pk).update(state=LabelSetState.ACCEPTED)
    kept, edited, removed, rejected = room.findings()[:4]
    square = {"x": 20, "y": 20, "width": 12, "height": 10}
    room.save(verdicts=[{"finding": rejected["id"], "verdict": "reject", "reason": "duplicate"}])
    added = "12345678-1234-4234-8234-123456789abc"
    label_set = room.correct(
        0,
        {"op": "update", "uuid": edited["uuid"], "shape": "rect", "geometry": square},
        {"op": "remove", "uuid": removed["uuid"]},
        {"op": "add", "uuid": added, "shape": "rect", "geometry": square, "lesion_class": "HE"},
    )
    verdicts = {one["id"]: (one["verdict"], one["reason"]) for one in room.findings()}
    assert verdicts[edited["id"]] == ("edit", "wrong_outline")
    assert verdicts[removed["id"]] == ("reject", "other")
    assert verdicts[rejected["id"]] == ("reject", "duplicate")
    assert verdicts[kept["id"]] == ("", "")
    assert [one["uuid"] for one in room.now["images"][0]["added"]] == [added]
    room.accept_all()
    room.settle()
    room.sign()

    correction = LabelSet.objects.get(pk=label_set)
    assert (correction.state, correction.dr_status, correction.decided_by) == ("accepted", "dr", None)
    drawn = {str(one.uuid): one for one in Region.objects.filter(label_set=correction, removed_in=None)}
    assert drawn.keys() == {one["uuid"] for one in room.findings() if one["verdict"] != "reject"} | {added}
    assert drawn[edited["uuid"]].geometry == square
    assert drawn[kept["uuid"]].origin.startswith("model:")
    for task in (LabelTask.CLASSIFIER, LabelTask.SEGMENTER):
        chosen = {one.image_id: one for one in chosen_label_sets(project=project, task=task)}
        assert chosen[image.pk] == correction
    assert not LabelSet.objects.filter(source__startswith="correction:").exclude(pk=label_set).exists()
    document = json.loads(Signature.objects.get().document)
    told = {one["id"]: one for one in document["images"][0]["findings"]}
    assert told[edited["id"]]["edited"]["geometry"] == square
    assert document["images"][0]["added"][0]["uuid"] == added


def test_accepting_an_edited_finding_again_brings_the_models_outline_back(room: Room) -> None:
    finding = room.findings()[0]
    square = {"x": 20, "y": 20, "width": 12, "height": 10}
    label_set = room.correct(
        0, {"op": "update", "uuid": finding["uuid"], "shape": "rect", "geometry": square}
    )
    room.save(verdicts=[{"finding": finding["id"], "verdict": "accept"}])
    opened = room.client.post(f"{room.address}corrections/", {"image": room.now["images"][0]["image"]})

    assert opened.json()["label_set"] == label_set
    region = Region.objects.get(label_set=label_set, uuid=finding["uuid"], removed_in=None)
    assert region.shape == "polygon"


def test_drawing_that_the_verdicts_do_not_follow_yet_is_not_signed(room: Room) -> None:
    room.accept_all()
    room.settle()
    image = room.now["images"][0]["image"]
    label_set = room.client.post(f"{room.address}corrections/", {"image": image}).json()["label_set"]
    current = room.client.get(f"/api/label-sets/{label_set}/").json()["revision"]
    change = {"op": "remove", "uuid": room.findings()[0]["uuid"]}
    body = {"base_revision": current, "change_id": "f" * 32, "changes": [change]}
    assert room.client.post(f"/api/label-sets/{label_set}/changes/", body).status_code == 200

    assert room.sign(status=400)["detail"]["problems"] == ["correction_waits"]


def test_a_correction_is_not_handed_in_and_counts_as_no_reading_of_its_own(
    room: Room, reviewer: User
) -> None:
    reviewer.roles = [Role.SPECIALIST.value, Role.REVIEWER.value]
    reviewer.save()
    label_set = room.correct(0, {"op": "remove", "uuid": room.findings()[0]["uuid"]})

    answer = room.client.post(f"/api/label-sets/{label_set}/submit/", {})

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_a_version_that_takes_a_correction_back_makes_a_newer_one(room: Room, project: Project) -> None:
    finding = room.findings()[0]
    room.save(verdicts=[{"finding": finding["id"], "verdict": "reject", "reason": "vessel"}])
    room.accept_all()
    room.settle()
    room.sign()
    second = Room(room.client, room.exam)
    second.save(verdicts=[{"finding": finding["id"], "verdict": "accept"}])

    second.sign()

    chosen = chosen_label_sets(project=project, task=LabelTask.SEGMENTER).get(
        image=second.now["images"][0]["image"]
    )
    assert chosen.source == f"correction:{second.now['id']}"
    assert chosen.regions.filter(removed_in=None, uuid=finding["uuid"]).exists()
