"""Who has still to read an image is not told what the models say of it."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import FundusImage, Project
from annotations.services.assignments import assign_images
from core.models import Job
from inference.models import ModelVersion, Prediction
from inference.services.predictions import queue_prediction
from tests.annotations.readings import read

ClientOf = Callable[[User | None], APIClient]
Member = Callable[[User], User]


@pytest.fixture
def predicted(
    project: Project,
    administrator: User,
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
    do: Callable[[Job], Job],
) -> list[FundusImage]:
    """Both eyes of a patient, predicted by two champions."""
    for task in ("classifier", "segmenter"):
        add_model(task, state="champion")
    images = [add_image("P1", eye, grade=3) for eye in ("OD", "OS")]
    do(queue_prediction(project=project, by=administrator))
    return images


def told(client: APIClient, image: FundusImage) -> dict[str, Any]:
    """What each view says of the models' verdict on an image and its patient."""
    patient = image.exam.patient_id
    (listed,) = client.get(f"/api/decisions/?patients={patient}").json()
    maps = Prediction.objects.filter(image=image, task="segmenter").get()
    return {
        "image": client.get(f"/api/images/{image.pk}/decision/").json()["outcome"],
        "predictions": len(client.get(f"/api/images/{image.pk}/predictions/").json()["results"]),
        "patient": client.get(f"/api/patients/{patient}/decision/").json()["outcome"],
        "list": listed["outcome"],
        "overlay": client.get(f"/api/predictions/{maps.pk}/overlay/HE/").status_code,
        "burden": len(client.get(f"/api/patients/{patient}/lesion-burden/").json()),
    }


ALL = {"image": "dr", "predictions": 2, "patient": "dr", "list": "dr", "overlay": 200, "burden": 2}
NOTHING = {
    "image": "withheld",
    "predictions": 0,
    "patient": "withheld",
    "list": "withheld",
    "overlay": 404,
    "burden": 0,
}


def test_a_reader_is_told_what_the_models_say_of_an_image_after_handing_in_only(
    predicted: list[FundusImage], specialist: User, reviewer: User, member: Member, client_of: ClientOf
) -> None:
    right, left = predicted
    assign_images(images=predicted, users=[member(specialist)], by=None)
    client, others = client_of(specialist), client_of(member(reviewer))

    assert told(client, right) == NOTHING
    assert told(others, right) == ALL  # has no reading to do
    decision = client.get(f"/api/images/{right.pk}/decision/").json()
    assert (decision["dr_probability"], decision["lesions"], decision["models"]) == (None, {}, [])
    assert [one["message"] for one in decision["reasons"]] == ["Shown once you have handed in your reading."]
    read(right, specialist, submit=False)
    assert told(client, right) == NOTHING
    read(right, specialist)
    assert told(client, right) == {**ALL, "patient": "withheld", "list": "withheld", "burden": 1}
    assert told(client, left) == {**NOTHING, "burden": 1}
    read(left, specialist)
    assert told(client, right) == told(client, left) == ALL


def test_a_reviewer_who_is_to_read_an_image_is_not_told_either(
    predicted: list[FundusImage], member: Member, make_user: Callable[..., User], client_of: ClientOf
) -> None:
    both = member(make_user("both", Role.SPECIALIST, Role.REVIEWER))
    assert told(client_of(both), predicted[0]) == ALL

    assign_images(images=predicted, users=[both], by=None)

    assert told(client_of(both), predicted[0]) == NOTHING


def test_findings_are_proposed_to_a_reader_who_asks_for_them(
    predicted: list[FundusImage], specialist: User, member: Member, client_of: ClientOf
) -> None:
    assign_images(images=predicted, users=[member(specialist)], by=None)

    layer = client_of(specialist).get(f"/api/images/{predicted[0].pk}/findings/").json()

    assert layer["findings"]
