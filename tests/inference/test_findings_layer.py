"""The champion's findings as a layer over the photograph."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project
from core.models import Job
from imaging.shapes import crossing_of, shape_from_json
from inference.models import Finding, ModelVersion, Prediction
from inference.selectors.findings import MOST_FINDINGS
from inference.services.predictions import queue_prediction

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def predicted(
    project: Project,
    administrator: User,
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
    do: Callable[[Job], Job],
) -> FundusImage:
    image = add_image("P1", "OD", grade=3)
    add_model("segmenter", state="champion")
    do(queue_prediction(project=project, by=administrator))
    return image


def layer(client: APIClient, image: FundusImage, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/images/{image.pk}/findings/{query}")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_the_champions_findings_come_as_valid_label_polygons_with_uuids_that_stay(
    predicted: FundusImage, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)

    first, second = layer(client, predicted), layer(client, predicted)

    assert first == second
    assert first["model"] == ModelVersion.objects.get().pk
    assert (
        len(first["findings"]) == Finding.objects.count() == len({one["uuid"] for one in first["findings"]})
    )
    assert not first["cut"]
    for one in first["findings"]:
        shape = shape_from_json("polygon", one["geometry"])
        assert crossing_of(shape) == ""
    confidences = [one["confidence"] for one in first["findings"]]
    assert confidences == sorted(confidences, reverse=True)


def test_the_layer_is_narrowed_by_class_and_confidence(
    predicted: FundusImage, administrator: User, client_of: ClientOf
) -> None:
    client = client_of(administrator)
    everything = layer(client, predicted)["findings"]
    middle = sorted(one["confidence"] for one in everything)[len(everything) // 2]

    exudates = layer(client, predicted, "?lesion_class=EX")["findings"]
    sure = layer(client, predicted, f"?min_confidence={middle}")["findings"]

    assert exudates == [one for one in everything if one["lesion_class"] == "EX"]
    assert sure == [one for one in everything if one["confidence"] >= middle]
    assert client.get(f"/api/images/{predicted.pk}/findings/?min_confidence=2").status_code == 400


def test_without_a_champions_prediction_there_is_no_layer_and_others_images_do_not_exist(
    predicted: FundusImage, administrator: User, specialist: User, client_of: ClientOf
) -> None:
    Prediction.objects.filter(task="segmenter").update(task="classifier")

    empty = layer(client_of(administrator), predicted)

    assert (empty["model"], empty["findings"], empty["total"], empty["cut"]) == (None, [], 0, False)
    assert client_of(specialist).get(f"/api/images/{predicted.pk}/findings/").status_code == 404


def test_five_thousand_findings_are_told_whole_and_more_are_said_to_be_cut(
    predicted: FundusImage, administrator: User, client_of: ClientOf
) -> None:
    Finding.objects.all().delete()
    prediction = Prediction.objects.get(task="segmenter")
    prediction.outputs = {}
    prediction.save()

    def add(count: int) -> None:
        Finding.objects.bulk_create(
            Finding(
                prediction=prediction,
                lesion_class="EX",
                polygon={"points": [[x, 10], [x + 4, 10], [x + 4, 15], [x, 15]], "holes": []},
                bbox=[x, 10, 4, 5],
                area_px=20,
                area_fov_percent=0.01,
                confidence=0.5,
            )
            for x in range(count)
        )

    add(MOST_FINDINGS)
    whole = layer(client_of(administrator), predicted)
    again = layer(client_of(administrator), predicted)
    add(1)
    cut = layer(client_of(administrator), predicted)

    assert again == whole
    assert (len(whole["findings"]), whole["total"], whole["cut"]) == (MOST_FINDINGS, MOST_FINDINGS, False)
    assert (len(cut["findings"]), cut["total"], cut["cut"]) == (MOST_FINDINGS, MOST_FINDINGS + 1, True)
    lefts = sorted(min(x for x, _ in one["geometry"]["points"]) for one in whole["findings"])
    assert lefts == [x + 0.5 for x in range(MOST_FINDINGS)]


def test_an_earlier_prediction_is_shown_when_it_is_asked_for_and_only_of_its_own_image(
    predicted: FundusImage,
    administrator: User,
    client_of: ClientOf,
    add_image: Callable[..., FundusImage],
    add_model: Callable[..., ModelVersion],
) -> None:
    client, judged = client_of(administrator), Prediction.objects.get(task="segmenter")
    before = layer(client, predicted)
    ModelVersion.objects.update(state="retired")
    newer = add_model("segmenter", state="champion", steepness=10)
    Prediction.objects.create(image=predicted, model=newer, task="segmenter", outputs={})

    assert layer(client, predicted)["findings"] == []
    assert layer(client, predicted, f"?prediction={judged.pk}") == before
    there = client.get(f"/api/images/{predicted.pk}/findings/places/?prediction={judged.pk}").json()
    assert {one["uuid"] for one in there["findings"]} == {one["uuid"] for one in before["findings"]}
    other = add_image("P2", "OD")
    for address in ("findings", "findings/places"):
        assert client.get(f"/api/images/{other.pk}/{address}/?prediction={judged.pk}").status_code == 404
