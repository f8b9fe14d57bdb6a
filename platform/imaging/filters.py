"""Ways of looking at a fundus photograph that show lesions better: red-free and CLAHE."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import GrayImage, RgbImage
from imaging.fov import Fov, blank_outside, fov_spans

RED_FREE_PERCENTILES = (0.5, 99.5)  # of the green inside the FOV; these become black and white
CLAHE_CLIP = 2.5  # OpenCV's clip limit: times the mean height of a tile's histogram
CLAHE_TILES = 8  # tiles across the longer side; the shorter gets as many as keep them square


def red_free(rgb: RgbImage, fov: Fov) -> GrayImage:
    """The green channel, stretched inside the FOV and black outside; uint8 (H, W).

    Blood and vessels absorb green light, so hemorrhages are dark and exudates bright.
    """
    green = np.ascontiguousarray(rgb[..., 1])
    low, high = np.percentile(_inside(green, fov), RED_FREE_PERCENTILES)
    scale = 255 / max(1.0, high - low)
    table = np.clip((np.arange(256) - low) * scale, 0, 255).round().astype(np.uint8)
    return blank_outside(np.asarray(cv2.LUT(green, table), np.uint8), fov)


def clahe(rgb: RgbImage, fov: Fov) -> RgbImage:
    """Local contrast of the lightness (CIE LAB) equalized, hues kept, black outside the FOV; uint8 (H, W, 3).

    CLAHE with clip limit 2.5 on 8 tiles across the longer side.
    """
    height, width = rgb.shape[:2]
    tile = max(height, width) / CLAHE_TILES
    tiles = (max(1, round(width / tile)), max(1, round(height / tile)))
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)
    lightness = cv2.createCLAHE(clipLimit=CLAHE_CLIP, tileGridSize=tiles).apply(lab[..., 0])
    lab[..., 0] = lightness
    return blank_outside(np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8), fov)


def _inside(values: NDArray[np.uint8], fov: Fov) -> NDArray[np.uint8]:
    """A sample of the pixels inside the FOV: every fourth row and column."""
    rows = [values[row, start:stop:4] for row, start, stop in fov_spans(fov) if row % 4 == 0 and stop > start]
    return np.concatenate(rows) if rows else values.ravel()
