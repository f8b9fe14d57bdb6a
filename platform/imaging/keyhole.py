"""Polygons with holes as simple outlines that cover the same pixels, for formats that know no holes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from imaging.arrays import BoolMask
from imaging.masks import mask_to_polygons, rasterize
from imaging.shapes import MAX_POINTS, Polygon, Ring, moved

NEAREST = 6  # pairs of points tried for a bridge from a hole to the outline
MOST_HOLES = 60  # beyond, the shape is cut: bridging costs a drawing per try


def without_holes(polygon: Polygon, *, height: int, width: int) -> list[Polygon]:
    """Outlines without holes whose joined mask is the polygon's: one that runs into each hole and back.

    Where no such way is found, the shape is cut into several. `height` and `width` are the image's: the
    masks are those within it, however far outside the polygon reaches.
    """
    if not polygon.holes:
        return [polygon]
    first_x, first_y, last_x, last_y = (int(number // 1) for number in polygon.bounds())
    left, top = max(0, first_x), max(0, first_y)
    right, bottom = min(width - 1, last_x), min(height - 1, last_y)
    if left > right or top > bottom:
        return [Polygon(polygon.points)]
    local = moved(polygon, -left, -top)
    mask = rasterize([local], height=bottom - top + 1, width=right - left + 1)
    bridged = _bridged(local, mask) if len(local.holes) <= MOST_HOLES else None
    if bridged is not None:
        return [moved(bridged, left, top)]
    return [moved(piece, left, top) for piece in _cut(mask)]


def _bridged(polygon: Polygon, mask: BoolMask) -> Polygon | None:
    """One outline through all holes, or None."""
    if sum(map(len, (polygon.points, *polygon.holes))) + 2 * len(polygon.holes) > MAX_POINTS:
        return None
    while polygon.holes:
        nearer = _nearer(polygon, mask)
        if nearer is None:
            return None
        polygon = nearer
    return polygon


def _nearer(polygon: Polygon, mask: BoolMask) -> Polygon | None:
    """The same with its nearest hole joined to the outline by a way there and back, if the mask stays."""
    outline = np.asarray(polygon.points)
    distances = []
    for number, hole in enumerate(polygon.holes):
        between = np.hypot(*(np.asarray(hole)[:, None, axis] - outline[None, :, axis] for axis in (0, 1)))
        for flat in np.argsort(between, axis=None)[:NEAREST].tolist():
            there, here = divmod(flat, len(outline))
            distances.append((float(between[there, here]), number, there, here))
    for _, number, there, here in sorted(distances)[: 2 * NEAREST]:
        hole = polygon.holes[number]
        rest = polygon.holes[:number] + polygon.holes[number + 1 :]
        joined = Polygon(_through(polygon.points, here, hole, there), rest)
        if np.array_equal(rasterize([joined], height=mask.shape[0], width=mask.shape[1]), mask):
            return joined
    return None


def _through(outline: Ring, here: int, hole: Ring, there: int) -> Ring:
    return (*outline[: here + 1], *hole[there:], *hole[: there + 1], *outline[here:])


def _cut(mask: BoolMask) -> Iterator[Polygon]:
    """The mask's parts, those with holes halved until none is left."""
    for polygon in mask_to_polygons(mask):
        if not polygon.holes:
            yield polygon
            continue
        left, top, right, bottom = (int(number) for number in polygon.bounds())
        part = rasterize([moved(polygon, -left, -top)], height=bottom - top + 1, width=right - left + 1)
        xs = [x for x, _ in polygon.holes[0]]
        middle = max(1, int(sum(xs) / len(xs)) - left)  # through the first hole
        for half, dx in ((part[:, :middle], 0), (part[:, middle:], middle)):
            for piece in _cut(half):
                yield moved(piece, left + dx, top)
