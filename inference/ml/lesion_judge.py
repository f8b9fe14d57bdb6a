"""Holds a segmenter's maps against labels, image by image: pixels counted, lesions matched."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.data import Prepared
from inference.ml.engine import Segmenter
from inference.ml.evaluate import Histograms, add_histograms
from inference.ml.froc import LEVELS, RULE, LesionHits, froc_report, lesion_hits
from inference.ml.manifest import Item


class LesionJudge:
    """Takes one image's maps after the other; keeps no picture. `thresholds`: 8-bit, by class.

    `histograms`, and `patients` whose images they are, by class.
    """

    def __init__(self, classes: Sequence[str], *, thresholds: Mapping[str, int], smallest_px: int) -> None:
        self.histograms: Histograms = {name: [] for name in classes}
        self._thresholds = thresholds
        self._smallest_px = smallest_px
        self._levels = {name: tuple(sorted({*LEVELS, thresholds[name]})) for name in classes}
        self._hits: dict[str, list[LesionHits]] = {name: [] for name in classes}

    @property
    def patients(self) -> dict[str, list[str]]:
        """For each class the patients of the images where it was looked for."""
        return {name: [row.patient for row in rows] for name, rows in self._hits.items()}

    def take(self, maps: NDArray[np.uint8], prepared: Prepared, row: int, *, patient: str) -> None:
        """Add one image's maps uint8 (C, S, S) to each class that was looked for there."""
        add_histograms(self.histograms, maps, prepared, row)
        for index, name in enumerate(self.histograms):
            if prepared.known[row, index]:
                hits = lesion_hits(
                    maps[index],
                    np.ascontiguousarray(prepared.masks[row, ..., index]),
                    patient=patient,
                    levels=self._levels[name],
                    smallest_px=self._smallest_px,
                )
                self._hits[name].append(hits)

    def froc(self, *, seed: int) -> dict[str, Any]:
        """The matching `rule` and, for each of `classes`, lesions found against false alarms per image."""
        reports = {
            name: froc_report(hits, levels=self._levels[name], at=self._thresholds[name], seed=seed)
            for name, hits in self._hits.items()
            if hits
        }
        return {"rule": RULE, "classes": reports}


def judge_lesions(
    segmenter: Segmenter,
    prepared: Prepared,
    items: Sequence[Item],
    *,
    thresholds: Mapping[str, int],
    seed: int,
    told: Callable[[], None],
) -> tuple[Histograms, dict[str, Any]]:
    """From one look at each image: its histograms, and what `LesionJudge.froc` tells.

    `told` is called after each image.
    """
    judge = LesionJudge(segmenter.classes, thresholds=thresholds, smallest_px=segmenter.minimum_component_px)
    for row, item in enumerate(items):
        maps = segmenter.maps(prepared.images[row], prepared.inside[row])
        judge.take(maps, prepared, row, patient=item.patient)
        told()
    return judge.histograms, judge.froc(seed=seed)
