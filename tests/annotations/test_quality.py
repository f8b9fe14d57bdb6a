"""The quality of images: measured, overridden by a person with a reason, filtered by what stands."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, QualityJudgement
from annotations.services.assignments import assign_images
from annotations.tasks import grade_images
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]
SHARP = {"coverage": 0.92, "brightness": 0.6, "evenness": 0.5, "contrast": 0.08, "focus": 0.03}
AS_BEFORE = {**SHARP, "problems": [], "gradable": True}  # written before grades were
SOFT = {**SHARP, "focus": 0.009, "unclipped": 1.0}
BLACK = {**SHARP, "brightness": 0.01, "focus": 0.001}


@pytest.fixture
def measured(images: list[FundusImage]) -> list[FundusImage]:
    """Three images: one measured before there were grades, one soft, one black."""
    for image, quality in zip(images, (AS_BEFORE, SOFT, BLACK), strict=True):
        image.quality = quality
        image.save()
    grade_images()
    return images


def judge(client: APIClient, image: FundusImage, grade: str, reason: str) -> Any:
    return client.post(f"/api/images/{image.pk}/quality/", {"grade": grade, "reason": reason}, format="json")


def test_an_image_tells_its_measured_grade_with_reasons_in_words(
    measured: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["reviewer"])

    told = [client.get(f"/api/images/{image.pk}/").json()["quality"] for image in measured]
    FundusImage.objects.filter(pk=measured[0].pk).update(quality={})
    unmeasured = client.get(f"/api/images/{measured[0].pk}/").json()["quality"]

    assert [(one["grade"], one["measured"], one["judgement"]) for one in told] == [
        ("good", "good", None),
        ("usable", "usable", None),
        ("ungradable", "ungradable", None),
    ]
    assert [one["reasons"] for one in told] == [
        [],
        ["It is a little out of focus."],
        ["It is too dark.", "It is out of focus."],
    ]
    assert unmeasured == {"grade": "", "measured": "", "reasons": [], "judgement": None}


def test_a_persons_judgement_stands_over_the_measure_and_the_newest_over_earlier_ones(
    measured: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    image = measured[2]
    assign_images(images=[image], users=[people["specialist"]], by=None)

    first = judge(client_of(people["specialist"]), image, "usable", "  The macula is sharp. ")
    second = judge(client_of(people["reviewer"]), image, "good", "Dark, but all is seen.")

    assert (first.status_code, second.status_code) == (201, 201)
    told = client_of(people["administrator"]).get(f"/api/images/{image.pk}/").json()["quality"]
    assert (told["grade"], told["measured"]) == ("good", "ungradable")
    assert told["judgement"]["author_name"] == people["reviewer"].username
    assert told["judgement"]["reason"] == "Dark, but all is seen."
    assert QualityJudgement.objects.filter(image=image).count() == 2
    events = AuditEvent.objects.filter(action="image.judge_quality").order_by("sequence")
    assert [(event.before, event.after, event.reason) for event in events] == [
        ({"grade": "ungradable"}, {"grade": "usable"}, "The macula is sharp."),
        ({"grade": "usable"}, {"grade": "good"}, "Dark, but all is seen."),
    ]


def test_a_judgement_needs_a_reason_a_known_grade_and_an_image_that_one_may_open(
    measured: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    reviewer, stranger = client_of(people["reviewer"]), client_of(people["specialist"])

    silent = judge(reviewer, measured[0], "usable", "   ")
    unknown = judge(reviewer, measured[0], "poor", "because")
    hidden = judge(stranger, measured[0], "usable", "because")

    assert (silent.status_code, silent.json()["code"]) == (400, "reason_missing")
    assert (unknown.status_code, hidden.status_code) == (400, 404)
    assert not QualityJudgement.objects.exists()


def test_images_are_found_by_the_grade_that_stands(
    measured: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["reviewer"])

    def found(grade: str) -> list[int]:
        return [one["id"] for one in client.get(f"/api/images/?quality={grade}").json()["results"]]

    before = [found(grade) for grade in ("good", "usable", "ungradable")]
    judge(client, measured[0], "ungradable", "A lash lies over the macula.")
    FundusImage.objects.filter(pk=measured[1].pk).update(quality={})
    grade_images()

    assert before == [[image.pk] for image in measured]
    assert [found(grade) for grade in ("good", "usable")] == [[], []]
    assert sorted(found("ungradable")) == [measured[0].pk, measured[2].pk]
    assert client.get("/api/images/?quality=poor").status_code == 400


def test_a_patients_images_come_with_their_quality(
    measured: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["reviewer"])
    judge(client, measured[0], "usable", "Soft.")

    patient = client.get(f"/api/patients/{measured[0].exam.patient_id}/").json()

    (image,) = [image for exam in patient["exams"] for image in exam["images"]]
    assert (image["quality"]["grade"], image["quality"]["judgement"]["reason"]) == ("usable", "Soft.")
