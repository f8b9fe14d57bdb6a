"""Tightening without a network: what differs from the rectangle's surroundings in the lesion's direction."""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import RgbImage

BRIGHT = ("EX", "SE")
SMOOTH_SHARE = 0.035  # of the rectangle's longer side on the canvas
FULL_SHARE = 0.9  # percentile of the difference inside that counts as wholly lesion
HALF_WAY = 0.42  # of the way from the surroundings to that: the lesion's rim


def contrast_map(rgb: RgbImage, inside: NDArray[np.uint8], *, lesion_class: str) -> NDArray[np.float32]:
    """How much a canvas pixel is lesion, float32 (H, W) 0 to 1; 0.5 at the rim.

    Hemorrhages and microaneurysms are darker than the border around the rectangle, exudates brighter; for
    other classes the sign is that of the rectangle's middle. Zeros where nothing differs.
    """
    longer = max(inside.any(axis=0).sum(), inside.any(axis=1).sum())
    weights = (0.35, 0.65, 0.0) if lesion_class in BRIGHT else (0.25, 0.75, 0.0)
    rough = (rgb.astype(np.float32) @ np.array(weights, np.float32)).astype(np.float32)
    gray = np.asarray(cv2.GaussianBlur(rough, (0, 0), max(0.6, SMOOTH_SHARE * float(longer))), np.float32)
    within = inside > 127
    around = gray[inside == 0]
    if not len(around) or not within.any():
        return np.zeros(inside.shape, np.float32)
    usual = float(np.median(around))
    noise = float(np.percentile(np.abs(around - usual), 60)) + 0.5
    difference = gray - usual
    if lesion_class in BRIGHT:
        sign = 1.0
    elif lesion_class in ("HE", "MA"):
        sign = -1.0
    else:
        sign = 1.0 if np.abs(difference[within].max()) > np.abs(difference[within].min()) else -1.0
    difference = sign * difference
    full = float(np.quantile(difference[within], FULL_SHARE))
    if full < noise:
        return np.zeros(inside.shape, np.float32)
    share = np.clip(difference / full, -5, 5)
    return np.asarray(1 / (1 + np.exp(-8 * (share - HALF_WAY))), np.float32)
