"""Filling many polygons at once: every pixel whose centre lies inside an outline or on it, even-odd.

All outlines of a mask go through one vectorized scan-line pass. (OpenCV's fillPoly also paints the pixels
that its line drawing touches beside a sloped outline; on IDRiD that costs 0.003 to 0.005 of Dice.)
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from imaging.shapes import Ring

MOST_CROSSINGS = 4_000_000  # held in memory at a time: about 250 MB
LONG_SPAN = 64  # pixels; longer ones are set one by one, shorter ones all at once

Ints = NDArray[np.int64]


def fill_polygons(mask: NDArray[np.uint8], polygons: Sequence[Sequence[Ring]]) -> None:
    """Set to 1 what each polygon (its outline and holes) covers of a C-ordered uint8 (H, W) mask.

    A point stands for the pixel that holds it. Polygons are joined; the rings of one are even-odd.
    """
    if not polygons:
        return
    edges = _edges(polygons)
    height = mask.shape[0]
    crossings = int((np.minimum(edges[4], height) - np.maximum(edges[2], 0)).clip(0).sum())
    band = height if crossings <= MOST_CROSSINGS else max(1, height * MOST_CROSSINGS // crossings)
    for first in range(0, height, band):
        _fill_rows(mask, edges, first, min(height, first + band))
    _fill_level_edges(mask, edges)


def _edges(polygons: Sequence[Sequence[Ring]]) -> Ints:
    """All edges, int64 (5, N): polygon, x and y of the upper end, x and y of the lower end."""
    rings = [ring for polygon in polygons for ring in polygon]
    lengths = np.array([len(ring) for ring in rings])
    owner = np.repeat(np.arange(len(polygons)), [len(polygon) for polygon in polygons])
    points = np.floor(np.array([point for ring in rings for point in ring], np.float64)).astype(np.int64)
    last = np.cumsum(lengths) - 1
    following = np.arange(1, len(points) + 1)
    following[last] = last - lengths + 1
    start, end = points, points[following]
    down = (start[:, 1] <= end[:, 1])[:, None]
    upper, lower = np.where(down, start, end), np.where(down, end, start)
    return np.stack([np.repeat(owner, lengths), upper[:, 0], upper[:, 1], lower[:, 0], lower[:, 1]])


def _fill_rows(mask: NDArray[np.uint8], edges: Ints, first: int, stop: int) -> None:
    """Fill between the crossings of each pixel row's centre line, edges counted from top to before bottom."""
    owner, _, top, _, bottom = edges
    begin, end = np.maximum(top, first), np.minimum(bottom, stop)
    seen = end > begin
    counts = (end - begin)[seen]
    if not counts.size:
        return
    starts = np.cumsum(counts) - counts
    row = np.arange(counts.sum()) + np.repeat(begin[seen] - starts, counts)
    x0, y0, x1, y1 = (np.repeat(part[seen], counts) for part in edges[1:])
    numerator, rise = (row - y0) * (x1 - x0), y1 - y0
    order = np.lexsort((x0 + numerator / rise, row, np.repeat(owner[seen], counts)))
    enter, leave = order[0::2], order[1::2]
    left = x0[enter] - (-numerator[enter] // rise[enter])  # the first centre at or right of the crossing
    right = x0[leave] + numerator[leave] // rise[leave]
    _set_spans(mask, row[enter], left, right)


def _fill_level_edges(mask: NDArray[np.uint8], edges: Ints) -> None:
    """Level edges and lower ends, which the crossings leave out."""
    _, x0, y0, x1, y1 = edges
    height = mask.shape[0]
    level = (y0 == y1) & (y0 >= 0) & (y0 < height)
    _set_spans(mask, y0[level], np.minimum(x0, x1)[level], np.maximum(x0, x1)[level])
    below = (y1 >= 0) & (y1 < height) & ~level
    _set_spans(mask, y1[below], x1[below], x1[below])


def _set_spans(mask: NDArray[np.uint8], row: Ints, left: Ints, right: Ints) -> None:
    """Set mask[row, left to right, both included], clipped at the sides."""
    width = mask.shape[1]
    left, right = np.maximum(left, 0), np.minimum(right, width - 1)
    length = right - left + 1
    for number in np.nonzero(length > LONG_SPAN)[0].tolist():
        mask[row[number], left[number] : right[number] + 1] = 1
    short = (length > 0) & (length <= LONG_SPAN)
    counts = length[short]
    if counts.size:
        begin = row[short] * width + left[short]
        starts = np.cumsum(counts) - counts
        mask.reshape(-1)[np.arange(counts.sum()) + np.repeat(begin - starts, counts)] = 1
