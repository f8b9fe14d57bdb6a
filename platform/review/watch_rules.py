"""When a model's figures call for a person's eyes; pure, no database.

A share counts as too high only when even the lower end of its 95 % interval is above the limit, and a score
as drifted only when chance alone would hardly bring it about: a handful of reviews raises no alarm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from inference.score_stability import Stability
from review.states import Standing

Z = 1.959963984540054  # of a two-sided 95 % interval
WORSE_PSI = 0.1  # by how much more an acknowledged drift comes back


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the site calls too much, and from how many images or decisions on anything is said at all."""

    weeks: int
    overrides: float
    fewest_decisions: int
    psi: float
    psi_drift: float
    fewest_images: int


@dataclass(frozen=True, slots=True)
class Share:
    """`count` of `of`, with Wilson's 95 % interval (Wilson, JASA 22, 1927); all None where `of` is 0."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        """The share itself."""
        return self.count / self.of if self.of else None

    @property
    def low(self) -> float | None:
        """The lower end of the interval."""
        return self._end(-1)

    @property
    def high(self) -> float | None:
        """The upper end of the interval."""
        return self._end(1)

    def _end(self, side: int) -> float | None:
        if not self.of:
            return None
        if self.count == (0 if side < 0 else self.of):  # not what rounding leaves of it
            return float(side > 0)
        share, weight = self.count / self.of, Z * Z / self.of
        middle = share + weight / 2
        half = Z * sqrt(share * (1 - share) / self.of + weight / (4 * self.of))
        return min(1.0, max(0.0, (middle + side * half) / (1 + weight)))


def standing_of_overrides(overrides: Share, limits: Limits) -> Standing:
    """Drift: surely above the limit. Watch: above it, but that may be chance."""
    if overrides.of < limits.fewest_decisions or overrides.value is None or overrides.low is None:
        return Standing.TOO_FEW
    if overrides.low > limits.overrides:
        return Standing.DRIFT
    return Standing.WATCH if overrides.value > limits.overrides else Standing.STABLE


def standing_of_scores(found: Stability | None, limits: Limits) -> Standing:
    """By the customary limits, where the index is more than chance alone would bring about."""
    if found is None or min(found.images, found.reference_images) < limits.fewest_images:
        return Standing.TOO_FEW
    if found.psi <= max(found.chance, limits.psi):
        return Standing.STABLE
    return Standing.DRIFT if found.psi > limits.psi_drift else Standing.WATCH


def worst(standings: Iterable[Standing]) -> Standing:
    """The gravest of them; too few to tell when there is none."""
    order = (Standing.TOO_FEW, Standing.STABLE, Standing.WATCH, Standing.DRIFT)
    return max(standings, key=order.index, default=Standing.TOO_FEW)
