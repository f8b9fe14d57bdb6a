from __future__ import annotations

import resource

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.keyhole import without_holes
from imaging.masks import mask_to_polygons, rasterize
from imaging.shapes import Polygon

SQUARE = ((1.0, 1.0), (20.0, 1.0), (20.0, 20.0), (1.0, 20.0))
HOLE = ((5.0, 5.0), (9.0, 5.0), (9.0, 9.0), (5.0, 9.0))


def test_a_polygon_without_holes_stays_as_it_is() -> None:
    assert without_holes(Polygon(SQUARE), height=30, width=30) == [Polygon(SQUARE)]


def test_a_polygon_with_two_holes_becomes_one_outline_of_the_same_pixels() -> None:
    polygon = Polygon(SQUARE, (HOLE, tuple((x + 8, y + 8) for x, y in HOLE)))

    plain = without_holes(polygon, height=30, width=30)

    assert len(plain) == 1
    assert not plain[0].holes
    assert np.array_equal(rasterize(plain, height=30, width=30), rasterize([polygon], height=30, width=30))


def test_a_slanting_shape_with_a_hole_keeps_its_pixels() -> None:
    slanting = Polygon(((2.3, 9.1), (14.7, 1.2), (25.9, 14.8), (11.1, 26.6)), (((10, 9), (15, 8), (14, 16)),))

    plain = without_holes(slanting, height=30, width=30)

    assert np.array_equal(rasterize(plain, height=30, width=30), rasterize([slanting], height=30, width=30))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), share=st.sampled_from([0.5, 0.7, 0.85, 0.95]))
def test_any_part_of_a_mask_keeps_its_pixels(seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((18, 22)) < share

    plain = [
        piece for polygon in mask_to_polygons(mask) for piece in without_holes(polygon, height=18, width=22)
    ]

    assert not any(piece.holes for piece in plain)
    assert np.array_equal(rasterize(plain, height=18, width=22), mask)


def test_a_shape_that_reaches_far_outside_takes_no_more_room_than_its_image() -> None:
    far = 90_000.0
    around = Polygon(((-far, -far), (far, -far), (far, far), (-far, far)), (HOLE,))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    plain = without_holes(around, height=30, width=30)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
    assert not any(piece.holes for piece in plain)
    assert np.array_equal(rasterize(plain, height=30, width=30), rasterize([around], height=30, width=30))


def test_a_shape_over_the_border_of_its_image_keeps_its_pixels_inside() -> None:
    over = Polygon(
        tuple((x - 6.0, y + 14.0) for x, y in SQUARE), (tuple((x - 6.0, y + 14.0) for x, y in HOLE),)
    )

    plain = without_holes(over, height=30, width=30)

    assert np.array_equal(rasterize(plain, height=30, width=30), rasterize([over], height=30, width=30))
