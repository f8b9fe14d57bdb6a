"""How a segmenter in training does on the validation images, in the same way for every framework."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.ml.data import Prepared
from inference.ml.metrics import BINS, pixel_histogram, segmentation_scores


def watched_scores(
    maps: Iterable[NDArray[np.uint8]], validation: Prepared, *, classes: Sequence[str]
) -> dict[str, float]:
    """Dice at a probability of one half and AUPR of each class that was looked for, pooled over the images.

    Maps: one uint8 (S, S, C) for each image of `validation`, taken one by one.
    """
    lesion, other = (np.zeros((len(classes), BINS), np.int64) for _ in range(2))
    for row, probability in enumerate(maps):
        for index in np.flatnonzero(validation.known[row]):
            truth = validation.masks[row, ..., index]
            counted = pixel_histogram(probability[..., index], truth, validation.inside[row])
            lesion[index] += counted.lesion
            other[index] += counted.other
    scores: dict[str, float] = {}
    for number, name in enumerate(classes):
        if validation.known[:, number].any():
            pooled = segmentation_scores(lesion[number], other[number], threshold=128)
            scores |= {f"validation_{name}_{key}": float(pooled[key]) for key in ("dice", "aupr")}
    return scores
