"""Rectangles in labels: tightened for training, left as they are for scores, told on the card."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from imaging.fov import whole_frame
from imaging.mask_codec import encode_mask
from imaging.masks import rasterize
from imaging.shapes import Rect
from inference.ml.data import Outline, Prepared, prepare
from inference.ml.manifest import Manifest, parse_manifest
from inference.ml.presets import PRESETS
from inference.ml.rectangles import ContourOutline, outline_for, rectangles_part
from inference.ml.requests import TrainRequest
from inference.ml.scoring import score_segmenter
from inference.ml.split import FOLDS
from inference.ml.unet_lite0_settings import UnetLite0Settings
from tests.ml.models import red_segmenter

SIDE = 128
SPOT = (60.0, 64.0, 7.0)  # middle x, y and radius of a dark lesion
BOX = Rect(45, 49, 30, 30)  # a loose rectangle around it
SMALL = Rect(90, 30, 2, 2)
BY_CONTRAST = ContourOutline(network_of=lambda item: None)
UNET = UnetLite0Settings(side_px=SIDE, crop_px=64)


def _disk() -> Any:
    y, x = np.mgrid[:SIDE, :SIDE] + 0.5
    return (x - SPOT[0]) ** 2 + (y - SPOT[1]) ** 2 <= SPOT[2] ** 2


@pytest.fixture
def manifest(tmp_path: Path) -> dict[str, Any]:
    """One photograph with a dark spot in a rectangle, a tiny rectangle, and an outline elsewhere."""
    rgb = np.full((SIDE, SIDE, 3), (170, 90, 40), np.uint8)
    rgb[_disk()] = (90, 25, 15)
    cv2.imwrite(str(tmp_path / "eye.png"), rgb[..., ::-1])
    mask = rasterize([BOX, SMALL], height=SIDE, width=SIDE)
    mask[100:110, 100:110] = True  # outlined by a person
    (tmp_path / "eye_HE.png").write_bytes(encode_mask(mask))
    item = {
        "id": "eye",
        "path": "eye.png",
        "patient": "p",
        "split": "train",
        "looked_for": ["HE", "EX"],
        "masks": {"HE": "eye_HE.png"},
        "fov": whole_frame(width=SIDE, height=SIDE).to_json(),
        "rectangles": {"HE": [[45, 49, 30, 30], [90, 30, 2, 2]]},
    }
    return {"classes": ["HE", "EX"], "items": [item]}


def _read(manifest: dict[str, Any], folder: Path) -> Manifest:
    return parse_manifest(manifest, base=folder)


def _prepared(read: Manifest, outline: Outline | None, **known: Any) -> Prepared:
    return prepare(read.items, side=SIDE, classes=read.classes, soft=True, outline=outline, **known)


def test_in_a_rectangle_the_contour_is_lesion_and_the_rest_is_left_out(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    prepared = _prepared(_read(manifest, tmp_path), BY_CONTRAST)

    assert prepared.coverage is not None and prepared.unsure is not None
    lesion, unsure = prepared.coverage[0, ..., 0] > 127, prepared.unsure[0, ..., 0] > 127
    box = rasterize([BOX], height=SIDE, width=SIDE)
    inside = lesion & box
    assert 2 * (inside & _disk()).sum() / (inside.sum() + _disk().sum()) > 0.85
    np.testing.assert_array_equal(unsure, box & ~lesion)
    assert lesion[100:110, 100:110].all()  # a person's outline stays
    assert lesion[30:32, 90:92].all()  # what is too small to tighten stays
    assert lesion.sum() == inside.sum() + 104
    assert not prepared.unsure[..., 1].any()


def test_labels_stay_as_they_were_drawn(manifest: dict[str, Any], tmp_path: Path) -> None:
    read = _read(manifest, tmp_path)

    tightened, filled = _prepared(read, BY_CONTRAST), _prepared(read, None)

    np.testing.assert_array_equal(tightened.masks, filled.masks)
    assert filled.unsure is None
    assert filled.outlined() is filled
    assert tightened.outlined().masks.sum() < 0.6 * tightened.masks.sum()


def test_a_rectangle_in_which_nothing_is_seen_is_all_unsure(manifest: dict[str, Any], tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "eye.png"), np.full((SIDE, SIDE, 3), 90, np.uint8))

    prepared = _prepared(_read(manifest, tmp_path), BY_CONTRAST)

    assert prepared.unsure is not None
    np.testing.assert_array_equal(prepared.unsure[0, ..., 0] > 127, rasterize([BOX], height=SIDE, width=SIDE))


def test_what_was_outlined_is_kept_and_made_anew_for_other_rectangles(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    cache = tmp_path / "kept"
    first = _prepared(_read(manifest, tmp_path), BY_CONTRAST, cache=cache)
    again = _prepared(_read(manifest, tmp_path), _never, cache=cache)
    manifest["items"][0]["rectangles"] = {"HE": [[45, 49, 30, 30]]}
    other = _prepared(_read(manifest, tmp_path), BY_CONTRAST, cache=cache)

    np.testing.assert_array_equal(again.coverage, first.coverage)
    np.testing.assert_array_equal(again.unsure, first.unsure)
    assert len(list(cache.iterdir())) == 2
    assert len(other) == 1


def _never(*_: Any) -> Any:
    raise AssertionError("it is kept")


def test_rectangles_are_tightened_unless_the_settings_say_otherwise(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    read = _read(manifest, tmp_path)
    manifest["items"][0]["rectangles"] = {}

    assert outline_for(UNET, read) is not None
    assert outline_for(UnetLite0Settings(rectangles="fill"), read) is None
    assert outline_for(PRESETS["study_unet"].settings, read) is None  # as the study did
    assert outline_for(UNET, _read(manifest, tmp_path)) is None


def test_the_card_says_how_many_rectangles_there_were_and_what_became_of_them(
    manifest: dict[str, Any], tmp_path: Path
) -> None:
    read = _read(manifest, tmp_path)

    tightened = rectangles_part(UNET, read)
    (said,) = tightened["limits"]

    assert tightened["rectangles"] == {"counts": {"HE": 2}, "use": "tighten"}
    assert "2 HE" in said and "scores are against the rectangles" in said
    assert rectangles_part(PRESETS["study_unet"].settings, read)["rectangles"]["use"] == "fill"
    manifest["items"][0]["rectangles"] = {}
    assert rectangles_part(UNET, _read(manifest, tmp_path)) == {"rectangles": None, "limits": []}


@pytest.mark.parametrize(("as_red_elsewhere", "recall"), [(False, 1), (True, 100 / 900)])
def test_thresholds_are_chosen_on_outlines_and_scores_are_against_the_rectangles(
    as_red_elsewhere: bool, recall: float
) -> None:
    """Half red, as the rest of the rectangle is, tells nothing there, but is a false alarm elsewhere."""
    box, core = rasterize([Rect(10, 10, 30, 30)], height=64, width=64), np.zeros((64, 64), np.bool_)
    core[20:30, 20:30] = True
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[box] = (100, 0, 0)  # half red: the model says 0.46
    picture[core] = (255, 0, 0)
    if as_red_elsewhere:
        picture[50:60, 50:60] = (100, 0, 0)
    both = np.stack([box, np.zeros_like(box)], -1)
    prepared = Prepared(
        images=np.stack([picture] * 3),
        inside=np.ones((3, 64, 64), np.bool_),
        masks=np.stack([both] * 3),
        known=np.ones((3, 2), np.bool_),
        labels=np.ones(3, np.float32),
        referable=np.ones(3, np.float32),
        coverage=np.stack([np.stack([core, np.zeros_like(core)], -1)] * 3) * np.uint8(255),
        unsure=np.stack([np.stack([box & ~core, np.zeros_like(core)], -1)] * 3) * np.uint8(255),
    )
    items = [
        {"id": f"{fold}{row}", "path": __file__, "patient": f"{fold}{row}", "split": fold}
        for fold in FOLDS
        for row in range(3)
    ]
    model = red_segmenter()
    request = TrainRequest(task="segmenter", preset="", manifest=Path(), work_dir=Path(), out_dir=Path())

    scored = score_segmenter(
        model.onnx,
        model.card,
        dict.fromkeys(FOLDS, prepared),
        None,
        request,
        parse_manifest({"classes": ["HE", "EX"], "items": items}),
        print,
    )

    assert scored["metrics"]["test"]["classes"]["HE"]["recall"]["value"] == pytest.approx(recall)
