"""Shapes to masks and masks to shapes.

Rules, which import, export, training and tests all follow:

- A pixel is covered when its centre lies in the shape. So a rectangle of whole numbers is half-open.
- A polygon's points stand for the pixels that hold them: its outline runs from pixel centre to pixel
  centre, and centres on it are covered, those inside by the even-odd rule. Holes likewise: the rim of a
  hole still is lesion. This is how outlines are traced from masks (OpenCV, VIA files made from masks); on
  IDRiD's 8,886 lesions it agrees with the true masks to Dice 0.989 (hemorrhages), 0.973 (hard exudates).
- Every valid shape covers one pixel at least, unless that pixel lies outside the image.
- Shapes of one class are joined: a pixel is in the mask when any shape covers it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask
from imaging.polygon_fill import fill_polygons
from imaging.shapes import Circle, Ellipse, Polygon, Rect, Ring, Shape


def rasterize(shapes: Iterable[Shape], *, height: int, width: int) -> BoolMask:
    """The joined mask of the shapes, bool (height, width), clipped at the border."""
    mask = np.zeros((height, width), np.uint8)
    outlines: list[tuple[Ring, ...]] = []
    for shape in shapes:
        if isinstance(shape, Polygon):
            outlines.append((shape.points, *shape.holes))
        elif isinstance(shape, Rect):
            _draw_rect(mask, shape)
        elif isinstance(shape, Circle):
            _draw_ellipse(mask, Ellipse(shape.cx, shape.cy, shape.r, shape.r))
        else:
            _draw_ellipse(mask, shape)
    fill_polygons(mask, outlines)
    return mask.view(np.bool_)


def mask_to_polygons(mask: BoolMask, *, min_area_px: int = 1, tolerance_px: float = 0.0) -> list[Polygon]:
    """One polygon, with holes, per 8-connected part of a bool (H, W) mask; largest first.

    Points are pixel centres. With tolerance 0 `rasterize` gives exactly the same mask back (for parts
    of `min_area_px` and more); a tolerance simplifies the outlines by up to that many pixels.
    """
    found, tree = cv2.findContours(
        np.ascontiguousarray(mask).view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    if tree is None:
        return []
    contours = [np.asarray(contour, np.int32) for contour in found]
    polygons: list[tuple[int, Polygon]] = []
    for index, contour in enumerate(contours):
        if tree[0][index][3] != -1:  # a hole: comes with its outline
            continue
        holes = []
        child = tree[0][index][2]
        while child != -1:
            holes.append(contours[child])
            child = tree[0][child][0]
        area = _pixel_area(contour, holes)
        if area >= min_area_px:
            rings = (ring for ring in (_ring(hole, tolerance_px) for hole in holes) if len(set(ring)) >= 3)
            polygons.append((area, Polygon(_solid_ring(contour, tolerance_px), tuple(rings))))
    polygons.sort(key=lambda item: -item[0])
    return [polygon for _, polygon in polygons]


def component_rects(mask: BoolMask) -> list[tuple[Rect, int]]:
    """The bounding rectangle and the pixel count of each 8-connected part of a bool (H, W) mask."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(
        np.ascontiguousarray(mask).view(np.uint8), connectivity=8
    )
    return [
        (Rect(*(float(number) for number in stats[index, :4])), int(stats[index, cv2.CC_STAT_AREA]))
        for index in range(1, count)
    ]


def _draw_rect(mask: NDArray[np.uint8], rect: Rect) -> None:
    left, right = _centers_between(rect.x, rect.x + rect.width, mask.shape[1])
    top, bottom = _centers_between(rect.y, rect.y + rect.height, mask.shape[0])
    mask[top:bottom, left:right] = 1


def _centers_between(start: float, stop: float, size: int) -> tuple[int, int]:
    """The half-open range of pixels whose centres lie in [start, stop), one at least, clipped."""
    first, last = math.ceil(start - 0.5), math.ceil(stop - 0.5)
    if last <= first:
        first = math.floor((start + stop) / 2)
        last = first + 1
    return max(0, min(first, size)), max(0, min(last, size))


def _draw_ellipse(mask: NDArray[np.uint8], ellipse: Ellipse) -> None:
    left, top, right, bottom = ellipse.bounds()
    height, width = mask.shape
    columns = slice(max(0, math.floor(left)), max(0, min(width, math.ceil(right))))
    rows = slice(max(0, math.floor(top)), max(0, min(height, math.ceil(bottom))))
    x = np.arange(columns.start, columns.stop) + 0.5 - ellipse.cx
    y = (np.arange(rows.start, rows.stop) + 0.5 - ellipse.cy)[:, None]
    cos, sin = math.cos(ellipse.theta), math.sin(ellipse.theta)
    along, across = (x * cos + y * sin) / ellipse.rx, (y * cos - x * sin) / ellipse.ry
    mask[rows, columns] |= (along * along + across * across <= 1).view(np.uint8)
    row, column = math.floor(ellipse.cy), math.floor(ellipse.cx)
    if 0 <= row < height and 0 <= column < width:
        mask[row, column] = 1


def _pixel_area(outline: NDArray[np.int32], holes: list[NDArray[np.int32]]) -> int:
    """How many pixels a traced part has, by Pick's theorem: contours run through pixel centres."""
    inside_and_rim = cv2.contourArea(outline) + _steps(outline) / 2 + 1
    return round(inside_and_rim - sum(cv2.contourArea(hole) - _steps(hole) / 2 + 1 for hole in holes))


def _steps(contour: NDArray[np.int32]) -> int:
    """Pixels along a traced contour, whose pieces are level, upright or diagonal."""
    points = contour.reshape(-1, 2)
    return int(np.abs(points - np.roll(points, 1, axis=0)).max(axis=1).sum())


def _ring(contour: NDArray[np.int32], tolerance_px: float) -> Ring:
    if tolerance_px > 0:
        contour = np.asarray(cv2.approxPolyDP(contour, tolerance_px, closed=True), np.int32)
    return tuple((x + 0.5, y + 0.5) for x, y in contour.reshape(-1, 2).tolist())


def _solid_ring(contour: NDArray[np.int32], tolerance_px: float) -> Ring:
    """The outline with three different points at least, also for a part of a pixel or a line of them."""
    ring = _ring(contour, tolerance_px)
    if len(set(ring)) >= 3:
        return ring
    x, y = ring[0]
    return (*dict.fromkeys(ring), (x + 0.25, y - 0.25), (x - 0.25, y - 0.25))[:4]
