"""What a segmenter found in an image, as the few numbers that a classifier can learn from."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage
from inference.ml.looks import FindsLesions, Look

FACTS = ("count", "area", "largest", "mass", "quadrants")
VERSION = 1  # one more whenever a number here changes its meaning: models keep it on their cards


def fact_names(classes: Sequence[str]) -> list[str]:
    """The names of the numbers, class by class: "HE count", "HE area", …"""
    return [f"{code} {fact}" for code in classes for fact in FACTS]


def facts_of(look: Look, segmenter: FindsLesions) -> NDArray[np.float32]:
    """An image's numbers, float32 (5 x classes,), in the order of `fact_names`."""
    frame, _ = look.square(segmenter.side)
    return lesion_facts(
        look.maps(segmenter),
        frame.inside,
        levels=segmenter.thresholds,
        smallest_px=segmenter.minimum_component_px,
    )


def lesion_facts(
    maps: Mapping[str, GrayImage], inside: BoolMask, *, levels: Mapping[str, int], smallest_px: int
) -> NDArray[np.float32]:
    """Of each map uint8 (S, S): lesions counted, their area, that of the largest, all probability together
    (each in thousandths of the field of view, and as log(1 + x), for lesions range over decades), and in how
    many quadrants (0 to 4, as grading counts them) around the middle of the field of view lesions lie.
    """
    rows, columns = np.nonzero(inside)
    middle = (float(columns.mean()), float(rows.mean())) if len(rows) else (0.0, 0.0)
    per_mille = 1000 / max(len(rows), 1)
    found: list[float] = []
    for code, values in maps.items():
        mask = (values >= levels[code]).view(np.uint8)
        _, _, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
        areas, places = stats[1:, cv2.CC_STAT_AREA], centroids[1:]
        kept = areas >= smallest_px
        areas, places = areas[kept], places[kept]
        scaled = [
            float(len(areas)),
            per_mille * float(areas.sum()),
            per_mille * float(areas.max(initial=0)),
            per_mille * float(values.sum(dtype=np.float64)) / 255,
        ]
        sides = (places > middle).astype(np.int64)
        found += [*np.log1p(scaled).tolist(), float(len(np.unique(sides @ np.array([1, 2]))))]
    return np.array(found, np.float32)
