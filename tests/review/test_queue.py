"""The review queue and its claims: who comes first, who sits on whom."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Exam, FundusImage, LabelSet, Patient, Project
from annotations.services.projects import ensure_default_project
from core.models import AuditEvent
from inference.models import ImageDecision, ModelVersion, Prediction
from review.errors import ClaimedByAnother
from review.models import Claim, Review, ReviewedImage, Signature
from review.queue_rules import is_picked
from review.services.claims import claim_patient

pytestmark = pytest.mark.django_db
NEVER = 10**9  # seconds; renewing a session takes queries of its own
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def classifier(add_model: Callable[..., ModelVersion]) -> ModelVersion:
    return add_model("classifier", state="champion")


AddPatient = Callable[..., Patient]


@pytest.fixture
def add_patient(project: Project, classifier: ModelVersion) -> AddPatient:
    """A patient whose right eye was decided so, beside a clear left one; never one picked by chance."""

    def add(
        code: str,
        *,
        outcome: str = "no_dr",
        probability: float = 0.02,
        site: str = "",
        on: date | None = None,
    ) -> Patient:
        patient = Patient.objects.create(project=project, code=code)
        exam = Exam.objects.create(patient=patient, site=site, date=on)
        while is_picked(exam.pk):
            exam.delete()
            exam = Exam.objects.create(patient=patient, site=site, date=on)
        for eye, (came_to, likely) in {"OD": (outcome, probability), "OS": ("no_dr", 0.01)}.items():
            name = f"{code}/{eye}"
            image = FundusImage.objects.create(
                project=project,
                exam=exam,
                eye=eye,
                upload_sha256=name,
                sha256=name,
                size_bytes=1,
                width=10,
                height=10,
            )
            said = {"dr": likely >= 0.5, "dr_probability": likely, "dr_threshold": 0.5}
            spoken = Prediction.objects.create(image=image, model=classifier, task="classifier", outputs=said)
            ImageDecision.objects.create(
                image=image, classifier=spoken, outcome=came_to, dr_probability=likely
            )
        return patient

    return add


@pytest.fixture
def client(reviewer: User, member: Callable[[User], User], client_of: ClientOf) -> APIClient:
    return client_of(member(reviewer))


def queue(client: APIClient, project: Project, **narrowed: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/review-queue/", {"project": project.pk, **narrowed})
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


def codes(rows: list[dict[str, Any]]) -> list[str]:
    return [row["patient_code"] for row in rows]


def draft_of(patient: Patient, reviewer: User) -> Review:
    """A draft that judges the patient's images."""
    exam = patient.exams.get()
    review = Review.objects.create(exam=exam, reviewer=reviewer)
    for image in FundusImage.objects.filter(exam=exam):
        ReviewedImage.objects.create(review=review, image=image)
    return review


def sign(patient: Patient, reviewer: User, *, draft: Review | None = None) -> Review:
    """Sign the review of the patient's images, as far as the queue can tell."""
    review = draft or draft_of(patient, reviewer)
    Signature.objects.create(
        review=review, signed_by=reviewer, signed_at=timezone.now(), document="{}", sha256=f"{review.pk:064d}"
    )
    Review.objects.filter(pk=review.pk).update(state="signed", version=1)
    return review


def test_what_deserves_eyes_comes_first_and_each_row_says_why(
    client: APIClient, project: Project, add_patient: AddPatient
) -> None:
    add_patient("clear")
    add_patient("dr", outcome="dr", probability=0.9)
    add_patient("near", probability=0.45)
    add_patient("discordant", outcome="discordant", probability=0.1)
    against = add_patient("against", probability=0.1)
    image = FundusImage.objects.get(eye="OD", exam__patient=against)
    LabelSet.objects.create(image=image, source="person", state="accepted", dr_status="dr")

    rows = queue(client, project)

    assert codes(rows) == ["discordant", "against", "near", "dr", "clear"]
    assert (rows[2]["probability"], rows[2]["threshold"]) == (0.45, 0.5)
    assert (rows[2]["referable_probability"], rows[2]["referable_threshold"]) == (None, None)
    assert rows[0]["whys"][0]["message"] == "The classifier and the lesions contradict each other"
    assert [row["whys"][0]["code"] for row in rows[1:]] == [
        "against_specialist",
        "uncertain",
        "referable",
        "other",
    ]


