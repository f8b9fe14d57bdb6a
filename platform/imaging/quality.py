"""Simple measures of how well a photograph shows the retina, and a cautious word on gradability.

Measured at a FOV width of 512 px, so that cameras of any resolution compare. The limits only catch what
no one could read: they are a warning to the specialist, who has the last word. Of 849 photographs of
IDRiD and Rahim none is called ungradable; the worst there have coverage 0.85, brightness 0.27, evenness
0.20, contrast 0.028 and focus 0.008. A sharp one blurred by 8 px (of 1300) falls to focus 0.0045.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np

from imaging.arrays import RgbImage
from imaging.fov import Fov, fov_area_px
from imaging.frame import frame_of_width

MEASURED_WIDTH_PX = 512
LIMITS: dict[str, tuple[float, str]] = {  # measure: the least that can be read, and what is wrong below
    "coverage": (0.5, "small_field"),
    "brightness": (0.12, "too_dark"),
    "evenness": (0.08, "uneven_light"),
    "contrast": (0.018, "no_contrast"),
    "focus": (0.005, "out_of_focus"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Numbers from 0 up; `problems` names what is so bad that the image is called ungradable.

    coverage: share of the FOV's circle that the picture shows.
    brightness: mean of the brightest channel, 0 to 1.
    evenness: dark parts over bright parts of the illumination, 0 to 1.
    contrast: spread of the green channel around its local mean, relative to that mean.
    focus: spread of its fine detail, likewise.
    """

    coverage: float
    brightness: float
    evenness: float
    contrast: float
    focus: float
    problems: tuple[str, ...] = ()

    @property
    def gradable(self) -> bool:
        """False only when a measure is worse than in any readable photograph."""
        return not self.problems

    @property
    def worst_problem(self) -> str:
        """The most basic of the problems, a code; empty when gradable."""
        return self.problems[0] if self.problems else ""

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Quality:
        """Rebuild what `to_json` gave; raises TypeError, KeyError or ValueError for anything else."""
        numbers = {name: float(value[name]) for name in LIMITS}
        return cls(**numbers, problems=tuple(str(problem) for problem in value["problems"]))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "problems": list(self.problems), "gradable": self.gradable}


def measure_quality(rgb: RgbImage, fov: Fov) -> Quality:
    """Measure one picture, uint8 (H, W, 3), inside its FOV."""
    frame = frame_of_width(fov, fov_width=MEASURED_WIDTH_PX)
    small = frame.image(rgb)
    inside = cv2.erode(frame.inside.view(np.uint8), np.ones((25, 25), np.uint8), borderValue=0) > 0
    if not inside.any():
        inside = frame.inside
    red, green_levels, blue = cv2.split(small)
    light = cv2.max(cv2.max(red, green_levels), blue).astype(np.float32) / 255
    green = green_levels.astype(np.float32) / 255
    around = cv2.GaussianBlur(green, (0, 0), 12)
    level = max(float(green[inside].mean()), 0.02)
    quarter = (max(1, small.shape[1] // 4), max(1, small.shape[0] // 4))
    broad = cv2.GaussianBlur(cv2.resize(light, quarter, interpolation=cv2.INTER_AREA), (0, 0), 5)
    within = cv2.resize(inside.view(np.uint8), quarter, interpolation=cv2.INTER_NEAREST_EXACT) > 0
    dark, bright = np.percentile(broad[within if within.any() else ...], [5, 95])
    fine = green - cv2.GaussianBlur(green, (0, 0), 1.5)
    circle = math.pi * fov.radius**2
    return _judged(
        coverage=min(1.0, fov_area_px(fov) / circle) if fov.found else 1.0,
        brightness=float(light[inside].mean()),
        evenness=float(dark / max(bright, 1e-6)),
        contrast=float((green - around)[inside].std()) / level,
        focus=float(fine[inside].std()) / level,
    )


def _judged(**measures: float) -> Quality:
    problems = tuple(word for name, (least, word) in LIMITS.items() if measures[name] < least)
    return Quality(
        coverage=measures["coverage"],
        brightness=measures["brightness"],
        evenness=measures["evenness"],
        contrast=measures["contrast"],
        focus=measures["focus"],
        problems=problems,
    )
