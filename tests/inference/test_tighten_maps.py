"""The champion's stored map helps to tighten, where its test scores earn that."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Project, Region, Revision
from annotations.services.assignments import assign_images
from core.models import AuditEvent, Job
from imaging.masks import rasterize
from imaging.png import encode_grey
from imaging.shapes import shape_from_json
from inference.models import DatasetItem, DatasetVersion, ModelVersion, Prediction, TrainingRun
from inference.services.prediction_pictures import save_map
from inference.services.tighten_sets import queue_tightening
from tests.inference.conftest import SIDE, phantom_png
from tests.inference.test_tighten import SEED, rectangles

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def image(
    add_image: Callable[..., FundusImage], specialist: User, member: Callable[[User], User]
) -> FundusImage:
    image = add_image("P1", "OD", grade=3, seed=SEED)
    assign_images(images=[image], users=[member(specialist)], by=None)
    return image


@pytest.fixture
def champion(add_model: Callable[..., ModelVersion]) -> ModelVersion:
    """A champion that was surely good at exudates on its test images, and poor at hemorrhages."""
    model = add_model("segmenter", state="champion")
    scores = {code: {"dice": {"value": 0.9, "low": low}} for code, low in (("EX", 0.88), ("HE", 0.3))}
    model.card["metrics"] = {"test": {"classes": scores}}
    model.save()
    return model


@pytest.fixture
def prediction(image: FundusImage, champion: ModelVersion) -> Prediction:
    """What it said about the image: the truth."""
    phantom, _ = phantom_png("OD", 3, SEED)
    maps = {
        code: save_map(name=f"predictions/{code}.png", values=np.uint8(255) * phantom.mask(code))
        for code in ("EX", "HE")
    }
    return Prediction.objects.create(image=image, model=champion, task="segmenter", maps=maps)


@pytest.fixture
def tighten(image: FundusImage, specialist: User, client_of: ClientOf) -> Callable[..., dict[str, Any]]:
    """Ask for the contours of a class, always of the same rectangles."""
    asked = {code: rectangles(code) for code in ("EX", "HE")}

    def ask(code: str = "EX") -> dict[str, Any]:
        address = f"/api/images/{image.pk}/tighten/"
        answer = client_of(specialist).post(address, {"shapes": asked[code]}, format="json")
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    return ask


def dice(answer: dict[str, Any], code: str = "EX") -> float:
    truth = phantom_png("OD", 3, SEED)[0].mask(code)
    found = [shape_from_json("polygon", one["geometry"]) for one in answer["shapes"] if one["geometry"]]
    said = rasterize(found, height=SIDE, width=SIDE)
    return float(2 * (said & truth).sum() / (said.sum() + truth.sum()))


def test_the_map_of_a_champion_that_is_surely_good_is_used_and_named(
    tighten: Callable[..., dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    alone = tighten()
    champion = request.getfixturevalue("prediction").model

    joined = tighten()

    assert (alone["used_model"], joined["used_model"]) == (None, champion.pk)
    assert dice(joined) > dice(alone)


def test_a_class_that_it_is_poor_at_is_tightened_from_the_image_alone(
    tighten: Callable[..., dict[str, Any]], request: pytest.FixtureRequest
) -> None:
    alone = tighten("HE")
    request.getfixturevalue("prediction")

    with_poor = tighten("HE")

    assert with_poor["used_model"] is None
    assert with_poor["shapes"] == alone["shapes"]


def test_without_a_stored_map_of_the_champion_nothing_changes(
    tighten: Callable[..., dict[str, Any]], champion: ModelVersion, request: pytest.FixtureRequest
) -> None:
    alone = tighten()
    prediction: Prediction = request.getfixturevalue("prediction")

    prediction.maps = {"EX": "predictions/lost.png"}
    prediction.save()
    lost = tighten()
    Prediction.objects.filter(pk=prediction.pk).update(maps={})
    without_maps = tighten()
    ModelVersion.objects.filter(pk=champion.pk).update(state="archived")
    of_another = tighten()

    assert [one["used_model"] for one in (alone, lost, without_maps, of_another)] == [None] * 4
    assert alone["shapes"] == lost["shapes"] == without_maps["shapes"] == of_another["shapes"]


def test_scores_against_rectangles_earn_no_say(
    tighten: Callable[..., dict[str, Any]],
    prediction: Prediction,
    project: Project,
    add_image: Callable[..., FundusImage],
) -> None:
    tested = add_image("P9", "OD", grade=3, labels="regions")
    label_set = LabelSet.objects.get(image=tested)
    dataset = DatasetVersion.objects.create(
        project=project, number=1, task="segmenter", content_hash="0", frozen_at=label_set.created_at
    )
    DatasetItem.objects.create(
        dataset=dataset, image=tested, label_set=label_set, revision=1, split="test", patient_code="P9"
    )
    TrainingRun.objects.create(
        project=project, task="segmenter", preset="quick_unet", dataset=dataset, model=prediction.model
    )
    outlined = tighten()

    Region.objects.filter(label_set=label_set).update(
        shape="rect", geometry={"x": 1, "y": 1, "width": 5, "height": 5}
    )
    boxed = tighten()

    assert (outlined["used_model"], boxed["used_model"]) == (prediction.model_id, None)


def test_a_whole_label_set_is_tightened_with_the_map_and_the_audit_log_names_the_model(
    image: FundusImage,
    prediction: Prediction,
    project: Project,
    administrator: User,
    do: Callable[[Job], Job],
) -> None:
    label_set = LabelSet.objects.create(
        image=image, source="via:abc", state="accepted", revision=1, classes_looked_for=["EX"]
    )
    Revision.objects.create(label_set=label_set, number=1, change_id=uuid.uuid4())
    exudate = LesionClass.objects.get(project=project, code="EX")
    Region.objects.bulk_create(
        Region(
            label_set=label_set, lesion_class=exudate, shape="rect", geometry=one["geometry"], created_in=1
        )
        for one in rectangles()
    )

    do(queue_tightening(project=project, source="via", by=administrator))

    event = AuditEvent.objects.get(action="labels.tighten")
    assert event.after is not None
    assert event.after["model"] == prediction.model_id


def test_the_measurement_tells_contours_with_and_without_maps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("images", "masks", "maps/good"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "images" / "one.png").write_bytes(phantom_png("OD", 3, SEED)[1])
    truth = phantom_png("OD", 3, SEED)[0]
    for code in ("HE", "EX"):
        levels = np.uint8(255) * truth.mask(code)
        (tmp_path / "masks" / f"one_{code}.png").write_bytes(encode_grey(levels))
    (tmp_path / "maps/good/one_EX.png").write_bytes(encode_grey(np.uint8(255) * truth.mask("EX")))
    card = {
        "thresholds": {"EX": {"value": 0.5}},
        "metrics": {"test": {"classes": {"EX": {"dice": {"low": 0.9}}}}},
    }
    (tmp_path / "maps/good/card.json").write_text(json.dumps(card))

    def measured(*options: str) -> dict[str, Any]:
        call_command("bench_tighten", str(tmp_path), "--json", *options)
        return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))

    plain, joined = measured(), measured("--maps", str(tmp_path / "maps"))
    unheard = measured("--maps", str(tmp_path / "maps"), "--map-weight", "0")

    assert set(plain) == {"HE", "EX"} and set(joined) == {"EX"}
    assert joined["EX"]["dice"]["tightened"] == plain["EX"]["dice"]["tightened"]
    assert joined["EX"]["dice"]["with maps"] > plain["EX"]["dice"]["tightened"]
    assert unheard["EX"]["dice"]["with maps"] == plain["EX"]["dice"]["tightened"]
    with pytest.raises(CommandError, match="no maps of these images"):
        measured("--maps", str(tmp_path / "images"))
