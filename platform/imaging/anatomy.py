"""Where things lie relative to the disc and the fovea. All in pixels of the stored image."""

from __future__ import annotations

import math
from enum import StrEnum

import cv2
import numpy as np

from imaging.shapes import Circle, Ellipse, Point, Polygon, Rect, Shape

FOVEA_FROM_DISC_DD = 2.5  # disc's centre to fovea, in disc diameters: 4.5 to 5 mm over 1.8 to 1.9 mm
_ELLIPSE_CORNERS = 64


class Quadrant(StrEnum):
    """A quarter of the retina around the fovea; nasal is the side of the disc."""

    SUPERIOR_TEMPORAL = "superior_temporal"
    SUPERIOR_NASAL = "superior_nasal"
    INFERIOR_TEMPORAL = "inferior_temporal"
    INFERIOR_NASAL = "inferior_nasal"


def quadrant_of(place: Point, *, disc: Point, fovea: Point) -> Quadrant:
    """The quadrant of a place: the line from fovea to disc parts above from below, so a tilted eye is fine.

    Raises ValueError when disc and fovea are the same point.
    """
    axis_x, axis_y = disc[0] - fovea[0], disc[1] - fovea[1]
    if axis_x == 0 and axis_y == 0:
        raise ValueError("disc and fovea are the same point")
    x, y = place[0] - fovea[0], place[1] - fovea[1]
    nasal = x * axis_x + y * axis_y > 0
    side = axis_x * y - axis_y * x  # > 0: clockwise of the axis on the screen
    above = side < 0 if axis_x >= 0 else side > 0
    if above:
        return Quadrant.SUPERIOR_NASAL if nasal else Quadrant.SUPERIOR_TEMPORAL
    return Quadrant.INFERIOR_NASAL if nasal else Quadrant.INFERIOR_TEMPORAL


def middle_of(shape: Shape) -> Point:
    """The middle of a shape's box."""
    left, top, right, bottom = shape.bounds()
    return (left + right) / 2, (top + bottom) / 2


def distance_to(shape: Shape, place: Point) -> float:
    """Pixels from a place to the nearest part of a shape; 0 inside it (holes count as inside)."""
    if isinstance(shape, Rect):
        left, top, right, bottom = shape.bounds()
        x, y = min(max(place[0], left), right), min(max(place[1], top), bottom)
        return math.dist(place, (x, y))
    if isinstance(shape, Circle):
        return max(0.0, math.dist(place, (shape.cx, shape.cy)) - shape.r)
    outline = shape.points if isinstance(shape, Polygon) else _outline(shape)
    ring = np.asarray(outline, dtype=np.float32).reshape(-1, 1, 2)
    inside = cv2.pointPolygonTest(ring, place, measureDist=True)
    return max(0.0, -float(inside))


def _outline(ellipse: Ellipse) -> list[Point]:
    cos, sin = math.cos(ellipse.theta), math.sin(ellipse.theta)
    corners = []
    for angle in np.linspace(0, 2 * math.pi, _ELLIPSE_CORNERS, endpoint=False):
        x, y = ellipse.rx * math.cos(angle), ellipse.ry * math.sin(angle)
        corners.append((ellipse.cx + x * cos - y * sin, ellipse.cy + x * sin + y * cos))
    return corners
