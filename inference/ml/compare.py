"""Two models on the same images: the difference of one score, with an interval over patients.

Both models are asked about each image, so that an image that is hard for one counts against both. The draws
of the bootstrap take or leave a patient with all images of both eyes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.ml.metrics import (
    Interval,
    PixelHistogram,
    average_precision,
    drawn_rows,
    interval,
    roc_auc,
)

Floats = NDArray[np.float64]
NON_INFERIORITY_MARGIN = 0.02  # of AUC or AUPR: under half of the 0.05 that reader studies usually allow
SEED = 1  # the same for every comparison, so that nobody draws until it fits
DRAWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One score of both models and the candidate's minus the champion's, each `{value, low, high}`."""

    candidate: Interval
    champion: Interval
    difference: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class HistogramPair:
    """What both models say about one lesion class of one image of a patient, in the same grid."""

    patient: str
    candidate: PixelHistogram
    champion: PixelHistogram


def verdict_of(difference: Interval, *, margin: float = NON_INFERIORITY_MARGIN) -> str:
    """`better`: all of the interval is above 0; `non_inferior`: above minus the margin; else `not_shown`."""
    low = difference["low"]
    if low is None or low <= -margin:
        return "not_shown"
    return "better" if low > 0 else "non_inferior"


def compare_auc(truth: Floats, candidate: Floats, champion: Floats, *, patients: Sequence[str]) -> Paired:
    """AUC of both; (N,) each, truth 1 or 0, scores on any scale."""
    values = roc_auc(truth, candidate), roc_auc(truth, champion)
    drawn = [
        (roc_auc(truth[rows], candidate[rows]), roc_auc(truth[rows], champion[rows]))
        for rows in drawn_rows(patients, draws=DRAWS, seed=SEED)
    ]
    return _paired(values, np.array(drawn, np.float64))


def compare_aupr(pairs: Mapping[str, Sequence[HistogramPair]]) -> Paired:
    """Mean AUPR over the classes, pixels pooled over all images; `pairs`: class code -> images.

    A class without a lesion pixel has no AUPR and is left out.
    """
    shown = [rows for rows in pairs.values() if any(row.candidate.lesion.any() for row in rows)]
    if not shown:
        return _paired((np.nan, np.nan), np.full((1, 2), np.nan))
    patients = sorted({row.patient for rows in shown for row in rows})
    number = {patient: index for index, patient in enumerate(patients)}
    rng = np.random.default_rng(SEED)
    times = rng.multinomial(len(patients), np.full(len(patients), 1 / len(patients)), size=DRAWS)
    values, drawn = [], []
    for rows in shown:
        of_image = times[:, [number[row.patient] for row in rows]].astype(np.float64)
        everyone = np.ones((1, len(rows)))
        values.append(_pooled(rows, everyone)[0])
        drawn.append(_pooled(rows, of_image))
    candidate, champion = np.mean(values, 0)
    return _paired((float(candidate), float(champion)), np.mean(drawn, 0))


def _pooled(rows: Sequence[HistogramPair], times: Floats) -> Floats:
    """AUPR of both models (draws, 2) when each image counts `times` (draws, images)."""
    both = [[row.candidate for row in rows], [row.champion for row in rows]]
    scores = [
        average_precision(
            times @ np.stack([one.lesion for one in said]), times @ np.stack([one.other for one in said])
        )
        for said in both
    ]
    return np.stack(scores, axis=-1)


def _paired(values: tuple[float, float], drawn: Floats) -> Paired:
    """From both values and the drawn ones (draws, 2)."""
    candidate, champion = values
    return Paired(
        candidate=interval(candidate, drawn[:, 0]),
        champion=interval(champion, drawn[:, 1]),
        difference=interval(candidate - champion, drawn[:, 0] - drawn[:, 1]),
    )
