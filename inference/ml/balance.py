"""Meeting unequal class sizes by drawing: the training fold only, and never together with weights."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from inference.ml.resnet_settings import Balancing


def epoch_order(
    labels: NDArray[np.float32], *, balancing: Balancing, random: np.random.Generator
) -> NDArray[np.int64]:
    """The order in which one epoch sees the training images: every one once, shuffled.

    With oversampling, images without DR (0) are drawn with replacement in addition, until there are as many
    as with DR, as the study does. Where no DR is the larger class, nothing is added.
    """
    order = np.arange(len(labels))
    if balancing is Balancing.OVERSAMPLE:
        without_dr = order[labels < 0.5]
        lacking = int((labels >= 0.5).sum()) - len(without_dr)
        if lacking > 0 and len(without_dr):
            order = np.concatenate([order, random.choice(without_dr, size=lacking, replace=True)])
    return random.permutation(order)


def balanced_batches(
    labels: NDArray[np.float32], *, batch_size: int, steps: int, random: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """`steps` batches of rows, half of each with DR (1), half without; the larger half, if any, has DR.

    Each half goes through all its images in a new order before one comes again.
    """
    without = _endlessly(np.flatnonzero(labels < 0.5), random)
    with_dr = _endlessly(np.flatnonzero(labels >= 0.5), random)
    half = batch_size // 2
    for _ in range(steps):
        yield np.array([*islice(with_dr, batch_size - half), *islice(without, half)], np.int64)


def _endlessly(rows: NDArray[np.int64], random: np.random.Generator) -> Iterator[int]:
    while len(rows):
        yield from random.permutation(rows).tolist()
