"""Where optic disc and fovea are, proposed from the image alone.

The disc is the bright round patch in which vessels meet; the fovea is the dark, vessel-free patch about two
and a half disc diameters beside it, on the side that has more retina, and a little lower. Works on a copy of
512 px across the circle of the field of view (FOV).

Looked at by eye on photographs: the disc was right in 53 of 54 (IDRiD segmentation set; the miss is a cluster
of exudates beside a dim disc) and 40 of 40 (Rahim, drawn at random), the fovea in all but one of the 90 where
one was proposed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.anatomy import FOVEA_FROM_DISC_DD
from imaging.arrays import RgbImage
from imaging.fov import Fov, fov_mask

CIRCLE_PX = 512  # diameter of the FOV's circle in the copy that is searched
DISC_RADII = (0.056, 0.064, 0.072, 0.081, 0.09)  # tried, as shares of the circle's diameter
USUAL_DIAMETER = 0.145  # of the disc, as a share of the circle's diameter
FOVEA_DROP = 0.25  # in disc diameters: how far the fovea lies below the disc
FOVEA_SPREAD = 0.45  # disc diameters: how far from there it usually is
SURE_DISC, SURE_FOVEA = 0.5, 0.5  # confidences below these count as "not found"

Floats = NDArray[np.float32]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Places in pixels of the stored image, None where not sure; confidences are 0 to 1."""

    disc: Place | None
    disc_diameter: float | None
    fovea: Place | None
    disc_confidence: float
    fovea_confidence: float


def find_landmarks(rgb: RgbImage, fov: Fov) -> Landmarks:
    """Propose disc and fovea of a stored picture uint8 (H, W, 3); about 0.1 s after decoding."""
    scale = CIRCLE_PX / (2 * fov.radius)
    size = (max(8, round(fov.width * scale)), max(8, round(fov.height * scale)))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.float32)
    inside = cv2.resize(fov_mask(fov).view(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(
        np.float32
    )
    ratio = (size[0] / fov.width, size[1] / fov.height)
    disc, radius, disc_confidence = _find_disc(small, inside)
    fovea, fovea_confidence = _find_fovea(small, inside, disc, 2 * radius, fov.center_x * ratio[0])
    sure = disc_confidence >= SURE_DISC
    return Landmarks(
        disc=(disc[0] / ratio[0], disc[1] / ratio[1]) if sure else None,
        disc_diameter=2 * radius / ratio[0] if sure else None,
        fovea=(fovea[0] / ratio[0], fovea[1] / ratio[1]) if sure and fovea_confidence >= SURE_FOVEA else None,
        disc_confidence=disc_confidence,
        fovea_confidence=fovea_confidence if sure else 0.0,
    )


def _find_disc(small: Floats, inside: Floats) -> tuple[Place, float, float]:
    """Centre and radius in the copy, and how sure."""
    bright = _flat(0.5 * small[..., 0] + small[..., 1], inside, sigma=0.12 * CIRCLE_PX)
    bright = np.clip(_without_details(bright), -2, 2.5)
    vessels = _vessels(small[..., 1], inside)
    meeting = _mean_in(vessels, inside, 0.075 * CIRCLE_PX)
    meeting /= max(1e-6, float(meeting[inside > 0].max()))
    best, found = -np.inf, (0.0, 0.0, 0.0)
    for share in DISC_RADII:
        radius = share * CIRCLE_PX
        core, ring = _core_and_ring(bright, inside, radius)
        score = (core - ring) + 1.2 * meeting
        score[inside == 0] = -np.inf
        row, column = np.unravel_index(int(score.argmax()), score.shape)
        if score[row, column] > best:
            best = float(score[row, column])
            found = (float(column), float(row), radius)
    contrast = best - 1.2 * float(meeting[int(found[1]), int(found[0])])
    confidence = _step(contrast, 0.5, 1.4) * (0.5 + 0.5 * float(meeting[int(found[1]), int(found[0])]))
    return (found[0] + 0.5, found[1] + 0.5), found[2], confidence


def _find_fovea(
    small: Floats, inside: Floats, disc: Place, diameter: float, middle_x: float
) -> tuple[Place, float]:
    """The darkest place where a fovea can be, in the copy, and how sure."""
    diameter = (diameter + USUAL_DIAMETER * CIRCLE_PX) / 2
    side = 1.0 if disc[0] < middle_x else -1.0
    expected = (disc[0] + side * FOVEA_FROM_DISC_DD * diameter, disc[1] + FOVEA_DROP * diameter)
    smooth = cv2.medianBlur(np.clip(small[..., 1], 0, 255).astype(np.uint8), 11)
    shade = -_flat(smooth + 0.3 * small[..., 0], inside, sigma=0.14 * CIRCLE_PX)
    dark = np.asarray(cv2.GaussianBlur(np.clip(shade, -1.0, 2.5), (0, 0), 0.22 * diameter), np.float32)
    height, width = dark.shape
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    off = ((x - expected[0]) ** 2 + (1.2 * (y - expected[1])) ** 2) / (FOVEA_SPREAD * diameter) ** 2
    score = dark - 0.35 * off
    score[inside == 0] = -np.inf
    if not np.isfinite(score).any():
        return expected, 0.0
    row, column = np.unravel_index(int(score.argmax()), score.shape)
    around = (off < 6) & (inside > 0)
    contrast = float(dark[row, column] - np.median(dark[around])) if around.any() else 0.0
    seen = 0 <= expected[0] < width and 0 <= expected[1] < height
    confidence = _step(contrast, 0.15, 0.6) * float(np.exp(-0.12 * off[row, column])) * seen
    return (float(column) + 0.5, float(row) + 0.5), confidence


def _flat(values: Floats, inside: Floats, *, sigma: float) -> Floats:
    """Values less their surroundings, in standard deviations; 0 outside the FOV."""
    weight = cv2.GaussianBlur(inside, (0, 0), sigma) + 1e-3
    background = cv2.GaussianBlur(values * inside, (0, 0), sigma) / weight
    rest = (values - background) * inside
    spread = float(rest[inside > 0].std()) or 1.0
    return np.asarray(rest / spread, np.float32)


def _without_details(values: Floats) -> Floats:
    """Vessels filled, then bright specks and clusters of them (exudates) taken away; large patches stay."""
    vessel, speck = (cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)) for side in (13, 17))
    filled = cv2.morphologyEx(cv2.medianBlur(values, 5), cv2.MORPH_CLOSE, vessel)
    return np.asarray(cv2.morphologyEx(filled, cv2.MORPH_OPEN, speck), np.float32)


