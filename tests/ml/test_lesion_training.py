"""What a run that reads findings does with test images that taught its segmenter, and what it keeps."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.ml import lesion_training
from inference.ml.data import prepare
from inference.ml.errors import UnusableData
from inference.ml.lesion_facts import VERSION, fact_names
from inference.ml.lesion_fusion_settings import LesionFusionSettings
from inference.ml.lesion_training import LesionReading, lesion_reading
from inference.ml.manifest import Item, Manifest
from inference.ml.model_store import write_model
from inference.ml.presets import PRESETS
from inference.ml.requests import TrainRequest
from inference.ml.split import FOLDS, Fold
from tests.ml.models import red_segmenter

SIDE = 64


def _item(folder: Path, number: int, fold: Fold, *, taught: bool | None) -> Item:
    """An image with `number` modulo 3 red spots."""
    rgb = np.full((SIDE, SIDE, 3), 90, np.uint8)
    for spot in range(number % 3):
        rgb[30:34, 8 + 10 * spot : 12 + 10 * spot] = (230, 20, 20)
    path = folder / f"{number}.png"
    cv2.imwrite(str(path), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    return Item(
        id=str(number), path=path, patient=str(number), fold=fold, label=number % 2, taught_segmenter=taught
    )


def _manifest(folder: Path, *, test: int, taught: int, known: bool = True) -> Manifest:
    """Two images to learn from, one of which taught the segmenter, and so many test images."""
    first = [_item(folder, number, "train", taught=number == 0 if known else None) for number in range(2)]
    tests = [
        _item(folder, number, "test", taught=number < 2 + taught if known else None)
        for number in range(2, 2 + test)
    ]
    return Manifest(classes=(), items=(*first, *tests))


def _reading(folder: Path, manifest: Manifest) -> LesionReading:
    own = red_segmenter()
    write_model(folder / "segmenter", onnx=own.onnx, card=own.card)
    request = _request(folder, segmenter=folder / "segmenter", segmenter_id=own.id)
    reading = lesion_reading(LesionFusionSettings(side_px=SIDE), request, manifest)
    assert reading is not None
    return reading


def _request(folder: Path, **named: object) -> TrainRequest:
    return TrainRequest(
        task="classifier",
        preset="cpu_lesion_fusion",
        manifest=folder / "manifest.json",
        work_dir=folder,
        out_dir=folder,
        **named,  # type: ignore[arg-type]
    )


def test_test_images_that_taught_the_segmenter_are_left_out_where_enough_remain(tmp_path: Path) -> None:
    reading = _reading(tmp_path, _manifest(tmp_path, test=14, taught=4))

    assert len(reading.manifest.of("test")) == 10
    assert len(reading.manifest.of("train")) == 2
    assert reading.card_part({"input": {}})["lesion_finder"]["test_images_left_out"] == 4
    assert reading.limits == [
        "Its segmenter had learned from 1 of the images that this model learned or was set by, and finds "
        "more there than elsewhere: this model may trust findings too much.",
        "4 test image(s) that its segmenter had learned from are not in its scores.",
    ]


def test_with_too_few_others_they_stay_and_the_card_says_so(tmp_path: Path) -> None:
    reading = _reading(tmp_path, _manifest(tmp_path, test=8, taught=4))

    assert len(reading.manifest.of("test")) == 8
    assert reading.limits[-1] == (
        "Its segmenter had learned from 4 of the test images: the scores are too hopeful."
    )


def test_what_nobody_knows_is_said_too(tmp_path: Path) -> None:
    reading = _reading(tmp_path, _manifest(tmp_path, test=8, taught=0, known=False))

    assert reading.card_part({"input": {}})["lesion_finder"]["taught_by"] is None
    assert "not known which images its segmenter learned from" in reading.limits[0]


def test_each_image_is_looked_at_once_over_restarts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = _manifest(tmp_path, test=4, taught=0)
    reading = _reading(tmp_path, manifest)
    folds = {fold: prepare(manifest.of(fold), side=SIDE, classes=()) for fold in FOLDS}

    first = reading.added_to(folds, cache=tmp_path / "cache", emit=lambda _: None)
    monkeypatch.setattr(lesion_training, "read_rgb", pytest.fail)
    again = reading.added_to(folds, cache=tmp_path / "cache", emit=lambda _: None)

    counts = first["train"].lesions
    assert counts is not None
    assert counts[:, 0].tolist() == pytest.approx([0.0, np.log1p(1)])
    assert first["validation"].lesions is not None
    assert first["validation"].lesions.shape == (0, 10)
    assert np.array_equal(counts, again["train"].lesions)  # type: ignore[arg-type]


def test_the_card_names_the_segmenter_and_its_numbers(tmp_path: Path) -> None:
    part = _reading(tmp_path, _manifest(tmp_path, test=2, taught=0)).card_part({"input": {"layout": "NCHW"}})

    assert part["depends_on"] == [red_segmenter().id]
    assert part["input"] == {
        "layout": "NCHW",
        "lesions": {"facts": fact_names(["HE", "EX"]), "version": VERSION},
    }


def test_without_a_segmenter_it_is_refused_and_other_networks_need_none(tmp_path: Path) -> None:
    manifest = _manifest(tmp_path, test=2, taught=0)

    with pytest.raises(UnusableData, match="no segmenter was named"):
        lesion_reading(PRESETS["cpu_lesion_fusion"].settings, _request(tmp_path), manifest)
    assert lesion_reading(PRESETS["cpu_efficientnet_lite0"].settings, _request(tmp_path), manifest) is None
