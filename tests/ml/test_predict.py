"""Predictions come back in the image's own pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from imaging.fov import fov_mask, whole_frame
from imaging.frame import square_frame
from imaging.masks import rasterize
from imaging.shapes import Polygon
from inference.ml.engine import Classifier, Segmenter
from inference.ml.errors import ExportMismatch, UnusableData
from inference.ml.evaluate import evaluate_folder
from inference.ml.export_check import require_equal
from inference.ml.findings import MOST_FINDINGS, find_lesions, largest
from inference.ml.model_store import StoredModel
from inference.ml.predict import ImageToPredict, Predictor, predict_images
from inference.ml.views import VIEWS
from tests.ml.models import bright_classifier, leaning_segmenter, red_segmenter

WIDTH, HEIGHT = 600, 400


def _eye() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A grey disc with texture on black, a red square in it and a green one."""
    eye = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    cv2.circle(eye, (300, 200), 180, (110, 110, 110), -1)
    texture = np.random.default_rng(1).integers(-20, 20, (HEIGHT, WIDTH, 1))
    eye = np.asarray(np.clip(eye + (eye > 0) * texture, 0, 255), np.uint8)
    eye[150:210, 220:280] = (230, 20, 20)
    eye[240:270, 330:390] = (20, 230, 20)
    return eye


def _predictor(*, threads: int = 1) -> Predictor:
    return Predictor(
        classifier=Classifier(bright_classifier(), threads=threads),
        segmenter=Segmenter(red_segmenter(side=128), threads=threads),
    )


def test_maps_have_the_images_own_size_and_lie_where_the_lesions_are() -> None:
    prediction = _predictor().predict(_eye())

    he, ex = prediction.probability_map("HE"), prediction.probability_map("EX")
    assert he.shape == ex.shape == (HEIGHT, WIDTH)
    assert he.dtype == np.uint8
    assert he[180, 250] > 200 and he[255, 360] < 10
    assert ex[255, 360] > 200 and ex[180, 250] < 10
    assert not he[~fov_mask(prediction.fov)].any()


def test_areas_are_in_pixels_of_the_image_and_percent_of_the_field_of_view() -> None:
    prediction = _predictor().predict(_eye())

    summary = prediction.lesions["HE"]
    assert summary.count == 1
    assert summary.area_px == pytest.approx(60 * 60, rel=0.1)
    assert summary.area_fov_percent == pytest.approx(100 * 3600 / (np.pi * 180**2), rel=0.1)


def test_findings_outline_the_lesions_in_the_images_pixels() -> None:
    prediction = _predictor().predict(_eye())

    finding = next(one for one in prediction.findings if one.lesion_class == "HE")
    assert finding.bbox == pytest.approx((220, 150, 60, 60), abs=3)
    assert finding.confidence > 0.8
    points = tuple((float(x), float(y)) for x, y in finding.polygon["points"])
    drawn = rasterize([Polygon(points, ())], height=HEIGHT, width=WIDTH)
    wanted = np.zeros_like(drawn)
    wanted[150:210, 220:280] = True
    assert (drawn & wanted).sum() / (drawn | wanted).sum() > 0.85


def test_an_outline_runs_along_the_pixels_edges_and_keeps_its_hole() -> None:
    levels = np.zeros((40, 40), np.uint8)
    levels[10:30, 5:25] = 255
    levels[15:20, 10:18] = 0
    frame = square_frame(whole_frame(width=40, height=40), side=40)

    summary, (finding,), _ = find_lesions(levels, lesion_class="HE", level=128, smallest_px=1, frame=frame)

    assert summary.area_px == 400 - 40
    assert sorted(map(tuple, finding.polygon["points"])) == [(5, 10), (5, 30), (25, 10), (25, 30)]
    (hole,) = finding.polygon["holes"]
    assert np.min(hole, axis=0).tolist() == [10, 15]
    assert np.max(hole, axis=0).tolist() == [18, 20]


