"""The four shapes that a lesion is drawn with, and what makes one valid.

Geometry is JSON in pixels of the stored image (see the package's first lines for the origin).
A shape that lies partly outside its image is kept as drawn and clipped when its mask is built;
one that lies wholly outside is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.validation import explain_validity

from imaging.errors import InvalidShape

MAX_POINTS = 10_000  # of one polygon, holes included
MAX_COORDINATE = 1_000_000.0  # pixels; no image is that large, so the number is a mistake

PLAIN_NUMBERS = {int, float}  # a bool is no number here

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Rect:
    """`x`, `y` is the top-left corner; covers pixels x to x + width - 1 when these are whole."""

    kind: ClassVar[str] = "rect"
    x: float
    y: float
    width: float
    height: float

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        return self.x, self.y, self.x + self.width, self.y + self.height

    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    def to_json(self) -> dict[str, Any]:
        """The geometry that `shape_from_json` takes."""
        return {"x": self.x, "y": self.y, "width": self.width, "height": self.height}


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed outline (its last point joins its first) and holes of the same make."""

    kind: ClassVar[str] = "polygon"
    points: Ring
    holes: tuple[Ring, ...] = ()

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        xs = [x for x, _ in self.points]
        ys = [y for _, y in self.points]
        return min(xs), min(ys), max(xs), max(ys)

    def area(self) -> float:
        """Square pixels between outline and holes; of a self-crossing outline, its signed sum."""
        return max(0.0, _ring_area(self.points) - sum(_ring_area(hole) for hole in self.holes))

    def to_json(self) -> dict[str, Any]:
        """The geometry that `shape_from_json` takes."""
        value: dict[str, Any] = {"points": [list(point) for point in self.points]}
        if self.holes:
            value["holes"] = [[list(point) for point in hole] for hole in self.holes]
        return value


@dataclass(frozen=True, slots=True)
class Ellipse:
    """Half axes `rx`, `ry`; `theta` radians turn the first from the x axis towards the y axis."""

    kind: ClassVar[str] = "ellipse"
    cx: float
    cy: float
    rx: float
    ry: float
    theta: float = 0.0

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        half_x = math.hypot(self.rx * math.cos(self.theta), self.ry * math.sin(self.theta))
        half_y = math.hypot(self.rx * math.sin(self.theta), self.ry * math.cos(self.theta))
        return self.cx - half_x, self.cy - half_y, self.cx + half_x, self.cy + half_y

    def area(self) -> float:
        """Square pixels."""
        return math.pi * self.rx * self.ry

    def to_json(self) -> dict[str, Any]:
        """The geometry that `shape_from_json` takes."""
        return {"cx": self.cx, "cy": self.cy, "rx": self.rx, "ry": self.ry, "theta": self.theta}


@dataclass(frozen=True, slots=True)
class Circle:
    """Centre and radius."""

    kind: ClassVar[str] = "circle"
    cx: float
    cy: float
    r: float

    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in pixels."""
        return self.cx - self.r, self.cy - self.r, self.cx + self.r, self.cy + self.r

    def area(self) -> float:
        """Square pixels."""
        return math.pi * self.r * self.r

    def to_json(self) -> dict[str, Any]:
        """The geometry that `shape_from_json` takes."""
        return {"cx": self.cx, "cy": self.cy, "r": self.r}


Shape: TypeAlias = Rect | Polygon | Ellipse | Circle
AnyShape = TypeVar("AnyShape", bound=Shape)

SHAPE_KINDS = ("rect", "polygon", "ellipse", "circle")


def moved(shape: AnyShape, dx: float, dy: float) -> AnyShape:
    """The shape shifted by so many pixels."""
    if isinstance(shape, Polygon):
        rings = [tuple((x + dx, y + dy) for x, y in ring) for ring in (shape.points, *shape.holes)]
        return replace(shape, points=rings[0], holes=tuple(rings[1:]))
    if isinstance(shape, Rect):
        return replace(shape, x=shape.x + dx, y=shape.y + dy)
    return replace(shape, cx=shape.cx + dx, cy=shape.cy + dy)


def shape_from_json(kind: str, geometry: object) -> Shape:
    """Read one shape; raises InvalidShape with a code, the fault and a remedy.

    Codes: unknown_shape, bad_geometry, missing_number, not_a_number, out_of_range, negative_size,
    too_few_points, too_many_points.
    """
    if kind not in SHAPE_KINDS:
        raise InvalidShape(
            "unknown_shape", f"'{kind}' is no shape.", remedy=f"Use one of: {', '.join(SHAPE_KINDS)}."
        )
    if not isinstance(geometry, Mapping):
        raise InvalidShape(
            "bad_geometry",
            f"The geometry of a {kind} must be an object of named numbers.",
            remedy="Send the geometry as described for the shape.",
        )
    if kind == "rect":
        return _rect(geometry)
    if kind == "polygon":
        return _polygon(geometry)
    if kind == "ellipse":
        return _ellipse(geometry)
    return _circle(geometry)


def check_within(shape: Shape, *, width: int, height: int) -> None:
    """Raise InvalidShape (outside_image) unless some part of the shape lies in a width x height image."""
    left, top, right, bottom = shape.bounds()
    if isinstance(shape, Polygon):  # its rightmost point stands for the whole pixel that holds it
        right, bottom = math.floor(right) + 1, math.floor(bottom) + 1
    if right <= 0 or bottom <= 0 or left >= width or top >= height:
        raise InvalidShape(
            "outside_image",
            f"The {shape.kind} from ({left:g}, {top:g}) to ({right:g}, {bottom:g}) lies wholly outside "
            f"its image of {width} x {height} pixels.",
            remedy="Check that the labels belong to this image and to this size of it.",
        )


def is_partly_outside(shape: Shape, *, width: int, height: int) -> bool:
    """Whether the image's border cuts the shape: it is kept as drawn, its mask is clipped."""
    left, top, right, bottom = shape.bounds()
    return left < 0 or top < 0 or right > width or bottom > height


