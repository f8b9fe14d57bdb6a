"""What brightness alone tells of lesions: the score that any segmenter must beat.

Hemorrhages and microaneurysms are darker than what surrounds them, exudates brighter; vessels are as dark and
the optic disc as bright.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage, RgbImage

BRIGHT = ("EX", "SE")
SURROUNDINGS = 1 / 40  # of the picture's side: a few times as wide as a lesion
STEEPNESS = 2.0  # 8-bit levels of the map for one of the picture: beyond 64 of them it is certain


def plain_lesion_map(picture: RgbImage, inside: BoolMask, lesion_class: str) -> GrayImage:
    """How much darker (HE, MA) or brighter (EX, SE) a pixel is than its surroundings, uint8 (S, S): 128 is as
    they are; 0 outside the field of view.
    """
    green = picture[..., 1].astype(np.float32)
    difference = green - _surroundings(green, inside)
    if lesion_class not in BRIGHT:
        difference = -difference
    said = np.asarray(np.rint(np.clip(128 + STEEPNESS * difference, 1, 255)), np.uint8)
    said[~inside] = 0
    return said


def _surroundings(green: NDArray[np.float32], inside: BoolMask) -> NDArray[np.float32]:
    """The mean around each pixel, of what lies inside the field of view."""
    width = SURROUNDINGS * len(green)
    weight = inside.astype(np.float32)
    seen = cv2.GaussianBlur(green * weight, (0, 0), width)
    return np.asarray(seen / np.maximum(cv2.GaussianBlur(weight, (0, 0), width), 1e-3), np.float32)
