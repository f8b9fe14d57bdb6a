"""Meeting unequal class sizes by drawing: the training fold only, and never together with weights."""

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
