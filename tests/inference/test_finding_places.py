"""Where the champion's findings lie, by the disc and the fovea that somebody marked."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project
from inference.models import Finding, ModelVersion, Prediction
from inference.selectors.findings import finding_uuid

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]
SQUARE = [[100.0, 40.0], [110.0, 40.0], [110.0, 50.0], [100.0, 50.0]]


@pytest.fixture
def finding(
    project: Project, add_image: Callable[..., FundusImage], add_model: Callable[..., ModelVersion]
) -> Finding:
    image = add_image("P1", "OD", grade=3)
    prediction = Prediction.objects.create(
        image=image, model=add_model("segmenter", state="champion"), task="segmenter"
    )
    return Finding.objects.create(
        prediction=prediction,
        lesion_class="EX",
        polygon={"points": SQUARE},
        bbox=[100, 40, 11, 11],
        area_px=121,
        area_fov_percent=0.1,
        confidence=0.9,
    )


def places(client: APIClient, image: FundusImage) -> dict[str, Any]:
    answer = client.get(f"/api/images/{image.pk}/findings/places/")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_quadrant_and_distance_follow_from_the_places_that_a_reading_marks(
    finding: Finding, administrator: User, client_of: ClientOf
) -> None:
    image = finding.prediction.image
    LabelSet.objects.create(
        image=image, source="person", landmarks={"disc": [200, 100], "fovea": [120, 100]}, state="accepted"
    )

    told = places(client_of(administrator), image)

    assert told["told_by"] == "reading"
    assert told["disc_diameter"] == pytest.approx(80 / 2.5)
    (only,) = told["findings"]
    assert only["uuid"] == str(finding_uuid(finding))
    assert only["quadrant"] == "superior_temporal"
    assert only["to_fovea_px"] == pytest.approx(math.dist((110, 50), (120, 100)), abs=0.1)


def test_an_accepted_reading_says_where_the_fovea_is_before_a_newer_one_that_nobody_accepted(
    finding: Finding, administrator: User, client_of: ClientOf
) -> None:
    image = finding.prediction.image
    for fovea, state in (([120, 100], "accepted"), ([10, 10], "submitted")):
        LabelSet.objects.create(image=image, source=state, landmarks={"fovea": fovea}, state=state)

    told = places(client_of(administrator), image)

    assert told["fovea"] == [120, 100]
    assert told["findings"][0]["quadrant"] is None  # the disc is not known


def test_somebody_elses_image_has_no_places(finding: Finding, specialist: User, client_of: ClientOf) -> None:
    answer = client_of(specialist).get(f"/api/images/{finding.prediction.image_id}/findings/places/")

    assert answer.status_code == 404
