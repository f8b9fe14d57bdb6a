"""Whether a photograph can be judged at all: light and sharpness inside the field of view.

The limits are wide on purpose: they catch black, burnt-out and wholly blurred pictures, not mediocre ones.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.arrays import BoolMask, RgbImage

DARKEST, BRIGHTEST = 12.0, 235.0  # median of the brightest channel inside the FOV, of 255
BLUNTEST = 0.4  # spread of the green channel's detail, of 255, at 256 px


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradability:
    """The verdict, and a code for the reason when it is no: no_retina, too_dark, too_bright or blurred."""

    gradable: bool
    reason: str = ""


def judge_quality(picture: RgbImage, inside: BoolMask) -> Gradability:
    """Judge a picture uint8 (S, S, 3) that was cut to its field of view `inside`, bool (S, S)."""
    if inside.mean() < 0.05:
        return Gradability(gradable=False, reason="no_retina")
    size = (256, 256)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    within = cv2.resize(inside.view(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    core = cv2.erode(within, np.ones((17, 17), np.uint8), borderValue=0).astype(bool)
    if not core.any():
        return Gradability(gradable=False, reason="no_retina")
    light = float(np.median(small.max(axis=2)[core]))
    if not DARKEST <= light <= BRIGHTEST:
        return Gradability(gradable=False, reason="too_dark" if light < DARKEST else "too_bright")
    green = small[..., 1].astype(np.float32)
    detail = green - cv2.GaussianBlur(green, (0, 0), 3)
    if float(detail[core].std()) < BLUNTEST:
        return Gradability(gradable=False, reason="blurred")
    return Gradability(gradable=True)
