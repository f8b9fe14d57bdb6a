"""Simple measures of how well a photograph shows the retina, and a grade: good, usable or ungradable.

Measured at a FOV width of 512 px, so that cameras of any resolution compare. Ungradable is what no one could
read; a person has the last word on both. Calibrated on photographs that people had graded, and on what
blurring, darkening or cutting every twelfth of them (burnt out: every 24th) makes of it (width: of the FOV):

| photographs | good | usable | ungradable |
|---|---|---|---|
| IDRiD, 451 | 97.1 % | 2.9 % | none |
| Rahim, 398 | 96.5 % | 3.5 % | none |
| blurred by 0.2 % of the width (sigma) | 81 % | 19 % | none |
| blurred by 0.4 % | 15 % | 73 % | 12 % |
| blurred by 0.6 % | none | 54 % | 46 % |
| blurred by 0.8 % | none | 15 % | 85 % |
| 0.6 times as bright | 69 % | 31 % | none |
| 0.3 times | none | 99 % | 1 % |
| 0.12 times | none | none | all |
| 3 times (burnt out) | 24 % | 32 % | 44 % |
| half the field black, or cut off | none | none | all |
| hazy: three quarters mean colour | 3 % | 78 % | 19 % |

The worst of the real ones have coverage 0.85, brightness 0.27, evenness 0.20, contrast 0.028, focus 0.0077
and 0.978 of their green not burnt out.
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
BURNT_OUT = 250  # of 255
GOOD, USABLE, UNGRADABLE = "good", "usable", "ungradable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What one measure must be: below `least` nobody can read the image, below `fair` it is only usable."""

    least: float
    fair: float
    code: str
    problem: str
    flaw: str


LIMITS: dict[str, Limit] = {
    "coverage": Limit(
        least=0.6,
        fair=0.8,
        code="small_field",
        problem="It shows too little of the retina.",
        flaw="It shows less of the retina than usual.",
    ),
    "brightness": Limit(
        least=0.12, fair=0.33, code="too_dark", problem="It is too dark.", flaw="It is rather dark."
    ),
    "evenness": Limit(
        least=0.08,
        fair=0.3,
        code="uneven_light",
        problem="Its light is too uneven.",
        flaw="Its light is rather uneven.",
    ),
    "unclipped": Limit(
        least=0.6, fair=0.95, code="too_bright", problem="It is too bright.", flaw="It is rather bright."
    ),
    "contrast": Limit(
        least=0.018,
        fair=0.04,
        code="no_contrast",
        problem="It has too little contrast.",
        flaw="It has little contrast.",
    ),
    "focus": Limit(
        least=0.006,
        fair=0.012,
        code="out_of_focus",
        problem="It is out of focus.",
        flaw="It is a little out of focus.",
    ),
    "smoothness": Limit(
        least=0.3,
        fair=0.5,
        code="only_grain",
        problem="It shows grain and no retina.",
        flaw="It is rather grainy.",
    ),
}
DERIVED = frozenset({"smoothness"})  # from the measures that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Numbers from 0 up, and what follows from them.

    coverage: share of the FOV's circle that the picture shows.
    brightness: mean of the brightest channel, 0 to 1.
    evenness: dark parts over bright parts of the illumination, 0 to 1.
    contrast: spread of the green channel around its local mean, relative to that mean.
    focus: spread of its fine detail, likewise.
    unclipped: share of the FOV where green is not burnt out; not measured in images that came in before.
    """

    coverage: float
    brightness: float
    evenness: float
    contrast: float
    focus: float
    unclipped: float = 1.0

    @property
    def smoothness(self) -> float:
        """Share of the contrast that is not fine detail: 0.57 and more in photographs, 0.07 in noise."""
        return 1 - self.focus / self.contrast if self.contrast else 1.0

    @property
    def problems(self) -> tuple[str, ...]:
        """Codes of what is so bad that the image is called ungradable, the most basic first."""
        return tuple(limit.code for value, limit in self._judged() if value < limit.least)

    @property
    def flaws(self) -> tuple[str, ...]:
        """Codes of what makes it harder to read than it should be, the most basic first."""
        return tuple(limit.code for value, limit in self._judged() if limit.least <= value < limit.fair)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Problems and flaws in words, the problems first."""
        problems = [limit.problem for value, limit in self._judged() if value < limit.least]
        flaws = [limit.flaw for value, limit in self._judged() if limit.least <= value < limit.fair]
        return (*problems, *flaws)

    @property
    def grade(self) -> str:
        """good, usable or ungradable."""
        return UNGRADABLE if self.problems else USABLE if self.flaws else GOOD

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
        """Rebuild what `to_json` gave, judged by today's limits.

        Raises TypeError, KeyError or ValueError for anything else.
        """
        return cls(
            **{name: float(value[name]) for name in LIMITS.keys() - DERIVED - {"unclipped"}},
            unclipped=float(value.get("unclipped", 1.0)),
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **asdict(self),
            "problems": list(self.problems),
            "flaws": list(self.flaws),
            "gradable": self.gradable,
            "grade": self.grade,
        }

    def _judged(self) -> list[tuple[float, Limit]]:
        return [(getattr(self, name), limit) for name, limit in LIMITS.items()]


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
    return Quality(
        coverage=min(1.0, fov_area_px(fov) / circle) if fov.found else 1.0,
        brightness=float(light[inside].mean()),
        evenness=float(dark / max(bright, 1e-6)),
        contrast=float((green - around)[inside].std()) / level,
        focus=float(fine[inside].std()) / level,
        unclipped=float((green_levels[inside] < BURNT_OUT).mean()),
    )
