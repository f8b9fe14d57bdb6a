"""Cohen's kappa: how far two readers agree beyond chance."""

from collections.abc import Sequence

import numpy as np


def cohens_kappa(
    answers: Sequence[tuple[int, int]], *, categories: int, quadratic: bool = False
) -> float | None:
    """Kappa over pairs of answers, each 0 to categories - 1; at most 1, and 0 for agreement by chance.

    Quadratic weights count a difference of two grades four times a difference of one. None where it is not
    defined: without answers, and when both readers gave one and the same answer throughout.
    Reference: Cohen 1968, "Weighted kappa", doi:10.1037/h0026256.
    """
    table = np.zeros((categories, categories))
    for first, second in answers:
        table[first, second] += 1
    rows, columns = np.indices(table.shape)
    weight = (rows - columns) ** 2 if quadratic else (rows != columns)
    if not answers:
        return None
    by_chance = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    expected = float((weight * by_chance).sum())
    return 1 - float((weight * table).sum()) / expected if expected else None
