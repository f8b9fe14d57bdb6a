from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging import polygon_fill
from imaging.arrays import BoolMask
from imaging.mask_codec import decode_mask
from imaging.masks import component_rects, mask_to_polygons, rasterize
from imaging.shapes import Circle, Ellipse, Polygon, Rect, Shape


def drawn(*shapes: Shape, side: int = 12) -> BoolMask:
    return rasterize(shapes, height=side, width=side)


def picture(*rows: str) -> BoolMask:
    return np.array([[mark == "#" for mark in row] for row in rows])


def test_a_rectangle_is_half_open_in_pixels() -> None:
    rows, columns = np.nonzero(drawn(Rect(2, 3, 4, 1)))

    assert sorted(set(columns.tolist())) == [2, 3, 4, 5]
    assert set(rows.tolist()) == {3}


def test_a_rectangle_between_pixels_covers_the_centres_inside_it() -> None:
    rows, columns = np.nonzero(drawn(Rect(1.6, 0.4, 2, 1)))

    assert sorted(set(columns.tolist())) == [2, 3]
    assert set(rows.tolist()) == {0}


@pytest.mark.parametrize(
    "speck",
    [Rect(4.6, 4.6, 0.2, 0.2), Circle(4.9, 4.9, 0.01), Polygon(((4.1, 4.1), (4.2, 4.1), (4.2, 4.3)))],
)
def test_every_shape_covers_a_pixel_at_least(speck: Shape) -> None:
    assert np.argwhere(drawn(speck)).tolist() == [[4, 4]]


def test_a_polygon_covers_its_outline() -> None:
    mask = drawn(Polygon(((1, 1), (5, 1), (5, 4), (1, 4))))

    assert mask.sum() == 5 * 4
    assert mask[1:5, 1:6].all()


def test_a_polygon_between_pixels_covers_those_that_its_points_lie_in() -> None:
    assert np.array_equal(
        drawn(Polygon(((1.9, 1.2), (5.3, 1.9), (5.0, 4.5), (1.1, 4.0)))),
        drawn(Polygon(((1, 1), (5, 1), (5, 4), (1, 4)))),
    )


def test_a_self_crossing_outline_is_filled_even_odd() -> None:
    star = [(50 + 45 * math.sin(0.8 * math.pi * k), 50 - 45 * math.cos(0.8 * math.pi * k)) for k in range(5)]

    mask = drawn(Polygon(tuple(star)), side=100)

    assert not mask[50, 50]
    assert mask[18, 50]


def test_the_rim_of_a_hole_belongs_to_the_lesion() -> None:
    outline = ((1, 1), (8, 1), (8, 8), (1, 8))
    mask = drawn(Polygon(outline, (((3, 3), (6, 3), (6, 6), (3, 6)),)))

    assert not mask[4:6, 4:6].any()
    assert mask.sum() == 64 - 4


def test_shapes_that_overlap_are_joined_and_not_cut_out() -> None:
    square = Polygon(((1, 1), (6, 1), (6, 6), (1, 6)))

    assert np.array_equal(drawn(square, square), drawn(square))


def test_shapes_are_clipped_at_the_border() -> None:
    shapes = (Rect(-3, -3, 5, 5), Polygon(((8, 8), (40, 8), (40, 40), (8, 40))), Circle(0, 11, 3))

    mask = drawn(*shapes)

    assert mask[:2, :2].all()
    assert mask[8:, 8:].all()
    assert not mask[2:7, 2:7].any()


def test_a_huge_polygon_around_the_image_fills_it() -> None:
    far = 900_000

    assert drawn(Polygon(((-far, -far), (far, -far), (far, far), (-far, far)))).all()


def test_shapes_outside_leave_no_pixel() -> None:
    far = (Rect(50, 50, 4, 4), Circle(-20, 4, 3), Ellipse(4, 90, 2, 2), Polygon(((20, 1), (30, 1), (30, 9))))

    assert not drawn(*far).any()