def crossing_of(shape: Shape) -> str:
    """Where a polygon's outline crosses or touches itself, in words; empty when it doesn't.

    A crossing is no error: masks fill even-odd. People should be told, since it rarely is meant.
    """
    if not isinstance(shape, Polygon):
        return ""
    polygon = ShapelyPolygon(shape.points, shape.holes)
    return "" if polygon.is_valid else str(explain_validity(polygon))


def _rect(geometry: Mapping[str, Any]) -> Rect:
    shape = Rect(*(_number(geometry, name, "rect") for name in ("x", "y", "width", "height")))
    _check_sizes("rect", width=shape.width, height=shape.height)
    return shape


def _ellipse(geometry: Mapping[str, Any]) -> Ellipse:
    cx, cy, rx, ry = (_number(geometry, name, "ellipse") for name in ("cx", "cy", "rx", "ry"))
    theta = _number(geometry, "theta", "ellipse") if "theta" in geometry else 0.0
    shape = Ellipse(cx, cy, rx, ry, theta)
    _check_sizes("ellipse", rx=shape.rx, ry=shape.ry)
    return shape


def _circle(geometry: Mapping[str, Any]) -> Circle:
    shape = Circle(*(_number(geometry, name, "circle") for name in ("cx", "cy", "r")))
    _check_sizes("circle", r=shape.r)
    return shape


def _polygon(geometry: Mapping[str, Any]) -> Polygon:
    outline = _ring(geometry.get("points"), "polygon")
    raw_holes = geometry.get("holes") or ()
    if not isinstance(raw_holes, Sequence) or isinstance(raw_holes, str):
        raise InvalidShape(
            "bad_geometry", "The holes of a polygon must be a list.", remedy="Send a list of point lists."
        )
    holes = tuple(_ring(hole, "hole") for hole in raw_holes)
    count = len(outline) + sum(len(hole) for hole in holes)
    if count > MAX_POINTS:
        raise InvalidShape(
            "too_many_points",
            f"The polygon has {count} points; {MAX_POINTS} are the most.",
            remedy="Simplify the outline, or split the lesion into several polygons.",
        )
    return Polygon(outline, holes)


def _ring(value: object, what: str) -> Ring:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise InvalidShape(
            "bad_geometry", f"The points of a {what} must be a list.", remedy="Send [[x, y], [x, y], ...]."
        )
    if len(value) > MAX_POINTS:
        raise InvalidShape(
            "too_many_points",
            f"The {what} has {len(value)} points; {MAX_POINTS} are the most.",
            remedy="Simplify the outline, or split the lesion into several polygons.",
        )
    try:
        points = [(x, y) for x, y in value]
    except (TypeError, ValueError):
        raise InvalidShape(
            "bad_geometry", f"A point of a {what} must be two numbers.", remedy="Send [[x, y], [x, y], ...]."
        ) from None
    if not _all_plain(points):
        for x, y in points:
            _check_number(x, "x", what)
            _check_number(y, "y", what)
    if len(set(points)) < 3:
        raise InvalidShape(
            "too_few_points",
            f"A {what} needs three different points, this one has {len(set(points))}.",
            remedy="Draw the outline again, or use a rectangle for a spot of a pixel or two.",
        )
    return tuple(points)


def _number(geometry: Mapping[str, Any], name: str, what: str) -> float:
    if name not in geometry:
        raise InvalidShape(
            "missing_number", f"The {what} has no '{name}'.", remedy=f"Give '{name}' in pixels."
        )
    value: float = geometry[name]
    if type(value) not in PLAIN_NUMBERS or not -MAX_COORDINATE <= value <= MAX_COORDINATE:
        _check_number(value, name, what)
    return value


def _all_plain(points: list[Point]) -> bool:
    """Whether every number is fine: quick, for files of 200,000 regions; says not which one isn't."""
    numbers = [number for point in points for number in point]
    return set(map(type, numbers)) <= PLAIN_NUMBERS and all(
        -MAX_COORDINATE <= number <= MAX_COORDINATE for number in numbers
    )


def _check_number(value: object, name: str, what: str) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidShape(
            "not_a_number",
            f"'{name}' of the {what} is no number: {value!r:.60}.",
            remedy="Give a plain number.",
        )
    if not -MAX_COORDINATE <= value <= MAX_COORDINATE:  # NaN fails this too
        nameless = isinstance(value, float) and not math.isfinite(value)
        raise InvalidShape(
            "not_a_number" if nameless else "out_of_range",
            f"'{name}' of the {what} is {value if nameless else 'far too large'}: no pixel of any image.",
            remedy="Check the row in the file that this came from.",
        )


def _check_sizes(what: str, **sizes: float) -> None:
    for name, size in sizes.items():
        if size <= 0:
            raise InvalidShape(
                "negative_size",
                f"'{name}' of the {what} is {size:g}; it must be more than 0.",
                remedy="Draw the shape again from its top-left corner.",
            )


def _ring_area(ring: Ring) -> float:
    points = np.asarray(ring, np.float64)
    xs, ys = points[:, 0], points[:, 1]
    return abs(float(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1)))) / 2
