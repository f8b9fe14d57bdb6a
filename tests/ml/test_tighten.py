"""The tightener's windows, its fallback without a network, and the networks that are kept."""

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from imaging.arrays import BoolMask
from imaging.masks import rasterize
from imaging.phantom import draw_phantom
from imaging.shapes import Rect
from inference.ml.tighten import FOLDER, Contour, TightenNetwork, Unchanged, tighten
from inference.ml.tighten_bench import judge, summary
from inference.ml.tighten_crops import network_input, whole_box, window_of
from inference.ml.tighten_folder import folds_of, photos_of
from inference.ml.tighten_map import ModelMap, map_weight, with_map

IDRID = Path(__file__).resolve().parents[3] / "shared/data/idrid/segmentation"


def middle_of(values: "np.ndarray[Any, np.dtype[Any]]") -> tuple[float, float]:
    """The centre of gravity, x and y in pixels."""
    rows, columns = np.mgrid[: values.shape[0], : values.shape[1]]
    weight = values.astype(np.float64)
    return float((columns * weight).sum() / weight.sum()), float((rows * weight).sum() / weight.sum())


@pytest.mark.parametrize(
    "rect", [Rect(20, 30, 5, 4), Rect(20, 30, 40, 9), Rect(3, 2, 170, 160), Rect(10, 10, 700, 300)]
)
def test_a_window_shows_the_rectangle_where_it_says_and_gives_its_pixels_back(rect: Rect) -> None:
    box = whole_box(rect)
    mask = np.zeros((400, 800, 3), np.uint8)
    mask[box[1] : box[3], box[0] : box[2]] = 255
    window = window_of(box)

    seen = window.sample(mask)[..., 0].astype(np.float32)
    back = window.to_box(seen)

    assert np.allclose(middle_of(seen), middle_of(window.inside()), atol=0.02)
    assert seen.sum() == pytest.approx(float(window.inside().sum(dtype=np.int64)), rel=0.02)
    assert back.shape == (box[3] - box[1], box[2] - box[0])
    rim = max(1, round(1 / window.scale))
    assert back[rim:-rim, rim:-rim].min() > 127


def test_a_shifted_lesion_comes_back_at_its_own_pixels() -> None:
    picture = np.zeros((100, 100, 3), np.uint8)
    picture[40:44, 50:57] = 255
    window = window_of((45, 35, 65, 50))

    back = window.to_box(window.sample(picture)[..., 0].astype(np.float32)) > 127

    rows, columns = np.nonzero(back)
    assert (rows.min() + 35, rows.max() + 36, columns.min() + 45, columns.max() + 46) == (40, 44, 50, 57)


def test_rectangles_at_the_border_over_it_and_around_everything_have_a_window() -> None:
    rgb = draw_phantom(eye="OD", icdr_grade=2, seed=2, side=300).rgb
    rects = [Rect(-10, -10, 30, 30), Rect(290, 290, 40, 40), Rect(0, 0, 300, 300), Rect(120.4, 7.6, 9.3, 3.2)]

    for network in (None, TightenNetwork.load()):
        for rect, answer in zip(rects, tighten(rgb, [(one, "HE") for one in rects], network), strict=True):
            if isinstance(answer, Contour):
                left, top, right, bottom = whole_box(rect)
                x0, y0, x1, y1 = answer.polygon.bounds()
                assert max(0, left) <= x0 <= x1 <= min(300, right)
                assert max(0, top) <= y0 <= y1 <= min(300, bottom)


@pytest.mark.parametrize("code", ["HE", "EX"])
@pytest.mark.parametrize("kept", [False, True])
def test_contours_of_phantom_lesions_are_better_than_their_rectangles(code: str, kept: bool) -> None:
    network = TightenNetwork.load() if kept else None
    if kept and network is None:
        pytest.skip("no network is kept in inference/ml/tightener")
    phantom = draw_phantom(eye="OS", icdr_grade=3, seed=8, side=1411)
    rects, truth = phantom.rects(code), phantom.mask(code)

    answers = tighten(phantom.rgb, [(rect, code) for rect in rects], network)

    contours = [answer.polygon for answer in answers if isinstance(answer, Contour)]
    said = rasterize(contours, height=1411, width=1411)
    drawn = rasterize(rects, height=1411, width=1411)
    assert 2 * (said & truth).sum() / (said.sum() + truth.sum()) > 0.03 + (
        2 * (drawn & truth).sum() / (drawn.sum() + truth.sum())
    )


def blurred_truth(truth: BoolMask) -> ModelMap:
    """The map of a model that knows, a little blurred."""
    values = cv2.GaussianBlur(np.where(truth, 255, 0).astype(np.uint8), (0, 0), 1.0)
    return ModelMap(values=np.asarray(values, np.uint8), level=0.5, weight=0.3)


