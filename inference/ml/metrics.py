"""Scores of classifiers and segmenters, with bootstrap intervals over patients; numpy only.

Lesion scores work on histograms: each image gives, for a class, how many pixels inside the field of view had
each of the 256 values of the 8-bit probability, apart for lesion and other pixels. Sums, thresholds, AUPR and
a thousand bootstrap draws then cost nothing. The price: probabilities closer than 1/255 are ties.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = dict[str, float | None]
BINS = 256


@dataclass(frozen=True, slots=True)
class PixelHistogram:
    """Counts per 8-bit probability (int64, (256,)): pixels that are the lesion, and pixels that are not."""

    lesion: NDArray[np.int64]
    other: NDArray[np.int64]


def eight_bit(probability: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Probabilities 0 to 1 as 0 to 255, rounded."""
    return np.asarray(np.rint(np.clip(probability, 0, 1) * np.float32(255)), np.uint8)


def threshold_level(value: float) -> int:
    """The 8-bit level of a threshold, 1 to 255: a pixel at or above it is called lesion; 0 is "outside"."""
    return max(1, min(255, round(value * 255)))


def pixel_histogram(
    probability: NDArray[np.uint8], truth: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> PixelHistogram:
    """Histogram of one image's probabilities (uint8 (H, W)) by truth, over the pixels `inside` its FOV."""
    return PixelHistogram(
        lesion=np.bincount(probability[truth & inside], minlength=BINS),
        other=np.bincount(probability[~truth & inside], minlength=BINS),
    )


def segmentation_scores(
    lesion: NDArray[np.int64], other: NDArray[np.int64], *, threshold: int
) -> dict[str, Floats]:
    """Pooled scores of (..., 256) histograms at an 8-bit threshold (a pixel >= threshold is called lesion).

    Keys `aupr, dice, iou, recall, precision, accuracy`, shape (...); NaN where there is nothing to score.
    """
    lesion_f, other_f = lesion.astype(np.float64), other.astype(np.float64)
    hit = lesion_f[..., threshold:].sum(-1)
    false_alarm = other_f[..., threshold:].sum(-1)
    missed = lesion_f[..., :threshold].sum(-1)
    rest = other_f[..., :threshold].sum(-1)
    return {
        "aupr": average_precision(lesion_f, other_f),
        "dice": _ratio(2 * hit, 2 * hit + false_alarm + missed),
        "iou": _ratio(hit, hit + false_alarm + missed),
        "recall": _ratio(hit, hit + missed),
        "precision": _ratio(hit, hit + false_alarm),
        "accuracy": _ratio(hit + rest, hit + rest + false_alarm + missed),
    }


def average_precision(lesion: Floats, other: Floats) -> Floats:
    """Area under the precision-recall steps of (..., 256) histograms: sum of precision x recall gained."""
    hits = np.cumsum(lesion[..., ::-1], -1)
    called = hits + np.cumsum(other[..., ::-1], -1)
    precision = np.divide(hits, called, out=np.zeros_like(hits), where=called > 0)
    gained = (precision * lesion[..., ::-1]).sum(-1)
    return _ratio(gained, hits[..., -1])


def best_dice_threshold(lesion: NDArray[np.int64], other: NDArray[np.int64]) -> int:
    """The 8-bit threshold (1 to 255) with the highest pooled Dice; 128 where there is no lesion pixel."""
    if not lesion.sum():
        return 128
    hits = np.cumsum(lesion[::-1])[::-1].astype(np.float64)
    alarms = np.cumsum(other[::-1])[::-1].astype(np.float64)
    dice = 2 * hits / np.maximum(hits + alarms + lesion.sum(), 1)
    return int(np.argmax(dice[1:]) + 1)


def classification_scores(truth: Floats, probability: Floats, *, threshold: float) -> dict[str, float]:
    """Accuracy, precision, recall, specificity, F1 at the threshold, and AUC; (N,) each, DR = 1.

    NaN where a score is not defined (no positive called, one class only).
    """
    called, real = probability >= threshold, truth > 0.5
    hit, false_alarm = float((called & real).sum()), float((called & ~real).sum())
    missed, rest = float((~called & real).sum()), float((~called & ~real).sum())
    return {
        "accuracy": float(_ratio(hit + rest, float(real.size))),
        "precision": float(_ratio(hit, hit + false_alarm)),
        "recall": float(_ratio(hit, hit + missed)),
        "specificity": float(_ratio(rest, rest + false_alarm)),
        "f1": float(_ratio(2 * hit, 2 * hit + false_alarm + missed)),
        "auc": roc_auc(truth, probability),
    }


def roc_auc(truth: Floats, score: Floats) -> float:
    """Chance that a positive scores above a negative (ties count half); NaN with one class only."""
    positive, negative = score[truth > 0.5], score[truth <= 0.5]
    if not positive.size or not negative.size:
        return float("nan")
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, side="left")
    not_above = np.searchsorted(ordered, positive, side="right")
    return float((below + not_above).sum() / (2 * positive.size * negative.size))