def test_an_ellipse_turns_from_x_towards_y() -> None:
    mask = drawn(Ellipse(50, 50, 40, 5, math.pi / 4), side=100)

    assert mask[75, 75]
    assert not mask[75, 25]
    assert mask.sum() == pytest.approx(math.pi * 200, rel=0.02)


@settings(max_examples=80, deadline=None)
@given(
    points=st.lists(st.tuples(st.integers(-4, 16), st.integers(-4, 16)), min_size=3, max_size=9, unique=True)
)
def test_polygons_are_filled_as_the_rule_says_pixel_by_pixel(points: list[tuple[int, int]]) -> None:
    edges = list(zip(points, [*points[1:], points[0]], strict=True))

    def covered(x: int, y: int) -> bool:
        inside = False
        for (x0, y0), (x1, y1) in edges:
            side = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
            if side == 0 and min(x0, x1) <= x <= max(x0, x1) and min(y0, y1) <= y <= max(y0, y1):
                return True
            if (y0 > y) != (y1 > y) and (side > 0) == (y1 > y0):
                inside = not inside
        return inside

    expected = np.array([[covered(x, y) for x in range(12)] for y in range(12)])

    assert np.array_equal(drawn(Polygon(tuple(points))), expected)


def test_huge_outlines_are_filled_in_bands_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    zigzag = Polygon(tuple((x * 2, 0 if x % 2 else 90) for x in range(50)))
    at_once = drawn(zigzag, side=100)

    monkeypatch.setattr(polygon_fill, "MOST_CROSSINGS", 500)

    assert np.array_equal(drawn(zigzag, side=100), at_once)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_masks_come_back_from_their_polygons_exactly(data: st.DataObject) -> None:
    side = data.draw(st.integers(1, 14))
    bits = data.draw(st.integers(0, 2 ** (side * side) - 1))
    mask = np.array([bool(bits >> k & 1) for k in range(side * side)]).reshape(side, side)

    polygons = mask_to_polygons(mask)

    assert np.array_equal(rasterize(polygons, height=side, width=side), mask)
    assert all(len(set(polygon.points)) >= 3 for polygon in polygons)


def test_polygons_come_largest_first_and_specks_can_be_left_out() -> None:
    mask = picture(
        "####....",
        "#..#..#.",
        "#..#....",
        "####..##",
        ".....###",
    )

    everything = mask_to_polygons(mask)
    large = mask_to_polygons(mask, min_area_px=6)

    assert [len(polygon.holes) for polygon in everything] == [1, 0, 0]
    assert len(mask_to_polygons(mask, min_area_px=5)) == 2
    assert rasterize(large, height=5, width=8).sum() == 12


def test_components_have_tight_rectangles() -> None:
    mask = picture(
        "##......",
        "..#...##",
        "......##",
    )

    assert component_rects(mask) == [(Rect(0, 0, 3, 2), 3), (Rect(6, 1, 2, 2), 4)]


@pytest.mark.slow
def test_masks_from_polygons_agree_with_the_true_masks_of_idrid(real_data: Path) -> None:
    folder = real_data / "idrid/segmentation"
    shapes: dict[tuple[str, str], list[Shape]] = defaultdict(list)
    codes = {"hemorrhage": "HE", "exudate": "EX"}
    with (folder / "via_polygons.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            shape = json.loads(row["region_shape_attributes"])
            code = codes[json.loads(row["region_attributes"])["Abnormality"]]
            points = tuple(zip(shape["all_points_x"], shape["all_points_y"], strict=True))
            shapes[Path(row["filename"]).stem, code].append(Polygon(points))

    both: dict[str, int] = defaultdict(int)
    each: dict[str, int] = defaultdict(int)
    for (stem, code), polygons in shapes.items():
        true = decode_mask((folder / "masks" / f"{stem}_{code}.png").read_bytes())
        mask = rasterize(polygons, height=true.shape[0], width=true.shape[1])
        both[code] += int((mask & true).sum())
        each[code] += int(mask.sum()) + int(true.sum())

    assert 2 * both["HE"] / each["HE"] > 0.985
    assert 2 * both["EX"] / each["EX"] > 0.97
