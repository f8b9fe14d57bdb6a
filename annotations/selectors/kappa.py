"""Cohen's kappa: how far two readers agree beyond chance."""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

Pair = tuple[int, int]


def cohens_kappa(
    answers: Iterable[Pair] | Mapping[Pair, int], *, categories: int, quadratic: bool = False
) -> float | None:
    """Kappa over pairs of answers, each 0 to categories - 1; at most 1, and 0 for agreement by chance.

    `answers` may also be how often each pair of answers was given.
    Quadratic weights count a difference of two grades four times a difference of one. None where it is not
    defined: without answers, and when both readers gave one and the same answer throughout.
    Reference: Cohen 1968, "Weighted kappa", doi:10.1037/h0026256.
    """
    table = np.zeros((categories, categories))
    for (first, second), times in Counter(answers).items():
        table[first, second] = times
    rows, columns = np.indices(table.shape)
    weight = (rows - columns) ** 2 if quadratic else (rows != columns)
    if not table.any():
        return None
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    expected = float((weight * by_chance).sum())
    return 1 - float((weight * table).sum()) / expected if expected else None
