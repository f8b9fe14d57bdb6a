"""Masks out: `<stem>_<CLASS>.png`, 1 bit, or one indexed `<stem>.png` per image, at the image's own size."""

import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np

from annotations.models import LabelSet, LesionClass, Project
from annotations.selectors import regions_of
from annotations.services.data_in.mask_files import LOOKED_FOR, MEANING
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, named
from annotations.services.data_out.export_sinks import Sink
from imaging.arrays import BoolMask, GrayImage
from imaging.mask_codec import encode_indices, encode_mask
from imaging.masks import rasterize
from imaging.shapes import Shape, shape_from_json


def export_masks(
    *, label_sets: Sequence[LabelSet], indexed: bool, sink: Sink, progress: Progress
) -> ExportReport:
    """Write the masks of each label set: of every class that was looked for, empty where it is absent."""
    report = ExportReport()
    writer = _Indexed(sink, label_sets, report) if indexed else _PerClass(sink, report)
    for done, (name, label_set) in enumerate(named(label_sets, report=report, by_stem=True)):
        progress(done, len(label_sets), name)
        shapes = _shapes_of(label_set)
        height, width = label_set.image.height, label_set.image.width
        masks = {code: rasterize(some, height=height, width=width) for code, some in shapes.items()}
        writer.write(PurePath(name).stem, masks)
        report.images += 1
        report.regions += sum(map(len, shapes.values()))
    writer.finish()
    progress(len(label_sets), len(label_sets), f"{report.files:,} files written")
    return report


def _shapes_of(label_set: LabelSet) -> dict[str, list[Shape]]:
    shapes: dict[str, list[Shape]] = defaultdict(list)
    for region in regions_of(label_set):
        shapes[region.lesion_class.code].append(shape_from_json(region.shape, region.geometry))
    return {code: shapes[code] for code in sorted({*label_set.classes_looked_for, *shapes})}


class _PerClass:
    def __init__(self, sink: Sink, report: ExportReport) -> None:
        self._sink, self._report = sink, report

    def write(self, stem: str, masks: dict[str, BoolMask]) -> None:
        for code, mask in masks.items():
            self._sink.write(f"{stem}_{code}.png", encode_mask(mask))
        self._report.files += len(masks)

    def finish(self) -> None:
        """Their names say it all."""


class _Indexed:
    """One number per class in the project's order; where classes overlap, the first of them wins."""

    def __init__(self, sink: Sink, label_sets: Sequence[LabelSet], report: ExportReport) -> None:
        self._sink, self._report = sink, report
        self._classes = classes_in_order(label_sets[0].image.project) if label_sets else []
        self._looked_for: dict[str, list[str]] = {}

    def write(self, stem: str, masks: dict[str, BoolMask]) -> None:
        some = next(iter(masks.values()))
        indices: GrayImage = np.zeros(some.shape, np.uint8)
        hidden = 0
        for number, one in self._numbered():
            if one.code in masks:
                hidden += int((masks[one.code] & (indices != 0)).sum())
                indices[masks[one.code] & (indices == 0)] = number
        if hidden:
            self._report.note(
                "overlap",
                f"{stem}.png",
                f"Classes overlap in {hidden:,} pixels; one number can't say so, the first class was taken.",
            )
        palette = [(0, 0, 0), *(_rgb(one.color) for one in self._classes)]
        self._sink.write(f"{stem}.png", encode_indices(indices, palette=palette))
        self._looked_for[stem] = sorted(masks)
        self._report.files += 1

    def finish(self) -> None:
        """Say what the numbers mean, and which classes were looked for in each image."""
        numbers = {"0": "background"} | {str(number): one.code for number, one in self._numbered()}
        for name, said in ((MEANING, numbers), (LOOKED_FOR, self._looked_for)):
            self._sink.write(name, json.dumps(said, indent=1).encode() + b"\n")
            self._report.files += 1

    def _numbered(self) -> list[tuple[int, LesionClass]]:
        return list(enumerate(self._classes, start=1))


def classes_in_order(project: Project) -> list[LesionClass]:
    """A project's lesion classes as it orders them, hemorrhage first."""
    return list(project.lesion_classes.order_by("position", "code"))


def _rgb(color: str) -> tuple[int, int, int]:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