def test_it_is_narrowed_by_reason_site_and_state(
    client: APIClient, project: Project, reviewer: User, add_patient: AddPatient
) -> None:
    add_patient("a", outcome="dr", probability=0.9, site="Nanded")
    here = add_patient("b", site="Pune")
    done = add_patient("c", site="Pune")
    sign(done, reviewer)
    claim_patient(patient=here, by=reviewer)

    assert codes(queue(client, project, why="referable")) == ["a"]
    assert codes(queue(client, project, site="Pune")) == ["b"]
    assert codes(queue(client, project, state="mine")) == ["b"]
    assert codes(queue(client, project, state="signed")) == ["c"]
    told = client.get("/api/review-queue/summary/", {"project": project.pk}).json()
    assert (told["open"], told["mine"], told["signed"], told["sites"]) == (2, 1, 1, ["Nanded", "Pune"])


def test_it_is_narrowed_by_the_eye_that_has_the_reason_and_by_the_date_of_the_newest_exam(
    client: APIClient, project: Project, add_patient: AddPatient
) -> None:
    add_patient("early", outcome="dr", probability=0.9, on=date(2024, 3, 1))
    add_patient("late", on=date(2025, 3, 1))
    add_patient("undated")

    assert codes(queue(client, project, why="referable", eye="OD")) == ["early"]
    assert codes(queue(client, project, why="referable", eye="OS")) == []
    assert codes(queue(client, project, eye="unknown")) == []
    assert codes(queue(client, project, since="2024-03-02")) == ["late"]
    assert codes(queue(client, project, until="2024-03-01")) == ["early"]
    assert codes(queue(client, project, since="2024-03-01", until="2025-03-01")) == ["early", "late"]


def test_a_new_decision_changes_the_order_at_once(
    client: APIClient, project: Project, add_patient: AddPatient
) -> None:
    add_patient("a")
    add_patient("b")
    assert codes(queue(client, project)) == ["a", "b"]

    second = ImageDecision.objects.get(image__eye="OD", image__exam__patient__code="b")
    ImageDecision.objects.create(image=second.image, outcome="discordant", classifier=None)
    ImageDecision.objects.filter(pk=second.pk).delete()

    assert codes(queue(client, project)) == ["b", "a"]


def test_a_patient_with_an_image_that_nobody_judged_is_open_again(
    client: APIClient, project: Project, reviewer: User, add_patient: AddPatient
) -> None:
    patient = add_patient("a")
    sign(patient, reviewer)
    assert codes(queue(client, project, state="signed")) == ["a"]

    FundusImage.objects.create(
        project=project, exam=patient.exams.get(), upload_sha256="late", size_bytes=1, width=10, height=10
    )

    assert codes(queue(client, project)) == ["a"]
    assert codes(queue(client, project, state="signed")) == []


def test_whoever_is_signed_leaves_the_queue_also_when_their_draft_is_the_older_one(
    client: APIClient, project: Project, reviewer: User, add_patient: AddPatient
) -> None:
    first, second = add_patient("first"), add_patient("second")
    older, newer = draft_of(first, reviewer), draft_of(second, reviewer)
    sign(second, reviewer, draft=newer)
    assert codes(queue(client, project)) == ["first"]

    sign(first, reviewer, draft=older)

    assert codes(queue(client, project)) == []


