"""Masks as other programs write them: outlines along the edges of pixels, and run lengths (COCO).

COCO's polygons run along edges, where ours run through pixel centres; taken over as they stand, either
would be half a pixel off on every side, and a lesion of one pixel would have no area.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask
from imaging.shapes import Ring

Corner = tuple[int, int]
TURNS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # right, down, left, up


def edge_outlines(mask: BoolMask) -> list[list[Corner]] | None:
    """Each 4-connected part of a bool (H, W) mask as the corners around it, or None if one has a hole."""
    count, labels = cv2.connectedComponents(np.ascontiguousarray(mask).view(np.uint8), connectivity=4)
    outlines = []
    for number in range(1, count):
        part = labels == number
        outline = _walk(part)
        if _area(outline) != int(part.sum()):
            return None
        outlines.append(outline)
    return outlines


def run_lengths(mask: BoolMask) -> list[int]:
    """COCO's uncompressed RLE: lengths of runs down the columns, the first of False pixels."""
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate(([0], changes, [flat.size]))
    lengths = np.diff(bounds).tolist()
    return [0, *lengths] if flat.size and flat[0] else lengths


def from_run_lengths(counts: Sequence[int], *, height: int, width: int) -> BoolMask:
    """The bool (H, W) mask of COCO's uncompressed RLE; raises ValueError when the lengths don't fill it."""
    pixels = height * width
    # In Python's whole numbers: a sum of 64 bits comes round to the right one again, and memory is overrun.
    if not all(0 <= count <= pixels for count in counts) or sum(counts) != pixels:
        raise ValueError(f"run lengths must add up to {height} x {width} pixels")
    lengths = np.asarray(counts, np.int64)
    values = np.arange(len(lengths)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, lengths).reshape((height, width), order="F"))


def unpack_run_lengths(text: str) -> list[int]:
    """The lengths in COCO's compressed RLE; raises ValueError."""
    counts: list[int] = []
    value = shift = 0
    for letter in text:
        code = ord(letter) - 48
        if not 0 <= code < 64 or shift > 60:
            raise ValueError("not a compressed RLE")
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value = shift = 0
    if shift:
        raise ValueError("a compressed RLE that is cut short")
    return counts


def fill_edges(rings: Sequence[Ring], *, height: int, width: int) -> BoolMask:
    """The bool (H, W) mask of outlines along pixel edges: pixels whose centres lie inside, even-odd."""
    crossings: NDArray[np.int32] = np.zeros((height, width + 1), np.int32)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, (*ring[1:], ring[0]), strict=True):
            (xa, ya), (xb, yb) = ((x0, y0), (x1, y1)) if y0 <= y1 else ((x1, y1), (x0, y0))
            first, last = max(0, math.ceil(ya - 0.5)), min(height, math.ceil(yb - 0.5))
            if first >= last:
                continue
            rows = np.arange(first, last)
            xs = xa + (rows + 0.5 - ya) * (xb - xa) / (yb - ya)
            columns = np.clip(np.ceil(xs - 0.5), 0, width).astype(np.int64)
            np.add.at(crossings, (rows, columns), 1)
    inside: BoolMask = np.cumsum(crossings, axis=1)[:, :-1] % 2 == 1
    return inside


def _walk(part: BoolMask) -> list[Corner]:
    """Around a 4-connected part, its pixels on the right hand, from corner to corner where the way turns."""
    rows, columns = np.nonzero(part)
    top = int(rows.min())
    start = (int(columns[rows == top].min()), top)
    padded = np.pad(part, 1)

    def lit(x: int, y: int) -> bool:
        return bool(padded[y + 1, x + 1])

    (x, y), heading = start, 0
    corners = [start]
    while True:
        dx, dy = TURNS[heading]
        x, y = x + dx, y + dy
        # The two pixels ahead, on the left and on the right hand.
        ahead_right = lit(x + min(dx - dy, 0), y + min(dy + dx, 0))
        ahead_left = lit(x + min(dx + dy, 0), y + min(dy - dx, 0))
        if not ahead_right:
            turned = (heading + 1) % 4
        elif ahead_left:
            turned = (heading - 1) % 4
        else:
            turned = heading
        if (x, y) == start and turned == 0:
            return corners
        if turned != heading:
            corners.append((x, y))
            heading = turned


def _area(corners: Sequence[Corner]) -> int:
    twice = 0
    for (x0, y0), (x1, y1) in zip(corners, (*corners[1:], corners[0]), strict=True):
        twice += x0 * y1 - x1 * y0
    return abs(twice) // 2
