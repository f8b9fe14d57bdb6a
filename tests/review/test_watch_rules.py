"""When a figure calls for a person's eyes."""

import pytest

from inference.score_stability import Stability, stability
from review.states import Standing
from review.watch_rules import Limits, Share, standing_of_overrides, standing_of_scores, worst

LIMITS = Limits(weeks=8, overrides=0.2, fewest_decisions=20, psi=0.1, psi_drift=0.25, fewest_images=50)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_wilsons(count: int, of: int, low: float, high: float) -> None:
    """The examples of Newcombe, Statistics in Medicine 17, 1998, table I, method 3."""
    share = Share(count, of)

    assert share.value == count / of
    assert share.low == pytest.approx(low, abs=1e-4)
    assert share.high == pytest.approx(high, abs=1e-4)


def test_an_interval_never_leaves_0_to_1() -> None:
    for of in range(1, 200):
        assert Share(0, of).low == 0
        assert Share(of, of).high == 1
    assert Share(0, 0).value is Share(0, 0).low is Share(0, 0).high is None


@pytest.mark.parametrize(
    ("overridden", "of", "standing"),
    [
        (0, 0, Standing.TOO_FEW),
        (3, 3, Standing.TOO_FEW),  # three reviews don't cry wolf
        (19, 19, Standing.TOO_FEW),
        (3, 20, Standing.STABLE),
        (6, 20, Standing.WATCH),  # 30 %, but from 15 % on
        (9, 20, Standing.DRIFT),  # 45 %, surely over 25 %
        (300, 1000, Standing.DRIFT),  # the same 30 %, surely over 27 %
    ],
)
def test_overrides_are_too_many_only_when_that_is_sure(overridden: int, of: int, standing: Standing) -> None:
    assert standing_of_overrides(Share(overridden, of), LIMITS) == standing


def _index(psi: float, *, chance: float = 0.01, images: int = 500) -> Stability:
    return Stability(psi=psi, chance=chance, reference_images=500, images=images, bins=())


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        (None, Standing.TOO_FEW),
        (_index(3, images=49), Standing.TOO_FEW),
        (_index(0.09), Standing.STABLE),
        (_index(0.11), Standing.WATCH),
        (_index(0.26), Standing.DRIFT),
        (_index(0.26, chance=0.3), Standing.STABLE),
    ],
)
def test_scores_drift_beyond_the_limit_and_beyond_chance(found: Stability | None, standing: Standing) -> None:
    assert standing_of_scores(found, LIMITS) == standing


def test_a_shift_of_few_images_is_put_down_to_chance() -> None:
    few = stability([60, 60], [18, 32])
    many = stability([600, 600], [180, 420])

    assert standing_of_scores(few, LIMITS) == Standing.STABLE
    assert standing_of_scores(many, LIMITS) == Standing.WATCH


def test_the_gravest_speaks_for_all() -> None:
    assert worst([Standing.STABLE, Standing.DRIFT, Standing.WATCH]) == Standing.DRIFT
    assert worst([Standing.TOO_FEW, Standing.STABLE]) == Standing.STABLE
    assert worst([]) == Standing.TOO_FEW