def threshold_for_sensitivity(truth: Floats, probability: Floats, *, sensitivity: float) -> float:
    """The highest threshold that calls at least `sensitivity` of the positives; 0.5 without positives."""
    positive = np.sort(probability[truth > 0.5])[::-1]
    if not positive.size:
        return 0.5
    needed = int(np.ceil(sensitivity * positive.size - 1e-9))
    return float(positive[max(needed, 1) - 1])


def bootstrap_segmentation(
    histograms: Sequence[PixelHistogram],
    *,
    threshold: int,
    seed: int,
    patients: Sequence[str] | None = None,
    draws: int = 1000,
) -> dict[str, Interval]:
    """Scores of one class as `{value, low, high}`: pooled ones, and `dice_per_image`, the mean over the
    images with a labelled or called pixel.

    The interval is the 95 % percentile interval over patients drawn with replacement; without `patients`
    each image is somebody else's.
    """
    lesion = np.stack([item.lesion for item in histograms])
    other = np.stack([item.other for item in histograms])
    times = _draw_counts(patients or [str(row) for row in range(len(lesion))], draws=draws, seed=seed)
    everyone = np.ones((1, len(lesion)), np.int64)
    value = _pooled_and_mean(lesion, other, times=everyone, threshold=threshold)
    drawn = _pooled_and_mean(lesion, other, times=times, threshold=threshold)
    return {name: interval(float(value[name][0]), drawn[name]) for name in value}


def _pooled_and_mean(
    lesion: NDArray[np.int64], other: NDArray[np.int64], *, times: NDArray[np.int64], threshold: int
) -> dict[str, Floats]:
    """Scores (draws,) when each image of (N, 256) histograms counts `times` (draws, N)."""
    pooled = segmentation_scores(times @ lesion, times @ other, threshold=threshold)
    each = segmentation_scores(lesion, other, threshold=threshold)["dice"]
    defined = np.isfinite(each)
    mean = _ratio(times[:, defined] @ each[defined], times[:, defined].sum(1).astype(np.float64))
    return pooled | {"dice_per_image": mean}


def bootstrap_classification(
    truth: Floats,
    probability: Floats,
    *,
    threshold: float,
    patients: Sequence[str],
    seed: int,
    draws: int = 1000,
) -> dict[str, Interval]:
    """Classifier scores as `{value, low, high}`; the interval is over patients drawn with replacement, for
    both eyes of one are no two independent images.
    """
    value = classification_scores(truth, probability, threshold=threshold)
    drawn = [
        classification_scores(truth[rows], probability[rows], threshold=threshold)
        for rows in drawn_rows(patients, draws=draws, seed=seed)
    ]
    return {name: interval(value[name], np.array([scores[name] for scores in drawn])) for name in value}


def drawn_rows(patients: Sequence[str], *, draws: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """For each bootstrap draw the rows of as many patients as there are, some more than once, some never."""
    numbers = np.unique(np.asarray(patients), return_inverse=True)[1]
    rows_of = [np.flatnonzero(numbers == number) for number in range(numbers.max() + 1)]
    for chosen in np.random.default_rng(seed).integers(0, len(rows_of), size=(draws, len(rows_of))):
        yield np.concatenate([rows_of[number] for number in chosen])


def mean_over_classes(per_class: Mapping[str, Mapping[str, Interval]]) -> dict[str, float | None]:
    """Plain mean of each score's value over the classes that have one, as the study averages IoU and Dice."""
    names = dict.fromkeys(name for scores in per_class.values() for name in scores)
    means: dict[str, float | None] = {}
    for name in names:
        values = [scores[name]["value"] for scores in per_class.values() if name in scores]
        known = [value for value in values if value is not None]
        means[name] = float(np.mean(known)) if known else None
    return means


def _draw_counts(patients: Sequence[str], *, draws: int, seed: int) -> NDArray[np.int64]:
    """How often each image is in each bootstrap draw of whole patients: int64 (draws, images)."""
    number = np.unique(np.asarray(patients), return_inverse=True)[1]
    count = int(number.max()) + 1
    times = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=draws)
    return times.astype(np.int64)[:, number]


def interval(value: float, drawn: Floats) -> Interval:
    """A score with its 95 % percentile interval over the drawn ones (draws,); all None where undefined."""
    defined = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or not defined.size:
        return {"value": None, "low": None, "high": None}
    low, high = np.percentile(defined, [2.5, 97.5])
    return {"value": value, "low": float(low), "high": float(high)}


def _ratio(part: Floats | float, whole: Floats | float) -> Floats:
    part_f, whole_f = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    ratio: Floats = np.divide(
        part_f, whole_f, out=np.full(np.broadcast(part_f, whole_f).shape, np.nan), where=whole_f > 0
    )
    return ratio
