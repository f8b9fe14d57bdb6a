"""Calibration scores against cases worked out by hand."""

import numpy as np
import pytest

from inference.ml.reliability import brier, expected_calibration_error, reliability_bins, reliability_report


def test_probabilities_that_come_true_as_often_as_they_say_have_no_error() -> None:
    truth = np.array([1.0, 0, 0, 0, 1, 1, 1, 0])
    said = np.array([0.25] * 4 + [0.75] * 4)

    assert expected_calibration_error(truth, said) == 0
    assert reliability_bins(truth, said) == [
        {"images": 4, "probability": 0.25, "observed": 0.25},
        {"images": 4, "probability": 0.75, "observed": 0.75},
    ]


def test_a_boaster_is_found_out() -> None:
    truth = np.array([1.0, 0.0])
    said = np.array([1.0, 1.0])  # the last bin holds 1 itself

    assert expected_calibration_error(truth, said) == 0.5
    assert brier(truth, said) == 0.5


def test_intervals_hold_the_value() -> None:
    truth = np.array([1.0, 0.0] * 20)
    said = np.where(truth > 0, 0.8, 0.3)

    report = reliability_report(truth, said, patients=[str(number // 2) for number in range(40)], seed=1)

    assert report["brier"]["value"] == pytest.approx((0.04 + 0.09) / 2)
    assert report["ece"]["low"] <= report["ece"]["value"] <= report["ece"]["high"]
