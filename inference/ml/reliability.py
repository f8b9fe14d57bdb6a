"""Whether a probability means what it says: reliability plot, expected calibration error, Brier score."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.metrics import drawn_rows, interval

Floats = NDArray[np.float64]
BINS = 10  # of equal width


def reliability_report(
    truth: Floats, probability: Floats, *, patients: Sequence[str], seed: int
) -> dict[str, Any]:
    """`bins` (images, mean probability, share that has it; empty ones left out), `ece` and `brier` as
    `{value, low, high}` over patients drawn anew. (N,) each, truth 1 or 0.
    """
    drawn = [
        (expected_calibration_error(truth[rows], probability[rows]), brier(truth[rows], probability[rows]))
        for rows in drawn_rows(patients, draws=1000, seed=seed)
    ]
    errors, scores = np.array(drawn, np.float64).T
    return {
        "bins": reliability_bins(truth, probability),
        "ece": interval(expected_calibration_error(truth, probability), errors),
        "brier": interval(brier(truth, probability), scores),
    }


def reliability_bins(truth: Floats, probability: Floats) -> list[dict[str, float]]:
    """For each tenth of the probabilities that has images: `images`, `probability` (mean) and `observed`."""
    images, said, real = _binned(truth, probability)
    return [
        {
            "images": int(images[index]),
            "probability": float(said[index] / images[index]),
            "observed": float(real[index] / images[index]),
        }
        for index in range(BINS)
        if images[index]
    ]


def expected_calibration_error(truth: Floats, probability: Floats) -> float:
    """Mean distance of what was said from what was so, bin by bin, weighted by images; 0 is best."""
    _, said, real = _binned(truth, probability)
    return float(np.abs(said - real).sum() / len(truth))


def brier(truth: Floats, probability: Floats) -> float:
    """Mean squared distance of probability and truth; 0 is best. Source: Brier 1950."""
    return float(np.mean((probability - truth) ** 2))


def _binned(truth: Floats, probability: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """For each bin its images, summed probability and summed truth."""
    place = np.minimum((probability * BINS).astype(np.int64), BINS - 1)
    images = np.bincount(place, minlength=BINS)
    said = np.bincount(place, weights=probability, minlength=BINS).astype(np.float64)
    real = np.bincount(place, weights=truth, minlength=BINS).astype(np.float64)
    return images, said, real
