"""Two models on the same images, against cases worked out by hand."""

import numpy as np
import pytest

from inference.ml.compare import HistogramPair, compare_auc, compare_aupr, verdict_of
from inference.ml.metrics import PixelHistogram, pixel_histogram


def _histogram(probability: list[int], truth: list[int]) -> PixelHistogram:
    said = np.array([probability], np.uint8)
    return pixel_histogram(said, np.array([truth], bool), np.ones_like(said, bool))


@pytest.mark.parametrize(
    ("low", "verdict"),
    [
        (0.001, "better"),
        (0.0, "non_inferior"),
        (-0.019, "non_inferior"),
        (-0.02, "not_shown"),
        (-0.3, "not_shown"),
        (None, "not_shown"),
    ],
)
def test_the_interval_decides_not_the_difference(low: float | None, verdict: str) -> None:
    assert verdict_of({"value": 0.5, "low": low, "high": 0.9}) == verdict


def test_a_model_that_tells_all_apart_is_better_than_one_that_guesses_the_other_way() -> None:
    truth = np.array([1.0, 0.0] * 10)
    patients = [f"P{number // 2}" for number in range(20)]

    paired = compare_auc(truth, truth, 1 - truth, patients=patients)

    assert (paired.candidate["value"], paired.champion["value"]) == (1, 0)
    assert paired.difference == {"value": 1, "low": 1, "high": 1}


def test_a_model_against_itself_differs_by_nothing_at_all() -> None:
    truth = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0])
    said = np.array([0.9, 0.1, 0.4, 0.6, 0.8, 0.3])

    paired = compare_auc(truth, said, said, patients=list("aabbcc"))

    assert paired.difference == {"value": 0, "low": 0, "high": 0}
    assert verdict_of(paired.difference) == "non_inferior"


def test_both_eyes_of_a_patient_are_drawn_together() -> None:
    truth = np.array([1.0, 0.0] * 12)
    good = truth.copy()
    bad = np.where(np.arange(24) < 12, truth, 0.5)  # knows nothing about half of the images
    alone = compare_auc(truth, good, bad, patients=[str(number) for number in range(24)])
    in_six = compare_auc(truth, good, bad, patients=[str(number // 4) for number in range(24)])

    def width(one: dict[str, float | None]) -> float:
        assert one["low"] is not None
        assert one["high"] is not None
        return one["high"] - one["low"]

    assert width(in_six.difference) > 1.3 * width(alone.difference)


def test_lesion_classes_are_averaged_and_one_without_lesions_is_left_out() -> None:
    right = _histogram([255, 0, 0], [1, 0, 0])
    wrong = _histogram([0, 255, 0], [1, 0, 0])
    empty = _histogram([255, 0, 0], [0, 0, 0])
    rows = [HistogramPair(patient=patient, candidate=right, champion=wrong) for patient in "abcde"]
    absent = [HistogramPair(patient=patient, candidate=empty, champion=empty) for patient in "abcde"]

    paired = compare_aupr({"HE": rows, "EX": absent})

    assert paired.candidate["value"] == 1
    assert paired.champion["value"] == pytest.approx(1 / 3)  # the lesion comes last of three, with a tie
    assert paired.difference["low"] == pytest.approx(2 / 3)


def test_without_any_lesion_nothing_is_known() -> None:
    empty = _histogram([255, 0], [0, 0])

    paired = compare_aupr({"HE": [HistogramPair(patient="a", candidate=empty, champion=empty)]})

    assert paired.difference == {"value": None, "low": None, "high": None}
    assert verdict_of(paired.difference) == "not_shown"
