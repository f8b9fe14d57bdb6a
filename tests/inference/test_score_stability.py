"""The population stability index, against values worked out by hand."""

from math import log

import pytest

from inference.score_stability import stability


def test_the_index_is_that_of_the_textbook() -> None:
    found = stability([25, 25, 25, 25], [10, 20, 30, 40])

    assert found is not None
    by_hand = -0.15 * log(0.4) - 0.05 * log(0.8) + 0.05 * log(1.2) + 0.15 * log(1.6)
    assert found.psi == pytest.approx(by_hand) == pytest.approx(0.2282, abs=1e-4)
    assert (found.reference_images, found.images) == (100, 100)


def test_the_same_spread_is_no_shift_however_many_images() -> None:
    found = stability([10, 20, 70], [1_000, 2_000, 7_000])

    assert found is not None
    assert found.psi == pytest.approx(0)


def test_what_chance_brings_about_shrinks_with_more_images() -> None:
    # Of 3 bins: a chi-square with 2 degrees of freedom exceeds 9.2103 once in a hundred times.
    few, many = stability([100, 100, 100], [10, 10, 10]), stability([100, 100, 100], [100, 100, 100])

    assert few is not None
    assert many is not None
    assert few.chance == pytest.approx(9.2103 * (1 / 300 + 1 / 30), rel=1e-4)
    assert many.chance == pytest.approx(9.2103 * (1 / 300 + 1 / 300), rel=1e-4)


def test_neighbouring_bins_are_put_together_until_each_holds_a_twentieth_of_the_reference() -> None:
    found = stability([1, 0, 49, 0, 49, 1], [0, 0, 50, 0, 50, 0])

    assert found is not None
    assert [(one.first, one.last) for one in found.bins] == [(0, 2), (3, 5)]
    assert found.psi == pytest.approx(0)


def test_a_bin_that_nobody_is_in_counts_as_half_an_image() -> None:
    found = stability([50, 50], [100, 0])

    assert found is not None
    assert found.psi == pytest.approx(0.5 * log(2) + (0.005 - 0.5) * log(0.005 / 0.5))


@pytest.mark.parametrize(("reference", "seen"), [([0, 0], [1, 2]), ([1, 2], [0, 0])])
def test_there_is_no_index_without_images_on_either_side(reference: list[int], seen: list[int]) -> None:
    assert stability(reference, seen) is None


def test_one_bin_can_not_shift() -> None:
    found = stability([100, 0], [3, 4])

    assert found is not None
    assert found.psi == pytest.approx(0)
    assert found.chance == 0
