"""The circle that most points of an edge lie on: how the field of view is told from the border around it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, Points

CIRCLE_TOLERANCE = 0.012  # share of the radius by which an edge point may miss the circle
CIRCLE_SUPPORT = 0.55  # share of the free edge that must lie on the circle
SMALLEST_RADIUS = 0.15  # share of the longer side


def fit_circle(edge: Points, *, side: int, pixel: float) -> tuple[float, float, float] | None:
    """Centre and radius of the circle that most edge points lie on; None when there is no such circle.

    All in stored pixels; `side` is the image's longer side and `pixel` the distance of two edge points.
    """
    if len(edge) < 40:
        return None
    best = _circle_with_most_support(edge, side=side, pixel=pixel)
    if best is None:
        return None
    for _ in range(3):
        refined = _least_squares_circle(edge[_on_circle(edge, best, pixel)])
        if refined is None:
            break
        best = refined
    # The contour runs through the centres of the outermost bright pixels: half a pixel inside the edge.
    return best[0], best[1], best[2] + 0.5 * pixel


def _circle_with_most_support(edge: Points, *, side: int, pixel: float) -> tuple[float, float, float] | None:
    """The best of the circles through three edge points each (seeded, so always the same one)."""
    thinned = edge[:: max(1, len(edge) // 300)]
    first, second, third = thinned[np.random.default_rng(0).integers(0, len(thinned), (3, 200))]
    # The centre is as far from the first point as from the others: two linear equations.
    (ax, ay), (bx, by) = (second - first).T, (third - first).T
    twice_area = 2 * (ax * by - ay * bx)
    with np.errstate(divide="ignore", invalid="ignore"):
        dx = (by * (ax * ax + ay * ay) - ay * (bx * bx + by * by)) / twice_area
        dy = (ax * (bx * bx + by * by) - bx * (ax * ax + ay * ay)) / twice_area
    radii = np.hypot(dx, dy)
    usable = np.isfinite(radii) & (radii > SMALLEST_RADIUS * side) & (radii < 2 * side)
    if not usable.any():
        return None
    centers, radii = (first + np.column_stack([dx, dy]))[usable], radii[usable]
    distances = np.hypot(thinned[:, 0] - centers[:, :1], thinned[:, 1] - centers[:, 1:])
    support = (np.abs(distances - radii[:, None]) < _tolerance(radii, pixel)[:, None]).mean(axis=1)
    best = int(support.argmax())
    if support[best] < CIRCLE_SUPPORT:
        return None
    return float(centers[best, 0]), float(centers[best, 1]), float(radii[best])


def _tolerance(radii: NDArray[np.float64], pixel: float) -> NDArray[np.float64]:
    return np.maximum(1.5 * pixel, CIRCLE_TOLERANCE * radii)


def _on_circle(edge: Points, circle: tuple[float, float, float], pixel: float) -> BoolMask:
    distance = np.hypot(edge[:, 0] - circle[0], edge[:, 1] - circle[1])
    miss: BoolMask = np.abs(distance - circle[2]) < _tolerance(np.array(circle[2]), pixel)
    return miss


def _least_squares_circle(points: Points) -> tuple[float, float, float] | None:
    """Kasa's algebraic fit: 2 a x + 2 b y + c = x^2 + y^2."""
    matrix = np.column_stack([2 * points, np.ones(len(points))])
    solution, _, rank, _ = np.linalg.lstsq(matrix, np.square(points).sum(axis=1), rcond=None)
    if rank < 3:
        return None
    center_x, center_y, rest = (float(number) for number in solution)
    squared = rest + center_x**2 + center_y**2
    return (center_x, center_y, math.sqrt(squared)) if squared > 0 else None
