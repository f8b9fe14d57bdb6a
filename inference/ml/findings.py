"""Lesions in a probability map: connected components with area, confidence and outline."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask
from imaging.frame import Frame

MOST_FINDINGS = 5_000  # an image; the largest ones. Counts and areas are over all.
SIMPLIFY_PX = 0.5  # of the model's frame
Ring = list[list[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionSummary:
    """One class in one image: how many lesions, pixels of the stored image, percent of the FOV."""

    count: int
    area_px: int
    area_fov_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One connected lesion. `confidence`: mean probability over it. `bbox`: x, y, width, height."""

    lesion_class: str
    area_px: int
    area_fov_percent: float
    confidence: float
    bbox: tuple[float, float, float, float]
    polygon: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self) | {"bbox": list(self.bbox)}


def largest(findings: Sequence[Finding]) -> list[Finding]:
    """At most MOST_FINDINGS of an image's findings, in the order given."""
    if len(findings) <= MOST_FINDINGS:
        return list(findings)
    by_area = sorted(range(len(findings)), key=lambda number: (-findings[number].area_px, number))
    return [findings[number] for number in sorted(by_area[:MOST_FINDINGS])]


def find_lesions(
    probability: NDArray[np.uint8], *, lesion_class: str, level: int, smallest_px: int, frame: Frame
) -> tuple[LesionSummary, list[Finding], BoolMask]:
    """Summary, findings and mask (bool (S, S)) of the connected lesions (8 neighbours) of a map.

    The map is uint8 (S, S) in the model's frame; lesion is what is at or above `level`.

    Components under `smallest_px` pixels of the frame are dropped. Areas count the frame's pixels and are
    scaled to the stored image: working at the model's own resolution loses nothing, for it never saw more.
    """
    mask = (probability >= level).view(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    areas = stats[:, cv2.CC_STAT_AREA]
    kept = np.flatnonzero(areas[1:] >= smallest_px) + 1
    stored_px = 1 / (frame.scale_x * frame.scale_y)
    fov_px = max(int(frame.inside.sum()), 1)
    summary = LesionSummary(
        count=len(kept),
        area_px=round(int(areas[kept].sum()) * stored_px),
        area_fov_percent=100 * int(areas[kept].sum()) / fov_px,
    )
    if not len(kept):
        return summary, [], np.zeros(mask.shape, np.bool_)
    means = (
        np.bincount(labels.ravel(), weights=probability.ravel(), minlength=count) / np.maximum(areas, 1) / 255
    )
    outlines = _outlines(np.asarray(labels, np.int32), keep=kept)
    largest_first = sorted(kept.tolist(), key=lambda label: (-areas[label], label))[:MOST_FINDINGS]
    findings = [
        Finding(
            lesion_class=lesion_class,
            area_px=round(int(areas[label]) * stored_px),
            area_fov_percent=100 * int(areas[label]) / fov_px,
            confidence=float(means[label]),
            bbox=_stored_box(stats[label], frame),
            polygon=_stored_polygon(outlines[label], frame),
        )
        for label in largest_first
        if label in outlines
    ]
    return summary, findings, np.isin(labels, kept)


def _outlines(labels: NDArray[np.int32], *, keep: NDArray[np.int64]) -> dict[int, list[NDArray[np.float64]]]:
    """For each component its outline, then its holes: float64 (N, 2) along the pixels' outer edges.

    OpenCV traces pixel centres. On a copy of twice the size that has grown by one pixel right and down, those
    centres lie on the edges of the original pixels.
    """
    wanted = np.isin(labels, keep).astype(np.uint8)
    double = cv2.resize(wanted, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    double = cv2.copyMakeBorder(double, 0, 1, 0, 1, cv2.BORDER_CONSTANT, value=0)
    grown = cv2.dilate(double, np.ones((2, 2), np.uint8), anchor=(1, 1))
    contours, tree = cv2.findContours(grown, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    outlines: dict[int, list[NDArray[np.float64]]] = {}
    for index, contour in enumerate(contours):
        if tree[0][index][3] != -1:  # a hole comes with its outline
            continue
        label = _label_of(np.asarray(contour), labels)
        rings = [contour]
        child = tree[0][index][2]
        while child != -1:
            rings.append(contours[child])
            child = tree[0][child][0]
        outlines[label] = [simple for simple in map(_simplified, rings) if len(simple) >= 3]
    return {label: rings for label, rings in outlines.items() if rings}


def _simplified(ring: NDArray[Any]) -> NDArray[np.float64]:
    """A ring of the doubled copy, in pixels of the map, without the steps of single pixels."""
    simple = cv2.approxPolyDP(ring, 2 * SIMPLIFY_PX, closed=True)
    return np.asarray(simple, np.float64).reshape(-1, 2) / 2


def _label_of(contour: NDArray[Any], labels: NDArray[np.int32]) -> int:
    """The component of an outline, whose topmost, then leftmost point is a corner of one of its pixels."""
    points = contour.reshape(-1, 2)
    x, y = min(points.tolist(), key=lambda point: (point[1], point[0]))
    return int(labels[y // 2, x // 2])


def _stored_polygon(rings: list[NDArray[np.float64]], frame: Frame) -> dict[str, Any]:
    """GeoJSON-like outline and holes in pixels of the stored image, to a tenth of a pixel."""
    stored = [np.round(frame.points_to_stored(ring), 1).tolist() for ring in rings]
    return {"points": stored[0], "holes": stored[1:]}


def _stored_box(stats: NDArray[np.int32], frame: Frame) -> tuple[float, float, float, float]:
    left, top, width, height = (float(number) for number in stats[:4])
    corners = frame.points_to_stored(np.array([[left, top], [left + width, top + height]]))
    (x, y), (right, bottom) = np.round(corners, 1).tolist()
    return x, y, round(right - x, 1), round(bottom - y, 1)
