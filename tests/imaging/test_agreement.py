"""Agreement of two readers' lesions, on cases that can be reckoned by hand."""

import itertools
import random

import numpy as np
import pytest

from imaging.agreement import LesionAgreement, compare_lesions, dice
from imaging.shapes import Circle, Ellipse, Polygon, Rect, Shape


def compare(first: list[Shape], second: list[Shape]) -> LesionAgreement:
    return compare_lesions(first, second, height=100, width=120)


def pairs(agreement: LesionAgreement) -> list[tuple[int, int]]:
    return [(match.first, match.second) for match in agreement.matches]


def test_overlap_dice_and_f1_are_those_of_the_pixels() -> None:
    agreement = compare(
        [Rect(10, 10, 10, 10), Rect(50, 50, 4, 4)],  # 100 + 16 px
        [Rect(15, 10, 10, 10), Rect(80, 80, 4, 4), Rect(90, 10, 2, 2)],  # 100 + 16 + 4 px; 50 in common
    )

    assert pairs(agreement) == [(0, 0)]
    assert agreement.matches[0].overlap == pytest.approx(50 / 150)
    assert (agreement.only_first, agreement.only_second) == ((1,), (1, 2))
    assert agreement.dice == pytest.approx(2 * 50 / (116 + 120))
    assert agreement.f1 == pytest.approx(2 * 1 / (2 + 3))


@pytest.mark.parametrize(("shift", "matches"), [(8, True), (9, False)])
def test_a_tenth_of_overlap_is_enough_and_less_is_not(shift: int, matches: bool) -> None:
    # Two 10 x 10 squares shifted sideways: (10 - s) / (10 + s) of their union in common: 0.11, 0.05.
    agreement = compare([Rect(10, 10, 10, 10)], [Rect(10 + shift, 10, 10, 10)])

    assert bool(agreement.matches) == matches


def test_a_small_outline_matches_a_generous_one_around_the_same_spot() -> None:
    spot, around, beside = Circle(40, 40, 3), Rect(20, 20, 40, 40), Rect(38, 38, 60, 60)

    assert compare([spot], [around]).matches[0].overlap < 0.1
    assert not compare([spot], [beside]).matches


def test_shapes_of_all_kinds_are_compared_by_their_pixels() -> None:
    ring = Polygon(
        ((10.5, 10.5), (29.5, 10.5), (29.5, 29.5), (10.5, 29.5)),
        (((14.5, 14.5), (25.5, 14.5), (25.5, 25.5), (14.5, 25.5)),),
    )

    same = compare([Circle(50, 50, 8), ring], [Ellipse(50, 50, 8, 8), ring])
    filled = compare([ring], [Rect(10, 10, 20, 20)])

    assert (same.dice, same.f1) == (1.0, 1.0)
    assert filled.matches[0].overlap == pytest.approx((400 - 100) / 400)  # a hole's rim still is lesion


def test_as_many_lesions_as_can_be_are_matched() -> None:
    # The long one overlaps most with the first of two; taking that pair first would leave one without.
    first: list[Shape] = [Rect(10, 10, 20, 4), Rect(10, 10, 12, 4)]
    second: list[Shape] = [Rect(10, 10, 14, 4), Rect(24, 10, 6, 4)]

    assert pairs(compare(first, second)) == [(0, 1), (1, 0)]


def test_neither_the_order_of_lesions_nor_of_readers_matters() -> None:
    chance = random.Random(4)

    def some(count: int) -> list[Shape]:
        return [
            Circle(chance.uniform(5, 115), chance.uniform(5, 95), chance.uniform(1, 9)) for _ in range(count)
        ]

    first, second = some(60), some(50)
    one, other = compare(first, second), compare(second[::-1], first)

    assert len(one.matches) > 10
    assert (one.f1, one.dice) == (other.f1, other.dice)
    back = {(match.second, len(second) - 1 - match.first) for match in other.matches}
    assert back == set(pairs(one))


def test_the_best_pairing_is_found_among_all() -> None:
    chance = random.Random(7)
    for _ in range(30):
        first: list[Shape] = [Rect(chance.randrange(12), 5, chance.randrange(3, 12), 4) for _ in range(4)]
        second: list[Shape] = [Rect(chance.randrange(12), 5, chance.randrange(3, 12), 4) for _ in range(4)]
        alone = {
            (i, j): match.overlap
            for (i, a), (j, b) in itertools.product(enumerate(first), enumerate(second))
            for match in compare([a], [b]).matches
        }
        best = max(
            (len(there), sum(there))
            for order in itertools.permutations(range(4))
            if (there := [alone[i, j] for i, j in enumerate(order) if (i, j) in alone]) is not None
        )

        found = compare(first, second).matches

        assert (len(found), sum(match.overlap for match in found)) == pytest.approx(best)


def test_nothing_drawn_by_either_is_no_figure_and_by_one_is_zero() -> None:
    nothing, one = compare([], []), compare([], [Rect(1, 1, 5, 5)])

    assert (nothing.dice, nothing.f1) == (None, None)
    assert (one.dice, one.f1, one.only_second) == (0.0, 0.0, (0,))


def test_dice_of_masks() -> None:
    a, b = np.zeros((4, 4), np.bool_), np.zeros((4, 4), np.bool_)
    assert dice(a, b) is None
    a[0, :3] = True
    b[0, 1:] = True
    assert dice(a, b) == pytest.approx(2 * 2 / 6)


def test_only_pixels_of_the_image_count_however_far_a_shape_reaches_beyond() -> None:
    huge = Rect(-400_000, -400_000, 800_000, 800_000)
    corner = Rect(0, 0, 120, 100)

    agreement = compare([huge], [corner])

    assert pairs(agreement) == [(0, 0)]
    assert (agreement.matches[0].overlap, agreement.dice, agreement.f1) == (1.0, 1.0, 1.0)


def test_a_lesion_outside_the_image_matches_nothing() -> None:
    agreement = compare([Rect(-50, -50, 10, 10)], [Rect(-50, -50, 10, 10), Rect(0, 0, 5, 5)])

    assert (agreement.matches, agreement.only_first, agreement.only_second) == ((), (0,), (0, 1))
