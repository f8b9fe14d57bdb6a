"""One COCO annotation to polygons of ours. No database, so that it can be tested alone.

COCO's outlines run along the edges of pixels and are joined; ours run through pixel centres. So every
annotation becomes the pixels whose centres it covers, and these become polygons that give them back.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from annotations.services.via.via_rows import RowRefused
from imaging.arrays import BoolMask
from imaging.errors import InvalidShape
from imaging.masks import rasterize
from imaging.outlines import label_polygon
from imaging.pixel_edges import fill_edges, from_run_lengths, unpack_run_lengths
from imaging.shapes import MAX_COORDINATE, Polygon, Rect, Ring, Shape, check_within, moved, shape_from_json
from imaging.traced_masks import exact_polygons

DRAW_AGAIN = "Export the file again from the program that made it."


def shapes_of(annotation: dict[str, Any], *, height: int, width: int) -> list[Shape]:
    """What an annotation covers; several shapes when its parts do not touch. Raises RowRefused."""
    segmentation = annotation.get("segmentation")
    if isinstance(segmentation, dict):
        return _traced(_run_lengths(segmentation, height=height, width=width), 0, 0)
    if not segmentation:
        return [_box(annotation.get("bbox"), height=height, width=width)]
    rings = _rings(segmentation)
    left, top, part = _filled(rings, height, width)
    if not part.any():
        return [_speck(rings[0], height, width)]
    simple = _simple(rings, left, top, part)
    return [simple] if simple else _traced(part, left, top)


def _simple(rings: Sequence[Ring], left: int, top: int, part: BoolMask) -> Polygon | None:
    """The outline as it was drawn, half a pixel inwards, if that covers the very same pixels."""
    if len(rings) > 1:
        return None
    polygon = label_polygon(rings[0], ())
    height, width = part.shape
    first_x, first_y, last_x, last_y = polygon.bounds()
    inside = left <= first_x and top <= first_y and last_x < left + width and last_y < top + height
    local = rasterize([moved(polygon, -left, -top)], height=height, width=width)
    return polygon if inside and np.array_equal(local, part) else None


def _filled(rings: Sequence[Ring], height: int, width: int) -> tuple[int, int, BoolMask]:
    """The pixels that outlines cover together, and where their corner lies."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
    right, bottom = min(width, math.ceil(max(xs))), min(height, math.ceil(max(ys)))
    part = np.zeros((max(0, bottom - top), max(0, right - left)), np.bool_)
    for ring in rings:
        shifted = tuple((x - left, y - top) for x, y in ring)
        part |= fill_edges([shifted], height=part.shape[0], width=part.shape[1])
    return left, top, part


def _speck(ring: Ring, height: int, width: int) -> Rect:
    """The one pixel of an outline so thin that it covers no pixel's centre. Raises RowRefused."""
    x, y = (math.floor(sum(part) / len(ring)) for part in zip(*ring, strict=True))
    if not (0 <= x < width and 0 <= y < height):
        raise _refused("outside_image", "The outline covers no pixel of its image.")
    return Rect(x, y, 1, 1)


def _traced(part: BoolMask, left: int, top: int) -> list[Shape]:
    if not part.any():
        raise _refused("empty_region", "The region covers no pixel.")
    return [moved(polygon, left, top) for polygon in exact_polygons(part)]


def _run_lengths(said: dict[str, Any], *, height: int, width: int) -> BoolMask:
    if said.get("size") != [height, width]:
        raise _refused(
            "other_size", f"The mask is of size {said.get('size')!r:.40}, its image {height} x {width}."
        )
    counts = said.get("counts")
    try:
        lengths = unpack_run_lengths(counts) if isinstance(counts, str) else counts
        if not isinstance(lengths, list) or not all(type(one) is int for one in lengths):
            raise ValueError("run lengths must be whole numbers")
        return from_run_lengths(lengths, height=height, width=width)
    except (ValueError, OverflowError) as error:
        raise _refused("bad_geometry", f"The mask can't be read: {error}.") from error


def _rings(segmentation: Any) -> list[Ring]:
    if not isinstance(segmentation, list) or not all(isinstance(one, list) for one in segmentation):
        raise _refused("bad_geometry", "The segmentation must be a list of lists of numbers.")
    rings = []
    for flat in segmentation:
        numbers = all(type(one) in (int, float) and -MAX_COORDINATE <= one <= MAX_COORDINATE for one in flat)
        if not numbers or len(flat) % 2 or len(flat) < 6:
            raise _refused("bad_geometry", "An outline must be three pairs of numbers or more.")
        rings.append(tuple(zip(flat[::2], flat[1::2], strict=True)))
    return rings


def _box(box: Any, *, height: int, width: int) -> Shape:
    if not isinstance(box, list) or len(box) != 4:
        raise _refused("no_geometry", "The annotation has neither a segmentation nor a box of four numbers.")
    named = dict(zip(("x", "y", "width", "height"), box, strict=True))
    try:
        shape = shape_from_json("rect", named)
        check_within(shape, width=width, height=height)
    except InvalidShape as error:
        raise RowRefused(error.code, error.message, error.remedy) from error
    return shape


def _refused(code: str, message: str) -> RowRefused:
    return RowRefused(code, message, DRAW_AGAIN)
