"""What a picture's colours, brightness and file alone tell: the score that any classifier must beat.

Pictures of ill and healthy eyes often come from other cameras, clinics or settings. Logistic regression on
sixteen plain numbers shows how much of a score that explains.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from imaging.decode import read_header
from inference.ml.data import Prepared
from inference.ml.manifest import Item
from inference.ml.split import place

Floats = NDArray[np.float64]
RIDGE = 1e-2
QUANTILES = (0.05, 0.5, 0.95)
PARTS = 5  # of the patients, where the baseline is fitted on the very images it is judged on


def plain_facts(prepared: Prepared, items: Sequence[Item]) -> Floats:
    """(N, 16): mean, spread and quantiles of each colour inside the FOV, and the file's and image's size."""
    return np.array(
        [
            picture_facts(picture, inside, item.path)
            for picture, inside, item in zip(prepared.images, prepared.inside, items, strict=True)
        ],
        np.float64,
    ).reshape(len(items), -1)


def baseline_scores(train: Floats, truth: Floats, others: Sequence[Floats]) -> list[Floats]:
    """Log-odds (N,) for each of `others` from a logistic regression on training facts with their truth (N,).

    Facts are standardised by the training images; rows whose truth is NaN are left out. Constant with one
    class only.
    """
    known = np.isfinite(truth)
    train, truth = train[known], truth[known]
    if len(np.unique(truth)) < 2:
        return [np.zeros(len(other)) for other in others]
    middle, spread = train.mean(0), np.maximum(train.std(0), 1e-9)

    def with_constant(facts: Floats) -> Floats:
        scaled = np.clip((facts - middle) / spread, -5, 5)
        return np.concatenate([scaled, np.ones((len(facts), 1))], axis=1)

    design = with_constant(train)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = design @ weights
        slope = (1 / (1 + np.exp(-np.clip(odds, -60, 60))) - truth) / len(truth)
        value = np.mean(np.logaddexp(0, odds) - truth * odds) + RIDGE * (weights[:-1] ** 2).sum() / 2
        return float(value), design.T @ slope + RIDGE * np.append(weights[:-1], 0)

    weights = minimize(loss, np.zeros(design.shape[1]), jac=True, method="L-BFGS-B").x
    return [with_constant(other) @ weights for other in others]


def crossed_scores(facts: Floats, truth: Floats, *, patients: Sequence[str]) -> Floats:
    """Log-odds (N,) of images from somewhere else, each from a fit on those of other patients there.

    No model has seen that place's pictures, yet this baseline has: what it reaches is the most that colours,
    brightness and files give away there.
    """
    part = np.array([int(PARTS * place(patient, seed=0)) for patient in patients])
    odds = np.zeros(len(facts))
    for one in np.unique(part):
        odds[part == one] = baseline_scores(facts[part != one], truth[part != one], [facts[part == one]])[0]
    return odds


def picture_facts(picture: NDArray[np.uint8], inside: NDArray[np.bool_], path: Path) -> list[float]:
    """One image's 16 numbers, from its square uint8 (S, S, 3) and its file."""
    seen = picture[inside] if inside.any() else picture.reshape(-1, 3)
    header = read_header(path)
    colours = [*seen.mean(0), *seen.std(0), *np.quantile(seen, QUANTILES, axis=0).ravel()]
    return [*map(float, colours), float(np.log(path.stat().st_size / (header.width * header.height)))]