def test_small_components_are_dropped_and_touching_corners_are_one_lesion() -> None:
    levels = np.zeros((20, 20), np.uint8)
    levels[2, 2] = levels[3, 3] = 255
    levels[10, 10] = 255
    frame = square_frame(whole_frame(width=20, height=20), side=20)

    summary, findings, mask = find_lesions(levels, lesion_class="EX", level=1, smallest_px=2, frame=frame)

    assert summary.count == len(findings) == 1
    assert findings[0].area_px == 2
    assert np.argwhere(mask).tolist() == [[2, 2], [3, 3]]


def test_an_image_keeps_its_five_thousand_largest_findings_and_counts_all() -> None:
    levels = np.zeros((400, 400), np.uint8)
    levels[::4, ::4] = 255
    levels[:200:4, 1:200:4] = 255
    frame = square_frame(whole_frame(width=400, height=400), side=400)

    summary, found, _ = find_lesions(levels, lesion_class="EX", level=1, smallest_px=1, frame=frame)
    kept = largest([*found, *found])

    assert summary.count == 10_000
    assert len(found) == len(kept) == MOST_FINDINGS == 5_000
    assert sum(one.area_px == 2 for one in found) == 2_500
    assert sum(one.area_px == 2 for one in kept) == 5_000
    assert kept == [one for one in [*found, *found] if one.area_px == 2]


def test_the_classifier_gives_probability_and_heat_map() -> None:
    prediction = _predictor().predict(_eye())

    heatmap = prediction.heatmap()
    assert prediction.dr_probability is not None
    assert 0 < prediction.dr_probability < 1
    assert heatmap is not None
    assert heatmap.shape == (HEIGHT, WIDTH)  # no larger than 800 px, so as it is
    assert heatmap.max() > 200 and not heatmap[:5].any()


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (np.zeros((200, 300, 3), np.uint8), "too_dark"),
        (np.full((200, 300, 3), 255, np.uint8), "too_bright"),
        (np.full((200, 300, 3), 120, np.uint8), "no_contrast"),
    ],
)
def test_pictures_that_show_nothing_are_ungradable(
    picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], reason: str
) -> None:
    verdict = _predictor().predict(picture).quality

    assert (verdict.gradable, verdict.worst_problem) == (False, reason)


def test_a_usual_picture_is_gradable() -> None:
    assert _predictor().predict(_eye()).quality.gradable


def test_a_folder_of_images_is_predicted_in_order_with_files_for_each(tmp_path: Path) -> None:
    images = []
    for number in range(3):
        path = tmp_path / f"eye {number}.png"
        cv2.imwrite(str(path), cv2.cvtColor(_eye(), cv2.COLOR_RGB2BGR))
        images.append(ImageToPredict(id=f"eye {number}", path=path))

    events = list(predict_images(_predictor(), images, out_dir=tmp_path / "out"))

    assert [event["id"] for event in events] == ["eye 0", "eye 1", "eye 2"]
    written = cv2.imread(str(tmp_path / "out" / events[0]["maps"]["HE"]), cv2.IMREAD_UNCHANGED)
    assert written is not None
    assert written.shape == (HEIGHT, WIDTH)
    assert (tmp_path / "out" / events[2]["heatmap"]).is_file()
    assert set(events[0]["lesions"]["HE"]) == {"count", "area_px", "area_fov_percent"}


def test_an_exported_model_that_computes_something_else_is_refused() -> None:
    picture = {"image": np.full((1, 3, 64, 64), 0.5, np.float32)}
    onnx = bright_classifier().onnx  # logit 8 x 0.5 - 2 = 2

    worst = require_equal(onnx, inputs=picture, expected={"logit": np.full((1, 1), 2.0)}, tolerance=1e-4)
    assert worst < 1e-4
    for wrong in (2.1, np.nan):
        with pytest.raises(ExportMismatch, match="logit"):
            require_equal(onnx, inputs=picture, expected={"logit": np.full((1, 1), wrong)}, tolerance=1e-3)


def test_a_large_output_may_differ_by_what_float32_costs() -> None:
    picture = {"image": np.full((1, 3, 64, 64), 50.0, np.float32)}  # logit 8 x 50 - 2 = 398

    expected = {"logit": np.full((1, 1), 398.02)}
    assert require_equal(bright_classifier().onnx, inputs=picture, expected=expected, tolerance=1e-4) > 0


