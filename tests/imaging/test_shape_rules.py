from __future__ import annotations

import math

import pytest

from imaging.errors import InvalidShape
from imaging.shapes import (
    Circle,
    Ellipse,
    Polygon,
    Rect,
    Shape,
    check_within,
    crossing_of,
    is_partly_outside,
    shape_from_json,
)

TRIANGLE = {"points": [[0, 0], [4, 0], [0, 4]]}


@pytest.mark.parametrize(
    ("kind", "geometry", "code"),
    [
        ("star", {}, "unknown_shape"),
        ("rect", [1, 2, 3, 4], "bad_geometry"),
        ("rect", {"x": 1, "y": 2, "width": 3}, "missing_number"),
        ("rect", {"x": 1, "y": 2, "width": 3, "height": -1}, "negative_size"),
        ("rect", {"x": 1, "y": 2, "width": 0, "height": 1}, "negative_size"),
        ("rect", {"x": math.nan, "y": 2, "width": 3, "height": 4}, "not_a_number"),
        ("rect", {"x": math.inf, "y": 2, "width": 3, "height": 4}, "not_a_number"),
        ("rect", {"x": "1", "y": 2, "width": 3, "height": 4}, "not_a_number"),
        ("rect", {"x": True, "y": 2, "width": 3, "height": 4}, "not_a_number"),
        ("rect", {"x": 10**400, "y": 2, "width": 3, "height": 4}, "out_of_range"),
        ("rect", {"x": 1e9, "y": 2, "width": 3, "height": 4}, "out_of_range"),
        ("polygon", {}, "bad_geometry"),
        ("polygon", {"points": "abc"}, "bad_geometry"),
        ("polygon", {"points": [[1, 2, 3]]}, "bad_geometry"),
        ("polygon", {"points": [[1, 2], [3, 4]]}, "too_few_points"),
        ("polygon", {"points": [[1, 2], [3, 4], [1, 2], [3, 4]]}, "too_few_points"),
        ("polygon", {"points": [[1, 2], [3, 4], [5, math.nan]]}, "not_a_number"),
        ("polygon", {"points": [[i, i * i] for i in range(10_001)]}, "too_many_points"),
        ("polygon", {**TRIANGLE, "holes": [[[1, 1], [2, 2]]]}, "too_few_points"),
        ("polygon", {**TRIANGLE, "holes": 3}, "bad_geometry"),
        ("ellipse", {"cx": 1, "cy": 1, "rx": 0, "ry": 1, "theta": 0}, "negative_size"),
        ("ellipse", {"cx": 1, "cy": 1, "rx": 1, "ry": 1, "theta": math.inf}, "not_a_number"),
        ("circle", {"cx": 1, "cy": 1, "r": -2}, "negative_size"),
    ],
)
def test_nonsense_is_refused_with_a_code_and_a_remedy(kind: str, geometry: object, code: str) -> None:
    with pytest.raises(InvalidShape) as refused:
        shape_from_json(kind, geometry)

    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("shape", "bounds", "area"),
    [
        (Rect(1, 2, 3, 4), (1, 2, 4, 6), 12),
        (
            Polygon(((0, 0), (10, 0), (10, 10), (0, 10)), (((2, 2), (4, 2), (4, 4), (2, 4)),)),
            (0, 0, 10, 10),
            96,
        ),
        (Ellipse(10, 10, 4, 2, math.pi / 2), (8, 6, 12, 14), 8 * math.pi),
        (Circle(5, 5, 2), (3, 3, 7, 7), 4 * math.pi),
    ],
)
def test_shapes_know_bounds_and_area_and_survive_json(
    shape: Shape, bounds: tuple[float, ...], area: float
) -> None:
    assert shape.bounds() == pytest.approx(bounds)
    assert shape.area() == pytest.approx(area)
    assert shape_from_json(shape.kind, shape.to_json()) == shape


@pytest.mark.parametrize(
    "shape", [Rect(-5, 0, 5, 5), Rect(100, 0, 5, 5), Circle(50, 60, 9), Polygon(((-3, 1), (-1, 1), (-1, 5)))]
)
def test_a_shape_wholly_outside_its_image_is_refused(shape: Shape) -> None:
    with pytest.raises(InvalidShape) as refused:
        check_within(shape, width=100, height=50)

    assert refused.value.code == "outside_image"


def test_a_shape_partly_outside_is_kept_and_can_be_told() -> None:
    shape = Rect(95, 45, 20, 20)

    check_within(shape, width=100, height=50)

    assert is_partly_outside(shape, width=100, height=50)
    assert not is_partly_outside(Rect(80, 30, 20, 20), width=100, height=50)


def test_a_polygon_along_the_left_border_is_inside() -> None:
    check_within(Polygon(((0, 1), (0, 5), (0, 9))), width=100, height=50)


def test_a_self_crossing_outline_is_told_and_not_refused() -> None:
    bow = shape_from_json("polygon", {"points": [[0, 0], [10, 10], [10, 0], [0, 10]]})

    assert "Self-intersection" in crossing_of(bow)
    assert crossing_of(shape_from_json("polygon", TRIANGLE)) == ""
    assert crossing_of(Circle(1, 1, 1)) == ""