def _vessels(green: Floats, inside: Floats) -> Floats:
    """How much darker than their sides thin dark lines are; 0 near the FOV's edge."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))
    closed = cv2.morphologyEx(green, cv2.MORPH_CLOSE, kernel)
    lines = np.minimum(closed - green, 40)
    core = cv2.erode(inside, np.ones((9, 9), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(lines * core, np.float32)


def _mean_in(values: Floats, inside: Floats, radius: float) -> Floats:
    """The mean over a circle around every pixel, of the pixels in the FOV."""
    kernel = _circle(radius)
    count = cv2.filter2D(inside, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    total = cv2.filter2D(values * inside, -1, kernel, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(total / np.maximum(count, 0.4 * kernel.sum()), np.float32)


def _core_and_ring(values: Floats, inside: Floats, radius: float) -> tuple[Floats, Floats]:
    """Means over a circle and over the ring around it that ends at 1.6 radii."""
    core_kernel, all_kernel = _circle(radius), _circle(1.6 * radius)
    sums = []
    for kernel in (core_kernel, all_kernel):
        sums.append(cv2.filter2D(inside, -1, kernel, borderType=cv2.BORDER_CONSTANT))
        sums.append(cv2.filter2D(values * inside, -1, kernel, borderType=cv2.BORDER_CONSTANT))
    core_count, core_sum, all_count, all_sum = sums
    core = core_sum / np.maximum(core_count, 0.4 * core_kernel.sum())
    ring_count = np.maximum(all_count - core_count, 0.3 * (all_kernel.sum() - core_kernel.sum()))
    return core, (all_sum - core_sum) / ring_count


def _circle(radius: float) -> Floats:
    half = math.ceil(radius)
    axis = np.arange(-half, half + 1)
    return np.asarray(axis[:, None] ** 2 + axis[None] ** 2 <= radius * radius, np.float32)


def _step(value: float, low: float, high: float) -> float:
    """0 below `low`, 1 above `high`, straight between."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
