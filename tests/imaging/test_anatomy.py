"""Quadrants and distances follow the disc and the fovea, not the picture's edges."""

import math

import pytest

from imaging.anatomy import Quadrant, distance_to, quadrant_of
from imaging.shapes import Circle, Ellipse, Point, Polygon, Rect, Shape

FOVEA = (500.0, 500.0)


@pytest.mark.parametrize("disc", [(800.0, 500.0), (200.0, 500.0)])
def test_the_side_of_the_disc_is_nasal_in_both_eyes(disc: Point) -> None:
    towards = (FOVEA[0] + (disc[0] - FOVEA[0]) / 2, 450.0)
    away = (FOVEA[0] - (disc[0] - FOVEA[0]) / 2, 550.0)

    assert quadrant_of(towards, disc=disc, fovea=FOVEA) == Quadrant.SUPERIOR_NASAL
    assert quadrant_of(away, disc=disc, fovea=FOVEA) == Quadrant.INFERIOR_TEMPORAL


def test_a_tilted_eye_is_parted_along_the_line_from_fovea_to_disc() -> None:
    disc = (800.0, 380.0)
    on_the_image_above_but_below_the_line = (790.0, 420.0)

    quadrant = quadrant_of(on_the_image_above_but_below_the_line, disc=disc, fovea=FOVEA)

    assert quadrant == Quadrant.INFERIOR_NASAL


@pytest.mark.parametrize(
    ("shape", "distance"),
    [
        (Rect(510, 490, 20, 20), 10),
        (Rect(490, 490, 20, 20), 0),
        (Circle(560, 500, 10), 50),
        (Ellipse(500, 600, 80, 20, 0), 80),
        (Ellipse(500, 600, 80, 20, math.pi / 2), 20),
        (Polygon(((600, 400), (700, 400), (700, 600), (600, 600))), 100),
        (Polygon(((400, 400), (700, 400), (700, 600), (400, 600))), 0),
    ],
)
def test_a_distance_is_to_the_nearest_part_of_the_shape(shape: Shape, distance: float) -> None:
    assert distance_to(shape, FOVEA) == pytest.approx(distance, abs=0.5)