def test_more_patients_take_no_more_queries(
    client: APIClient, project: Project, add_patient: AddPatient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.middleware.RENEW_EVERY_S", NEVER)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            queue(client, project)
        return len(queries)

    add_patient("a")
    queue(client, project)  # signs in
    add_patient("b")
    few_new, few = count(), count()
    for number in range(6):
        add_patient(f"more{number}", outcome="dr", probability=0.9)

    assert count() <= few_new + 1  # by time: one more look whether anything is left
    assert count() == few < few_new  # nothing has changed since: places are kept


def test_a_stranger_has_no_queue(
    make_user: Callable[..., User], client_of: ClientOf, project: Project, add_patient: AddPatient
) -> None:
    patient = add_patient("a")
    stranger = client_of(make_user("elsewhere", Role.REVIEWER))

    assert stranger.get("/api/review-queue/", {"project": project.pk}).status_code == 404
    assert stranger.post(f"/api/patients/{patient.pk}/review-claim/").status_code == 404
    assert not Claim.objects.exists()


def test_a_claimed_patient_is_another_reviewers_until_it_is_given_back(
    client: APIClient,
    project: Project,
    reviewer: User,
    make_user: Callable[..., User],
    member: Callable[[User], User],
    client_of: ClientOf,
    add_patient: AddPatient,
) -> None:
    address = f"/api/patients/{add_patient('a').pk}/review-claim/"
    second = client_of(member(make_user("second", Role.REVIEWER)))

    assert client.post(address).status_code == 200
    refused = second.post(address)

    assert (refused.status_code, refused.json()["code"]) == (409, "claimed_by_another")
    assert "reviewer is reviewing this patient" in refused.json()["message"]
    (row,) = queue(second, project)
    assert (row["claim"]["reviewer_name"], row["claim"]["mine"]) == ("reviewer", False)
    assert client.delete(address).status_code == 204
    assert second.post(address).status_code == 200
    told = list(AuditEvent.objects.filter(action__startswith="review.").values_list("action", "actor_name"))
    assert sorted(told) == [
        ("review.claim", "reviewer"),
        ("review.claim", "second"),
        ("review.release", "reviewer"),
    ]


def test_nobody_begins_a_review_of_a_patient_whom_another_reviews(
    client: APIClient, reviewer: User, make_user: Callable[..., User], add_patient: AddPatient
) -> None:
    patient = add_patient("a")
    claim_patient(patient=patient, by=make_user("second", Role.REVIEWER))
    address = f"/api/exams/{patient.exams.get().pk}/reviews/"

    refused = client.post(address)

    assert (refused.status_code, refused.json()["code"]) == (409, "claimed_by_another")
    assert refused.json()["detail"]["reviewer"] == "second"
    assert not Review.objects.exists()
    Claim.objects.update(expires_at=timezone.now())
    assert client.post(address).status_code == 201  # the claim has ended
    claim_patient(patient=patient, by=reviewer)
    assert client.post(address).status_code == 200


def test_a_claim_is_extended_by_its_holder_and_ends_by_itself(
    settings: Any, reviewer: User, make_user: Callable[..., User], add_patient: AddPatient
) -> None:
    settings.REVIEW_CLAIM_MINUTES = 5
    patient, second = add_patient("a"), make_user("second", Role.REVIEWER)
    claim_patient(patient=patient, by=reviewer)
    almost = timezone.now() + timedelta(seconds=20)
    Claim.objects.update(expires_at=almost)

    extended = claim_patient(patient=patient, by=reviewer)

    assert extended.expires_at > almost + timedelta(minutes=4)
    with pytest.raises(ClaimedByAnother):
        claim_patient(patient=patient, by=second)
    Claim.objects.update(expires_at=timezone.now())
    assert claim_patient(patient=patient, by=second).reviewer == second
    assert AuditEvent.objects.filter(action="review.claim").count() == 2  # extending is no news


def test_next_claims_the_first_who_is_free_and_gives_the_one_before_back(
    client: APIClient,
    project: Project,
    reviewer: User,
    make_user: Callable[..., User],
    add_patient: AddPatient,
) -> None:
    first = add_patient("first", outcome="discordant")
    taken = add_patient("taken", outcome="discordant")
    last = add_patient("last")
    claim_patient(patient=first, by=reviewer)
    claim_patient(patient=taken, by=make_user("second", Role.REVIEWER))

    asked = {"project": project.pk, "after": first.pk}
    assert client.post("/api/review-queue/next/", asked, format="json").json() == {"patient": last.pk}

    held = Claim.objects.filter(reviewer=reviewer)
    assert [claim.patient for claim in held] == [last]
    Claim.objects.exclude(reviewer=reviewer).update(patient=first)
    sign(taken, reviewer)
    asked["after"] = last.pk
    assert client.post("/api/review-queue/next/", asked, format="json").json() == {"patient": None}
    assert Claim.objects.filter(reviewer=reviewer, patient=last).exists()  # nobody else to go on to
    Claim.objects.all().delete()
    asked["after"] = 10**9
    assert client.post("/api/review-queue/next/", asked, format="json").status_code == 404
    assert not Claim.objects.exists()  # refused before anything was claimed


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("expired", [False, True])
def test_of_two_who_claim_at_once_one_wins(make_user: Callable[..., User], *, expired: bool) -> None:
    patient = Patient.objects.create(project=ensure_default_project(), code="P")
    people = [make_user(f"reviewer{number}", Role.REVIEWER) for number in range(4)]
    if expired:
        ago = timezone.now() - timedelta(minutes=1)
        Claim.objects.create(patient=patient, reviewer=people[0], claimed_at=ago, expires_at=ago)
    start = threading.Barrier(len(people))
    outcomes: list[int | None] = []

    def claim(person: User) -> None:
        start.wait()
        try:
            outcomes.append(claim_patient(patient=patient, by=person).reviewer_id)
        except ClaimedByAnother:
            outcomes.append(None)
        finally:
            connection.close()

    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [outcome for outcome in outcomes if outcome is not None]
    assert len(outcomes) == len(people)
    assert winners == [Claim.objects.get().reviewer_id]