@pytest.mark.parametrize("code", ["HE", "EX"])
def test_the_map_of_a_good_model_makes_contours_better_and_other_classes_stay(code: str) -> None:
    network = TightenNetwork.load()
    if network is None:
        pytest.skip("no network is kept in inference/ml/tightener")
    phantom = draw_phantom(eye="OS", icdr_grade=3, seed=8, side=1411)
    truth = phantom.mask(code)
    asked = [(rect, code) for rect in phantom.rects(code)]

    def dice(maps: dict[str, ModelMap] | None) -> float:
        answers = tighten(phantom.rgb, asked, network, maps=maps)
        contours = [answer.polygon for answer in answers if isinstance(answer, Contour)]
        said = rasterize(contours, height=1411, width=1411)
        return float(2 * (said & truth).sum() / (said.sum() + truth.sum()))

    alone = dice(None)
    assert dice({code: blurred_truth(truth)}) > alone
    assert dice({"SE": blurred_truth(truth)}) == alone


def test_a_map_of_any_size_lies_where_the_image_is_and_without_weight_says_nothing() -> None:
    truth = np.zeros((90, 120), np.bool_)
    truth[30:60, 40:80] = True
    values = np.asarray(cv2.resize(np.where(truth, 255, 0).astype(np.uint8), (40, 30)), np.uint8)
    plain = np.full((40, 60), 0.5, np.float32)
    box = (30, 25, 90, 65)

    seen = with_map(plain, box, size=(90, 120), model_map=ModelMap(values=values, level=0.5, weight=0.3))
    unheard = with_map(plain, box, size=(90, 120), model_map=ModelMap(values=values, level=0.5, weight=0))

    assert ((seen > 0.5) == truth[25:65, 30:90]).mean() > 0.97
    assert np.allclose(unheard, plain, atol=1e-6)


def test_a_map_that_saw_no_lesion_in_a_rectangle_changes_nothing_there() -> None:
    network_says = np.linspace(0.05, 0.95, 400, dtype=np.float32).reshape(20, 20)
    nothing = ModelMap(values=np.zeros((50, 50), np.uint8), level=0.5, weight=0.3)

    joined = with_map(network_says, (10, 10, 30, 30), size=(50, 50), model_map=nothing)

    assert np.allclose(joined, network_says, atol=1e-5)


@pytest.mark.parametrize(
    ("low", "weight"), [(None, 0), (0.44, 0), (0.7, 0), (0.775, 0.15), (0.85, 0.3), (0.95, 0.3)]
)
def test_a_models_weight_is_what_its_scores_on_test_images_surely_earn(
    low: float | None, weight: float
) -> None:
    card = {"metrics": {"test": {"classes": {"EX": {"dice": {"value": 0.99, "low": low, "high": 1}}}}}}

    assert map_weight(card, "EX") == pytest.approx(weight)
    assert map_weight(card, "HE") == map_weight({}, "EX") == 0


def test_a_rectangle_on_plain_retina_stays_as_it_is_without_a_network() -> None:
    plain = np.full((200, 200, 3), 120, np.uint8)

    (answer,) = tighten(plain, [(Rect(60, 60, 30, 30), "HE")], None)

    assert isinstance(answer, Unchanged)
    assert answer.code == "nothing_seen"


def test_what_the_network_sees_does_not_depend_on_the_cameras_gain() -> None:
    rgb = draw_phantom(eye="OD", icdr_grade=2, seed=3, side=300).rgb
    window = window_of((100, 100, 140, 130))
    dark = (rgb * 0.6).astype(np.uint8)

    bright_picture, _ = network_input(window.sample(rgb), window.inside(), lesion_class="HE", longer_px=40)
    dark_picture, _ = network_input(window.sample(dark), window.inside(), lesion_class="HE", longer_px=40)

    assert np.abs(bright_picture - dark_picture).mean() < 0.15


def test_kept_networks_and_their_card_belong_together() -> None:
    if not (FOLDER / "card.json").exists():
        pytest.skip("no network is kept in inference/ml/tightener")
    card = json.loads((FOLDER / "card.json").read_text())

    keys = [key for fold in card["folds"] for key in fold]

    assert len(keys) == len(set(keys)) > 0
    assert "CC BY 4.0" in card["attribution"]
    assert {path.stem for path in (FOLDER / "folds").glob("*.onnx")} == set(
        map(str, range(len(card["folds"])))
    )
    assert all(path.stat().st_size < 500_000 for path in FOLDER.rglob("*.onnx"))


@pytest.mark.slow
def test_a_network_tightens_a_photograph_that_it_has_never_seen() -> None:
    if not IDRID.is_dir():
        pytest.skip(f"no real images: {IDRID} is absent")
    if not (FOLDER / "card.json").exists():
        pytest.skip("no network is kept in inference/ml/tightener")
    card = json.loads((FOLDER / "card.json").read_text())
    folds = folds_of(photos_of(IDRID), len(card["folds"]))
    assert [[photo.key for photo in fold] for fold in folds] == card["folds"]
    photo = folds[0][1]
    network = TightenNetwork((FOLDER / "folds" / "0.onnx").read_bytes(), threshold=card["threshold"])

    found = summary(judge(photo, network))

    for code in ("HE", "EX"):
        assert found[code]["dice"]["tightened"] > found[code]["dice"]["rectangles"] + 0.05
