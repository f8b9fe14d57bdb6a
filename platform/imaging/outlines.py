"""Outlines in the convention of label polygons, which run through pixel centres (see imaging.masks).

Findings of models are outlined along the edges of pixels: taken over as they are, they would grow by half a
pixel on every side when a mask is built.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPolygon
from shapely.geometry import Polygon as ShapelyPolygon

from imaging.arrays import BoolMask
from imaging.masks import mask_to_polygons, rasterize
from imaging.shapes import Point, Polygon, Ring, moved

Points = Sequence[Sequence[float]]
Outline = tuple[Points, Sequence[Points]]

HALF_PIXEL = 0.5
WITHIN_PIXEL = 0.25  # moves a point off a pixel's centre but not out of the pixel
SIMPLER_PX = (1.0, 0.6)  # tolerances tried, in this order
LIKE_BEFORE = 0.99  # Dice with the mask that a simplified outline must keep
SIMPLE_ENOUGH = 12  # points
MOST_POINTS = 4_000  # of one polygon; beyond, points are dropped whatever it costs
COARSE_PX = (1.5, 3.0, 6.0, 12.0)


def polygon_of_part(mask: BoolMask, *, left: int = 0, top: int = 0) -> Polygon:
    """One valid polygon around the largest part of a bool (H, W) mask that lies at (left, top).

    `rasterize` gives the part back to a Dice of 0.99 at least, exactly where the part is small.
    Raises ValueError for an empty mask.
    """
    found = mask_to_polygons(mask)
    if not found:
        raise ValueError("an empty mask has no outline")
    polygon = _simpler(found[0], mask)
    return moved(_valid(polygon), left, top)


def label_polygons(outlines: Sequence[Outline]) -> list[Polygon]:
    """Outlines along the edges of pixels as valid polygons through pixel centres, 30 us each.

    Each covers the pixels whose centres lie in its outline (its largest part, where it falls apart), one at
    least. An outline is its points and its holes.
    """
    if not outlines:
        return []
    rings = [ring for points, holes in outlines for ring in (points, *holes)]
    of_outline = np.repeat(np.arange(len(outlines)), [1 + len(holes) for _, holes in outlines])
    of_ring = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    corners = np.array([point for ring in rings for point in ring], np.float64)
    drawn = shapely.polygons(shapely.linearrings(corners, indices=of_ring), indices=of_outline)
    whole = np.array([_largest(one) for one in shapely.make_valid(drawn)], object)
    shrunk = shapely.buffer(whole, -HALF_PIXEL, join_style="mitre")
    in_one_piece = shapely.get_type_id(shrunk) == shapely.GeometryType.POLYGON
    kept = in_one_piece & (shapely.area(shrunk) > 4) & shapely.is_valid(shrunk)
    polygons = dict(zip(np.flatnonzero(kept).tolist(), _all_from_shapely(shrunk[kept]), strict=True))
    return [
        polygons[number] if kept[number] else _traced(whole[number], outlines[number][0])
        for number in range(len(outlines))
    ]


def label_polygon(points: Points, holes: Sequence[Points]) -> Polygon:
    """One of `label_polygons`."""
    (polygon,) = label_polygons([(points, holes)])
    return polygon


def _traced(outline: ShapelyPolygon | None, points: Sequence[Sequence[float]]) -> Polygon:
    """The outline of the few pixels whose centres a small shape covers."""
    corners = np.asarray(points, np.float64)
    left, top = (int(number) for number in np.floor(corners.min(axis=0)))
    right, bottom = (int(number) for number in np.ceil(corners.max(axis=0)))
    x, y = np.meshgrid(
        np.arange(left, max(right, left + 1)) + 0.5, np.arange(top, max(bottom, top + 1)) + 0.5
    )
    mask = np.zeros(x.shape, np.bool_)
    if outline is not None:
        mask = np.asarray(shapely.intersects_xy(outline, x, y), np.bool_)
    if not mask.any():
        middle = corners.mean(axis=0)
        mask[int(middle[1]) - top, int(middle[0]) - left] = True
    return polygon_of_part(mask, left=left, top=top)


def _simpler(polygon: Polygon, mask: BoolMask) -> Polygon:
    """The polygon with fewer points where that keeps what it covers."""
    if len(polygon.points) <= SIMPLE_ENOUGH:
        return polygon
    height, width = mask.shape
    whole = rasterize([polygon], height=height, width=width)
    area = int(whole.sum())
    for tolerance in SIMPLER_PX:
        simple = mask_to_polygons(whole, tolerance_px=tolerance)[0]
        again = rasterize([simple], height=height, width=width)
        if 2 * int((again & whole).sum()) >= LIKE_BEFORE * (area + int(again.sum())):
            return simple
    if _points(polygon) > MOST_POINTS:
        for tolerance in COARSE_PX:
            polygon = mask_to_polygons(whole, tolerance_px=tolerance)[0]
            if _points(polygon) <= MOST_POINTS:
                break
    return polygon


def _points(polygon: Polygon) -> int:
    return sum(map(len, (polygon.points, *polygon.holes)))


def _valid(polygon: Polygon) -> Polygon:
    """The polygon itself, or one around it that stays within the same pixels and touches itself nowhere."""
    shape = ShapelyPolygon(polygon.points, polygon.holes)
    if shape.is_valid:
        return polygon
    rings = [LineString([*ring, ring[0]]) for ring in (polygon.points, *polygon.holes)]
    area = shapely.make_valid(ShapelyPolygon(polygon.points))
    if polygon.holes:
        holes = [shapely.make_valid(ShapelyPolygon(hole)) for hole in polygon.holes]
        area = area.difference(shapely.union_all(holes))
    parts = [area, *rings]
    thick = shapely.union_all([part.buffer(WITHIN_PIXEL, quad_segs=1) for part in parts])
    outline = _largest(thick)
    return polygon if outline is None else _from_shapely(outline)


def _largest(shape: shapely.Geometry) -> ShapelyPolygon | None:
    if isinstance(shape, ShapelyPolygon):
        return None if shape.is_empty else shape
    if isinstance(shape, MultiPolygon) or hasattr(shape, "geoms"):
        parts = [part for part in shape.geoms if isinstance(part, ShapelyPolygon | MultiPolygon)]
        flat = [one for part in parts for one in (part.geoms if isinstance(part, MultiPolygon) else [part])]
        return max(flat, key=lambda part: part.area, default=None)
    return None


def _from_shapely(shape: ShapelyPolygon) -> Polygon:
    return Polygon(_ring(shape.exterior.coords), tuple(_ring(hole.coords) for hole in shape.interiors))


def _all_from_shapely(shapes: NDArray[np.object_]) -> Iterator[Polygon]:
    """Polygons of shapely ones, all at once."""
    rings, of_shape = shapely.get_rings(shapes, return_index=True)
    corners = np.round(shapely.get_coordinates(rings), 2).tolist()
    found: list[list[Ring]] = [[] for _ in shapes]
    start = 0
    for number, count in zip(of_shape.tolist(), shapely.get_num_coordinates(rings).tolist(), strict=True):
        found[number].append(tuple((x, y) for x, y in corners[start : start + count - 1]))
        start += count
    for outer, *holes in found:
        yield Polygon(outer, tuple(holes))


def _ring(coordinates: Sequence[Point]) -> Ring:
    return tuple((round(float(x), 2), round(float(y), 2)) for x, y in list(coordinates)[:-1])
