"""A person's word on an image's quality decides whether its decision counts, before predictions and after."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Patient, Project
from annotations.services.quality import judge_quality
from annotations.states import QualityGrade
from core.models import Job
from inference.models import ImageDecision, ModelVersion
from inference.selectors.decisions import patient_decisions
from inference.services.predictions import queue_prediction

pytestmark = pytest.mark.django_db
BLACK = {"coverage": 0.9, "brightness": 0.01, "evenness": 0.5, "contrast": 0.1, "focus": 0.03, "problems": []}


@pytest.fixture
def image(add_image: Callable[..., FundusImage], add_model: Callable[..., ModelVersion]) -> FundusImage:
    for task in ("classifier", "segmenter"):
        add_model(task, state="champion")
    return add_image("P1", "OD", grade=3)


@pytest.fixture
def predict(project: Project, administrator: User, do: Callable[[Job], Job]) -> Callable[[], Job]:
    return lambda: do(queue_prediction(project=project, by=administrator))


@pytest.fixture
def outcome(
    image: FundusImage, administrator: User, client_of: Callable[[User | None], APIClient]
) -> Callable[[], str]:
    """What the page of the image says; the patient's eye must say the same."""

    def ask() -> str:
        told = client_of(administrator).get(f"/api/images/{image.pk}/decision/").json()
        (decision,) = patient_decisions([Patient.objects.get(code="P1")])
        (eye,) = decision.verdict.eyes
        assert eye.outcome == told["outcome"]
        return str(told["outcome"])

    return ask


def test_who_calls_an_image_ungradable_overrules_its_decision_and_who_calls_it_usable_gives_it_back(
    image: FundusImage,
    predict: Callable[[], Job],
    outcome: Callable[[], str],
    reviewer: User,
    administrator: User,
    client_of: Callable[[User | None], APIClient],
) -> None:
    predict()
    before = outcome()

    judge_quality(image=image, grade=QualityGrade.UNGRADABLE, reason="A lash over the macula", by=reviewer)
    told = client_of(administrator).get(f"/api/images/{image.pk}/decision/").json()
    overruled = outcome()
    judge_quality(image=image, grade=QualityGrade.USABLE, reason="The lash is beside it", by=reviewer)

    assert (before, overruled, outcome()) == ("dr", "ungradable", "dr")
    assert told["dr_probability"] is None
    assert [reason["message"] for reason in told["reasons"]] == [
        "The image can't be graded, says reviewer: A lash over the macula."
    ]
    assert ImageDecision.objects.count() == 1


def test_an_image_measured_as_ungradable_counts_once_a_person_vouches_for_it(
    image: FundusImage, predict: Callable[[], Job], outcome: Callable[[], str], reviewer: User
) -> None:
    FundusImage.objects.update(quality=BLACK)
    predict()
    measured = outcome()

    judge_quality(image=image, grade=QualityGrade.GOOD, reason="Dark, but all is seen", by=reviewer)

    assert (measured, outcome()) == ("ungradable", "dr")


def test_a_judgement_made_before_the_prediction_is_in_the_stored_decision(
    image: FundusImage, predict: Callable[[], Job], outcome: Callable[[], str], reviewer: User
) -> None:
    judge_quality(image=image, grade=QualityGrade.UNGRADABLE, reason="Another eye", by=reviewer)

    predict()

    assert ImageDecision.objects.get().outcome == outcome() == "ungradable"
