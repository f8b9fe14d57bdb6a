"""Lesions found and false alarms, against pictures small enough to count by hand."""

from pathlib import Path

import numpy as np
import pytest

from inference.ml.data import Prepared
from inference.ml.engine import Segmenter
from inference.ml.froc import LesionHits, froc_report, lesion_hits
from inference.ml.lesion_judge import judge_lesions
from inference.ml.manifest import Item
from tests.ml.models import red_segmenter


def _picture(*boxes: tuple[int, int, int, int, int]) -> np.ndarray:
    """A map of 40 x 40 with boxes (top, left, height, width, probability)."""
    picture = np.zeros((40, 40), np.uint8)
    for top, left, height, width, value in boxes:
        picture[top : top + height, left : left + width] = value
    return picture


TWO_LESIONS = _picture((2, 2, 5, 5, 1), (20, 20, 5, 5, 1)).astype(bool)


def _hits(probability: np.ndarray, *, smallest_px: int = 1) -> LesionHits:
    return lesion_hits(probability, TWO_LESIONS, patient="P1", levels=(50, 200), smallest_px=smallest_px)


def test_a_region_on_a_lesion_finds_it_and_one_beside_is_a_false_alarm() -> None:
    hits = _hits(_picture((2, 2, 5, 5, 250), (20, 20, 5, 5, 100), (30, 2, 3, 3, 100)))

    assert hits.lesions == 2
    assert hits.found.tolist() == [2, 1]  # from 50 on both, from 200 on the certain one
    assert hits.false.tolist() == [1, 0]


def test_a_region_twice_as_wide_as_its_lesion_still_finds_it() -> None:
    assert _hits(_picture((1, 1, 7, 10, 250))).found.tolist() == [1, 1]


def test_one_blot_over_everything_finds_nothing() -> None:
    hits = _hits(_picture((0, 0, 40, 40, 250)))

    assert hits.found.tolist() == [0, 0]
    assert hits.false.tolist() == [1, 1]


def test_touching_the_edge_of_a_lesion_does_not_find_it() -> None:
    hits = _hits(_picture((2, 2, 2, 2, 250)))  # 4 of 25 pixels: under a fifth

    assert hits.found.tolist() == [0, 0]
    assert hits.false.tolist() == [0, 0]


def test_specks_that_a_prediction_drops_are_no_false_alarms() -> None:
    assert _hits(_picture((35, 35, 1, 2, 250)), smallest_px=3).false.tolist() == [0, 0]


def test_the_curve_pools_lesions_and_averages_false_alarms_over_images() -> None:
    rows = [
        LesionHits(patient="a", lesions=3, found=np.array([3, 1]), false=np.array([4, 0])),
        LesionHits(patient="b", lesions=1, found=np.array([1, 1]), false=np.array([0, 0])),
    ]

    report = froc_report(rows, levels=(50, 200), at=50, seed=1)

    assert [(point["sensitivity"], point["false_per_image"]) for point in report["points"]] == [
        (pytest.approx(2 / 4), 0),
        (1, 2),
    ]
    assert report["at_threshold"]["sensitivity"] == {"value": 1, "low": 1, "high": 1}
    assert report["at_threshold"]["false_per_image"] == {"value": 2, "low": 0, "high": 4}


def test_without_a_labelled_lesion_there_is_no_sensitivity() -> None:
    rows = [LesionHits(patient="a", lesions=0, found=np.array([0]), false=np.array([2]))]

    report = froc_report(rows, levels=(50,), at=50, seed=1)

    assert report["points"] == [{"threshold": 50 / 255, "sensitivity": None, "false_per_image": 2}]
    assert report["at_threshold"]["sensitivity"]["value"] is None


def test_a_segmenter_is_counted_where_a_class_was_looked_for() -> None:
    picture = np.zeros((2, 64, 64, 3), np.uint8)
    picture[:, 10:20, 10:20, 0] = 255  # what the model calls a hemorrhage
    picture[:, 40:44, 40:44, 0] = 255
    masks = np.zeros((2, 64, 64, 2), bool)
    masks[:, 10:20, 10:20, 0] = True
    prepared = Prepared(
        images=picture, inside=np.ones((2, 64, 64), bool), masks=masks,
        known=np.array([[True, False], [True, False]]),
        labels=np.ones(2, np.float32), referable=np.ones(2, np.float32),
    )  # fmt: skip
    items = [Item(id=name, path=Path(name), patient=name, fold="test") for name in "ab"]
    segmenter = Segmenter(red_segmenter())
    looks: list[None] = []

    _, report = judge_lesions(
        segmenter,
        prepared,
        items,
        thresholds=segmenter.thresholds,
        seed=1,
        told=lambda: looks.append(None),
    )

    assert len(looks) == len(items)
    assert set(report["classes"]) == {"HE"}
    found = report["classes"]["HE"]
    assert (found["lesions"], found["images"]) == (2, 2)
    assert found["at_threshold"]["sensitivity"]["value"] == 1
    assert found["at_threshold"]["false_per_image"]["value"] == 1