def test_a_model_that_gives_no_number_is_refused_not_read_as_healthy() -> None:
    sick = Predictor(classifier=Classifier(bright_classifier(bias=float("nan"))))

    with pytest.raises(UnusableData) as refusal:
        sick.predict(_eye())

    assert refusal.value.code == "no_number"
    assert refusal.value.remedy


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("input", {"size_px": [64, 32]}),
        ("input", {"tile_px": 512}),
        ("input", {"channels": "BGR"}),
        ("input", {"value_range": [0, 255]}),
        ("output", {"applied": True}),
        ("output", {"activation": "tanh"}),
    ],
)
def test_a_card_that_asks_for_more_than_can_be_done_is_refused(part: str, change: dict[str, object]) -> None:
    model = bright_classifier()
    model.card[part] = model.card[part] | change

    with pytest.raises(UnusableData, match="can't be done here") as refusal:
        Classifier(model)

    assert refusal.value.code == "bad_card"


def test_a_model_of_the_wrong_task_is_refused() -> None:
    with pytest.raises(UnusableData, match="not a classifier"):
        Classifier(red_segmenter())


def test_prediction_needs_a_model() -> None:
    with pytest.raises(UnusableData):
        Predictor()


def test_evaluation_pools_pixels_inside_the_field_of_view(tmp_path: Path) -> None:
    images, masks = tmp_path / "images", tmp_path / "masks"
    images.mkdir()
    masks.mkdir()
    for number in range(3):
        cv2.imwrite(str(images / f"e{number}.png"), cv2.cvtColor(_eye(), cv2.COLOR_RGB2BGR))
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[150:210, 220:280] = 255
        cv2.imwrite(str(masks / f"e{number}_HE.png"), mask)

    report = evaluate_folder(Segmenter(red_segmenter(side=256)), images=images, masks=masks)

    assert report["classes"]["HE"]["dice"]["value"] > 0.9
    assert report["classes"]["EX"]["recall"]["value"] is None  # no exudate mask: absent, so only false alarms
    assert report["classes"]["EX"]["accuracy"]["value"] < 1
    assert set(report["classes"]["HE"]["aupr"]) == {"value", "low", "high"}


@pytest.mark.parametrize("count", [2, 4, 8])
def test_a_map_is_the_mean_over_the_views_that_the_card_names(
    random: np.random.Generator, count: int
) -> None:
    plain = leaning_segmenter()
    given = plain.card["input"] | {"views": list(VIEWS)[:count]}
    seen = Segmenter(StoredModel(id="views", onnx=plain.onnx, card=plain.card | {"input": given}))
    picture = random.integers(0, 255, (64, 64, 3), dtype=np.uint8)
    turns: list[Callable[[NDArray[Any]], NDArray[Any]]] = [
        lambda values: values,
        np.fliplr,
        np.flipud,
        lambda values: np.rot90(values, 2),
        lambda values: values.swapaxes(0, 1),
        lambda values: np.rot90(values, 1),
        lambda values: np.rot90(values, -1),
        lambda values: np.rot90(values.swapaxes(0, 1), 2),
    ]
    undone = [*turns[:5], turns[6], turns[5], turns[7]]

    by_hand = np.mean(
        [
            back(Segmenter(plain).run(turn(picture))[0][0])
            for turn, back in zip(turns[:count], undone[:count], strict=True)
        ],
        axis=0,
    )

    found = seen.maps(picture, np.ones((64, 64), np.bool_))[0]
    np.testing.assert_allclose(found, by_hand * 255, atol=1)
    assert np.abs(by_hand - Segmenter(plain).run(picture)[0][0]).max() > 0.05  # the views do differ


def test_a_card_that_names_an_unknown_view_is_refused() -> None:
    plain = leaning_segmenter()
    card = plain.card | {"input": plain.card["input"] | {"views": ["as_is", "sideways"]}}

    with pytest.raises(UnusableData, match="sideways"):
        Segmenter(StoredModel(id="views", onnx=plain.onnx, card=card))
