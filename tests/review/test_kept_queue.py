"""The places of the review queue are kept: by the rules, and found anew when what they rest on changes."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Exam, FundusImage, LabelSet, Patient, QualityJudgement
from inference.models import ImageDecision, ModelVersion
from inference.selectors.decisions import image_verdict
from inference.states import DecisionOutcome
from review.models import QueueMark, QueuePlace, Review
from review.queue_rules import ImageFacts, Place, place_of
from review.queue_triggers import create
from review.selectors.queue_facts import reasons_in
from review.services import queue_places
from review.states import Why
from review.tasks import find_forgotten_patients, keep_queue_up
from tests.lists.make import make_world
from tests.lists.world import FEW, World

pytestmark = pytest.mark.django_db
SAYS_DR = {"dr": True, "no_dr": False}


@pytest.fixture
def world() -> World:
    return make_world(FEW)


@pytest.fixture
def kept(world: World) -> Patient:
    """A patient of a queue that is up to date."""
    queue_places.keep_up(within_s=60.0)  # a busy machine takes longer than the chore has
    assert not QueueMark.objects.exists()
    return Patient.objects.get(code="P000002")


@pytest.fixture
def client(world: World) -> APIClient:
    client = APIClient()
    client.force_login(User.objects.get(pk=world.people["reviewer"]))
    return client


def asked_of(client: APIClient, **narrowed: Any) -> list[int]:
    answer = client.get("/api/review-queue/", {"project": World.project, "page_size": 200, **narrowed})
    assert answer.status_code == 200, answer.content
    return [row["patient"] for row in answer.json()["results"]]


def test_the_order_is_that_of_the_rules_whatever_reason_is_asked_for(client: APIClient) -> None:
    places = {patient: _by_the_rules(patient) for patient in Patient.objects.values_list("pk", flat=True)}
    in_order = sorted(places, key=lambda patient: (places[patient].rank, patient))

    listed = asked_of(client) + asked_of(client, state="signed")

    assert sorted(listed) == sorted(in_order)
    assert len({place.whys for place in places.values()}) > 4
    for state in ("open", "signed"):
        shown = asked_of(client, state=state)
        assert shown == [patient for patient in in_order if patient in shown]
        for why in Why:
            having = [patient for patient in shown if why in places[patient].whys]
            assert asked_of(client, state=state, why=why.value) == having
            of_right_eye = [patient for patient in shown if ("OD", why) in places[patient].of_eyes]
            assert asked_of(client, state=state, why=why.value, eye="OD") == of_right_eye


def _by_the_rules(patient: int) -> Place:
    """The place of a patient, from rows looked up one by one."""
    facts = []
    for image in FundusImage.objects.filter(exam__patient=patient):
        judged = QualityJudgement.objects.filter(image=image).first()
        if judged is not None and judged.grade == "ungradable":
            facts.append(ImageFacts(outcome=DecisionOutcome.UNGRADABLE, exam=image.exam_id, eye=image.eye))
            continue
        decision = ImageDecision.objects.filter(
            image=image, classifier__model__state="champion", segmenter__model__state="champion"
        ).first()
        if decision is None or decision.classifier is None:
            facts.append(ImageFacts(outcome=DecisionOutcome.PENDING, exam=image.exam_id, eye=image.eye))
            continue
        read = LabelSet.objects.filter(image=image, state="accepted").exclude(dr_status="").order_by("-pk")
        said = decision.classifier.outputs
        verdict = image_verdict(image=image, decision=decision, judgement=judged)
        facts.append(
            ImageFacts(
                outcome=verdict.outcome,
                exam=image.exam_id,
                eye=image.eye,
                probability=verdict.probability,
                threshold=said["dr_threshold"],
                referable_probability=said["referable_probability"],
                referable_threshold=said["referable_threshold"],
                model_dr=said["dr"],
                specialist_dr=next((SAYS_DR[one.dr_status] for one in read), None),
            )
        )
    return place_of(facts)


def _an_image(patient: Patient) -> FundusImage:
    return FundusImage.objects.filter(exam__patient=patient).order_by("pk")[0]


def _add_image(patient: Patient) -> None:
    exam = patient.exams.get()
    FundusImage.objects.create(
        project=patient.project, exam=exam, upload_sha256="new", size_bytes=1, width=1, height=1
    )


def _move_an_image_away(patient: Patient) -> None:
    other = Exam.objects.exclude(patient=patient)[0]
    FundusImage.objects.filter(pk=_an_image(patient).pk).update(exam=other)


def _accept_a_reading(patient: Patient) -> None:
    LabelSet.objects.create(image=_an_image(patient), source="test", state="submitted", dr_status="dr")
    assert not QueueMark.objects.exists()  # nobody has accepted it
    LabelSet.objects.filter(source="test").update(state="accepted")


def _judge_quality(patient: Patient) -> None:
    author = User.objects.order_by("pk")[0]
    QualityJudgement.objects.create(image=_an_image(patient), grade="usable", author=author)


def _sign(patient: Patient) -> None:
    reviewer = User.objects.order_by("pk")[0]
    review = Review.objects.create(exam=patient.exams.get(), reviewer=reviewer)
    assert not QueueMark.objects.exists()  # a draft
    Review.objects.filter(pk=review.pk).update(state="signed", version=1)


CHANGES: dict[str, Callable[[Patient], Any]] = {
    "an image comes": _add_image,
    "an image goes to another exam": _move_an_image_away,
    "the eye is corrected": lambda patient: FundusImage.objects.filter(exam__patient=patient).update(eye=""),
    "the site is corrected": lambda patient: patient.exams.update(site="Elsewhere"),
    "an exam gets a date": lambda patient: patient.exams.update(date=date(2020, 1, 1)),
    "an exam loses its date": lambda patient: patient.exams.update(date=None),
    "models decide": lambda patient: ImageDecision.objects.create(image=_an_image(patient), outcome="dr"),
    "a decision goes": lambda patient: ImageDecision.objects.filter(image=_an_image(patient)).delete(),
    "a reading is accepted": _accept_a_reading,
    "a person judges the quality": _judge_quality,
    "another champion": lambda patient: ModelVersion.objects.filter(state="champion").update(state="retired"),
    "a review is signed": _sign,
}


def test_a_place_is_found_anew_when_anything_that_it_rests_on_changes(kept: Patient) -> None:
    for name, change in CHANGES.items():
        with transaction.atomic():
            QueuePlace.objects.filter(pk=kept.pk).update(rank=77)

            change(kept)

            assert QueueMark.objects.filter(patient=kept).exists(), name
            keep_queue_up()
            assert not QueueMark.objects.exists(), name
            assert QueuePlace.objects.get(pk=kept.pk).rank != 77, name
            transaction.set_rollback(True)


def test_a_request_finds_some_places_and_a_chore_the_others(
    client: APIClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_places, "MARKS_AT_ONCE", 40)
    monkeypatch.setattr(queue_places.keep_up, "__kwdefaults__", {"within_s": 0.0})

    few = asked_of(client) + asked_of(client, state="signed")
    waiting = client.get("/api/review-queue/summary/", {"project": world.project}).json()["waiting"]
    keep_queue_up()
    all_of_them = asked_of(client) + asked_of(client, state="signed")

    assert 0 < len(few) < len(all_of_them) == FEW.patients
    assert waiting > 0
    assert client.get("/api/review-queue/summary/", {"project": world.project}).json()["waiting"] == 0


def test_a_patient_without_images_leaves_the_queue(kept: Patient, client: APIClient) -> None:
    other = Exam.objects.exclude(patient=kept)[0]

    FundusImage.objects.filter(exam__patient=kept).update(exam=other)

    assert kept.pk not in asked_of(client) + asked_of(client, state="signed")


def test_nobody_drops_out_of_the_queue_for_good(kept: Patient) -> None:
    QueuePlace.objects.filter(patient=kept).delete()

    find_forgotten_patients()
    keep_queue_up()

    assert QueuePlace.objects.filter(patient=kept).exists()


def test_migrations_have_every_place_found_anew(kept: Patient) -> None:
    create(connection, mark_all=True)

    assert QueueMark.objects.count() == Patient.objects.count()


def test_a_persons_word_that_an_image_is_good_stands_over_a_stored_ungradable(kept: Patient) -> None:
    decisions = ImageDecision.objects.filter(image__exam__patient=kept)
    decisions.update(outcome=DecisionOutcome.UNGRADABLE, dr_probability=None)
    keep_queue_up()
    assert Why.UNGRADABLE in reasons_in(QueuePlace.objects.get(patient=kept).whys)

    author = User.objects.order_by("pk")[0]
    for image in FundusImage.objects.filter(exam__patient=kept):
        QualityJudgement.objects.create(image=image, grade="good", author=author)
    keep_queue_up()

    assert Why.UNGRADABLE not in reasons_in(QueuePlace.objects.get(patient=kept).whys)
