"""From a network's logit to a probability that means what it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

MOST_STEEP, LEAST_STEEP = 10.0, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """probability = sigmoid(scale * logit + shift). The scale is positive, so the order of images stays."""

    scale: float = 1.0
    shift: float = 0.0

    def probability(self, logit: float) -> float:
        """The calibrated probability of one logit."""
        return 1 / (1 + float(np.exp(-np.clip(self.scale * logit + self.shift, -60, 60))))

    @classmethod
    def from_card(cls, card: Mapping[str, Any], name: str = "DR") -> "Calibration":
        """That of a class in the card's `calibration`; the plain sigmoid where it has none.

        Cards of models that know DR alone may give it without a name.
        """
        stored = card.get("calibration") or {}
        stored = stored.get(name, stored if "scale" in stored else {})
        return cls(scale=float(stored.get("scale", 1.0)), shift=float(stored.get("shift", 0.0)))


def fit_calibration(truth: NDArray[np.float64], logits: NDArray[np.float64]) -> Calibration:
    """Fit scale and shift by likelihood; truth (N,) is 1 or 0, logits (N,). One class only: plain sigmoid.

    Targets are Platt's smoothed ones, (N+ + 1) / (N+ + 2) and 1 / (N- + 2), so that a few images that the
    network separates perfectly don't become certainties. Source: Platt 1999, "Probabilistic outputs for
    support vector machines".
    """
    positives = truth > 0.5
    count_positive, count_negative = int(positives.sum()), int((~positives).sum())
    if not count_positive or not count_negative:
        return Calibration()
    target = np.where(positives, (count_positive + 1) / (count_positive + 2), 1 / (count_negative + 2))

    def loss(parameters: NDArray[np.float64]) -> float:
        value = np.exp(parameters[0]) * logits + parameters[1]
        return float(np.mean(np.logaddexp(0, value) - target * value))

    middle = -float(np.median(logits))
    bounds = [(np.log(LEAST_STEEP), np.log(MOST_STEEP)), (None, None)]
    found = minimize(loss, np.array([0.0, middle]), method="L-BFGS-B", bounds=bounds)
    return Calibration(scale=float(np.exp(found.x[0])), shift=float(found.x[1]))
