"""How far two sets of drawn lesions of one image and one class agree: pixel by pixel, and lesion by lesion.

Two lesions match when their intersection over union is at least 0.1, or when each one's centre lies in the
other. A low overlap is asked for because these lesions are small: moved by 2 px, a disc of 3 px radius keeps
an overlap of 0.42 only, and a rectangle around a thin lesion is several times larger than its contour.
Studies of lesion detection do likewise (Commowick and others 2018, doi:10.1038/s41598-018-31911-7, ask for
an overlap of 10 %). The centres let a small outline match a generous one around the same spot.

Every lesion matches at most one other. Of all such pairings the one with the most pairs is taken, and of
these the one with the largest sum of overlaps, so that neither the order of the lesions nor that of the two
readers changes the outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded at their first use: they would take a third of a web process's start
from shapely import STRtree, box

from imaging.arrays import BoolMask
from imaging.masks import rasterize
from imaging.shapes import Shape, moved

LEAST_OVERLAP = 0.1  # intersection over union


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The first's lesion and the second's, by index, and their intersection over union."""

    first: int
    second: int
    overlap: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionAgreement:
    """Which lesions of two lists are the same, and how many of their pixels."""

    matches: tuple[Match, ...]
    only_first: tuple[int, ...]
    only_second: tuple[int, ...]
    dice: float | None  # None: neither has a pixel

    @property
    def f1(self) -> float | None:
        """Share of all lesions that have their like, 0 to 1, whoever is called first. None: no lesion."""
        lesions = 2 * len(self.matches) + len(self.only_first) + len(self.only_second)
        return 2 * len(self.matches) / lesions if lesions else None


@dataclass(frozen=True, slots=True)
class _Spot:
    """One lesion in a window of its own: the window's corner, its mask and the centre of its pixels."""

    left: int
    top: int
    mask: BoolMask
    area: int
    center: tuple[float, float]

    @property
    def box(self) -> tuple[int, int, int, int]:
        height, width = self.mask.shape
        return self.left, self.top, self.left + width, self.top + height

    def holds(self, point: tuple[float, float]) -> bool:
        column, row = int(point[0]) - self.left, int(point[1]) - self.top
        height, width = self.mask.shape
        return 0 <= row < height and 0 <= column < width and bool(self.mask[row, column])


def compare_lesions(
    first: Sequence[Shape], second: Sequence[Shape], *, height: int, width: int
) -> LesionAgreement:
    """Compare two readers' lesions of one class in an image of height x width pixels, at full size."""
    a, b = ([_spot(shape, height, width) for shape in shapes] for shapes in (first, second))
    matches = _best(_candidates(a, b), most=min(len(a), len(b)) + 1)
    matched_a, matched_b = {match.first for match in matches}, {match.second for match in matches}
    return LesionAgreement(
        matches=tuple(matches),
        only_first=tuple(index for index in range(len(a)) if index not in matched_a),
        only_second=tuple(index for index in range(len(b)) if index not in matched_b),
        dice=dice(
            rasterize(first, height=height, width=width), rasterize(second, height=height, width=width)
        ),
    )


def dice(first: BoolMask, second: BoolMask) -> float | None:
    """Twice the common pixels over all pixels of two masks of one shape, 0 to 1; None when both are empty."""
    pixels = np.count_nonzero(first) + np.count_nonzero(second)
    return 2 * np.count_nonzero(first & second) / pixels if pixels else None


def _candidates(first: Sequence[_Spot], second: Sequence[_Spot]) -> list[Match]:
    """All pairs that may match."""
    if not first or not second:
        return []
    tree = STRtree([box(*spot.box) for spot in second])
    found = []
    for index, other in tree.query([box(*spot.box) for spot in first]).T.tolist():
        a, b = first[index], second[other]
        overlap = _overlap(a, b)
        if overlap >= LEAST_OVERLAP or (a.holds(b.center) and b.holds(a.center)):
            found.append(Match(first=index, second=other, overlap=overlap))
    return found


def _best(candidates: Sequence[Match], *, most: int) -> list[Match]:
    """The pairing with the most pairs, then the largest sum of overlaps; solved cluster by cluster."""
    if not candidates:
        return []
    rows = np.array([one.first for one in candidates])
    columns = np.array([one.second for one in candidates])
    size = int(rows.max()) + 1, int(columns.max()) + 1
    edges = (np.ones(len(candidates)), (rows, columns + size[0]))
    graph = scipy.sparse.coo_array(edges, shape=(sum(size), sum(size)))
    _, cluster = scipy.sparse.csgraph.connected_components(graph, directed=False)
    by_cluster: dict[int, list[Match]] = {}
    for one in candidates:
        by_cluster.setdefault(int(cluster[one.first]), []).append(one)
    chosen = [match for some in by_cluster.values() for match in _best_of(some, most=most)]
    return sorted(chosen, key=lambda match: match.first)


def _best_of(candidates: Sequence[Match], *, most: int) -> list[Match]:
    if len(candidates) == 1:
        return list(candidates)
    rows = {index: row for row, index in enumerate(sorted({one.first for one in candidates}))}
    columns = {index: column for column, index in enumerate(sorted({one.second for one in candidates}))}
    worth = np.zeros((len(rows), len(columns)))
    pairs = {}
    for one in candidates:
        place = rows[one.first], columns[one.second]
        worth[place] = most + one.overlap  # one pair more is worth more than any overlaps
        pairs[place] = one
    places = zip(*scipy.optimize.linear_sum_assignment(worth, maximize=True), strict=True)
    return [pairs[row, column] for row, column in places if (row, column) in pairs]


def _overlap(a: _Spot, b: _Spot) -> float:
    left, top = max(a.left, b.left), max(a.top, b.top)
    right, bottom = min(a.box[2], b.box[2]), min(a.box[3], b.box[3])
    if left >= right or top >= bottom:
        return 0.0
    if not a.area or not b.area:
        return 0.0
    common = np.count_nonzero(_window(a, left, top, right, bottom) & _window(b, left, top, right, bottom))
    return common / (a.area + b.area - common)


def _window(spot: _Spot, left: int, top: int, right: int, bottom: int) -> BoolMask:
    return spot.mask[top - spot.top : bottom - spot.top, left - spot.left : right - spot.left]


def _spot(shape: Shape, height: int, width: int) -> _Spot:
    """The lesion's pixels in an image of height x width; a lesion that lies outside it has none."""
    left, top, right, bottom = shape.bounds()
    x, y = (
        max(math.floor(left) - 1, 0),
        max(math.floor(top) - 1, 0),
    )  # an outline covers the pixels it touches
    rows_high = max(min(math.floor(bottom) + 2, height) - y, 1)
    columns_wide = max(min(math.floor(right) + 2, width) - x, 1)
    mask = rasterize([moved(shape, -x, -y)], height=rows_high, width=columns_wide)
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return _Spot(x, y, mask, 0, (-1.0, -1.0))
    center = (float(columns.mean()) + x + 0.5, float(rows.mean()) + y + 0.5)
    return _Spot(x, y, mask, rows.size, center)
