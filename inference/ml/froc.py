"""Lesions found against false alarms (FROC): what a reader notices, where pixels hide it.

Matching rule: a called region (connected, 8 neighbours) is a hit when at least a fifth of it lies on labelled
lesions, else a false alarm; a labelled lesion is found when at least a fifth of it is covered by hits. So one
blot over the whole picture finds nothing, and a region somewhat larger than its lesion still counts.
Source of the fifth: Zhang et al. 2014, "Exudate detection in color retinal images for mass screening of
diabetic retinopathy", Medical Image Analysis 18.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.ml.metrics import drawn_rows, interval

SHARED = 0.2
LEVELS = (5, 13, 26, 51, 77, 102, 128, 153, 179, 204, 230, 242, 250)  # 8-bit probabilities of the curve
RULE = (
    "A called region is a hit when at least a fifth of it lies on labelled lesions; "
    "a lesion is found when at least a fifth of it is covered by hits."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionHits:
    """One image and class: how many `lesions` are labelled; at each level how many are `found` and how many
    called regions are false (int64 (L,) each).
    """

    patient: str
    lesions: int
    found: NDArray[np.int64]
    false: NDArray[np.int64]


def lesion_hits(
    probability: NDArray[np.uint8],
    truth: NDArray[np.bool_],
    *,
    patient: str,
    levels: Sequence[int],
    smallest_px: int = 1,
) -> LesionHits:
    """Match a map (uint8 (H, W), 0 outside the FOV) with its labels (bool (H, W)) at each level.

    Called regions under `smallest_px` are dropped, as a prediction drops them.
    """
    count, labelled = cv2.connectedComponents(truth.view(np.uint8), connectivity=8)
    area = np.bincount(labelled.ravel(), minlength=count)[1:]
    matched = [_matched(probability >= level, labelled, area, smallest_px=smallest_px) for level in levels]
    found, false = zip(*matched, strict=True)
    return LesionHits(
        patient=patient, lesions=len(area), found=np.array(found, np.int64), false=np.array(false, np.int64)
    )


def froc_report(rows: Sequence[LesionHits], *, levels: Sequence[int], at: int, seed: int) -> dict[str, Any]:
    """`points` of the curve (threshold, sensitivity, false_per_image), most certain first, and, at the 8-bit
    level `at`, both as `{value, low, high}` over patients drawn anew. Sensitivity is None without a lesion.
    """
    lesions = np.array([row.lesions for row in rows], np.float64)
    found = np.stack([row.found for row in rows]).astype(np.float64)
    false = np.stack([row.false for row in rows]).astype(np.float64)
    total = lesions.sum()
    points = [
        {
            "threshold": levels[index] / 255,
            "sensitivity": float(found[:, index].sum() / total) if total else None,
            "false_per_image": float(false[:, index].mean()),
        }
        for index in np.argsort(levels)[::-1]
    ]
    here = list(levels).index(at)
    draws = list(drawn_rows([row.patient for row in rows], draws=1000, seed=seed))
    sensitivity = [found[drawn, here].sum() / max(lesions[drawn].sum(), 1e-9) for drawn in draws]
    drawn_false = [false[drawn, here].mean() for drawn in draws]
    return {
        "lesions": int(total),
        "images": len(rows),
        "points": points,
        "at_threshold": {
            "sensitivity": interval(
                float(found[:, here].sum() / total) if total else float("nan"), np.array(sensitivity)
            ),
            "false_per_image": interval(float(false[:, here].mean()), np.array(drawn_false)),
        },
    }


def _matched(
    called: NDArray[np.bool_], labelled: NDArray[Any], area: NDArray[np.int64], *, smallest_px: int
) -> tuple[int, int]:
    """Lesions found and false regions of one mask. `labelled`: lesion number of each pixel, 0 none."""
    if not called.any():
        return 0, 0
    count, regions = cv2.connectedComponents(called.view(np.uint8), connectivity=8)
    size = np.bincount(regions.ravel(), minlength=count)
    on_lesions = np.bincount(regions[labelled > 0], minlength=count)
    counts = size >= smallest_px
    counts[0] = False
    hits = counts & (on_lesions >= SHARED * size)
    covered = np.bincount(labelled[hits[regions]], minlength=len(area) + 1)[1:]
    return int((covered >= SHARED * area).sum()), int((counts & ~hits).sum())
