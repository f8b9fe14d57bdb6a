"""Outlines in the convention of label polygons: the mask built from them is the mask they stand for."""

import cv2
import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon as ShapelyPolygon

from imaging.arrays import BoolMask
from imaging.masks import rasterize
from imaging.outlines import label_polygon, polygon_of_part
from imaging.shapes import Polygon, crossing_of


def dice(one: BoolMask, other: BoolMask) -> float:
    return 2 * int((one & other).sum()) / (int(one.sum()) + int(other.sum()))


def blob(seed: int, side: int) -> BoolMask:
    """One ragged part, with spurs and pinches as thresholded maps have."""
    random = np.random.default_rng(seed)
    noise = cv2.GaussianBlur(
        random.normal(0, 1, (side, side)).astype(np.float32), (0, 0), max(0.7, side / 14)
    )
    _, labels, stats, _ = cv2.connectedComponentsWithStats(
        (noise >= min(0, noise.max())).astype(np.uint8), connectivity=8
    )
    return np.asarray(labels == 1 + int(stats[1:, 4].argmax()), np.bool_)


@pytest.mark.parametrize("side", [3, 5, 9, 20, 60, 200])
@pytest.mark.parametrize("seed", range(6))
def test_the_mask_of_an_outline_is_the_part_it_was_made_of_and_it_never_crosses_itself(
    seed: int, side: int
) -> None:
    mask = blob(seed, side)

    polygon = polygon_of_part(mask, left=40, top=70)

    again = rasterize([polygon], height=side + 100, width=side + 100)
    assert dice(again[70 : 70 + side, 40 : 40 + side], mask) >= 0.98
    assert again.sum() == again[70 : 70 + side, 40 : 40 + side].sum()
    assert crossing_of(polygon) == ""


def test_lines_and_single_pixels_have_outlines_too() -> None:
    for rows, columns in (((2, 3), (2, 3)), ((2, 3), (1, 5)), ((0, 5), (3, 4))):
        mask = np.zeros((5, 5), np.bool_)
        mask[slice(*rows), slice(*columns)] = True

        polygon = polygon_of_part(mask)

        assert np.array_equal(rasterize([polygon], height=5, width=5), mask)
        assert crossing_of(polygon) == ""


@pytest.mark.parametrize("scale", [0.6, 1.0, 3.4, 5.7])
@pytest.mark.parametrize("size", [1, 2, 3, 8, 30])
def test_an_outline_along_pixel_edges_does_not_grow_by_half_a_pixel(size: int, scale: float) -> None:
    ring = [(10.3, 12.1), (10.3 + size * scale, 12.1), (10.3 + size * scale, 12.1 + 2 * size * scale)]
    ring.append((10.3, 12.1 + 2 * size * scale))

    polygon = label_polygon(ring, [])

    x, y = np.meshgrid(np.arange(400) + 0.5, np.arange(400) + 0.5)
    wanted = np.asarray(shapely.intersects_xy(ShapelyPolygon(ring), x, y), np.bool_)
    if not wanted.any():
        pytest.skip("so small that it covers no pixel's centre")
    assert dice(rasterize([polygon], height=400, width=400), wanted) >= 0.98


def test_the_holes_of_an_outline_along_edges_keep_their_pixels() -> None:
    outer = [(10.0, 10.0), (60.0, 10.0), (60.0, 60.0), (10.0, 60.0)]
    hole = [(30.0, 30.0), (40.0, 30.0), (40.0, 40.0), (30.0, 40.0)]

    mask = rasterize([label_polygon(outer, [hole])], height=80, width=80)

    assert mask.sum() == 50 * 50 - 10 * 10
    assert isinstance(label_polygon(outer, [hole]), Polygon)
