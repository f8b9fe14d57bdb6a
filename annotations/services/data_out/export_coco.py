"""COCO out: one JSON of images, categories and annotations, written piece by piece.

COCO's outlines run along the edges of pixels. A region without holes becomes the outlines of its parts,
exact to the pixel; one with holes becomes run lengths. Both cover what the mask covers, border included.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

import numpy as np

from annotations.models import LabelSet, LesionClass, Region
from annotations.selectors import regions_of
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, named
from annotations.services.data_out.export_masks import classes_in_order
from core.one_person import one_person_site
from imaging.masks import rasterize
from imaging.pixel_edges import edge_outlines, run_lengths
from imaging.shapes import moved, shape_from_json

MOST_CORNERS = 4_000  # of one outline; longer ones are shorter as run lengths


def export_coco(
    *,
    label_sets: Sequence[LabelSet],
    out: IO[str],
    progress: Progress,
    names: Mapping[int, str] | None = None,
) -> ExportReport:
    """Write what was labelled as COCO. `classes_looked_for` of an image tells absent from unknown."""
    report = ExportReport(files=1)
    images = named(label_sets, report=report, given=names)
    classes = classes_in_order(label_sets[0].image.project)
    looked_for = {code for one in label_sets for code in one.classes_looked_for}
    category_of = {one.pk: number for number, one in enumerate(classes, start=1)}
    info = {"description": "Fovea", "one_person_operation": one_person_site()}
    out.write(f'{{"info": {json.dumps(info)},\n"categories": ')
    _write_list(out, (_category(category_of[one.pk], one) for one in classes if one.code in looked_for))
    out.write(',\n"images": ')
    _write_list(out, (_image(number, *image) for number, image in enumerate(images, start=1)))
    out.write(',\n"annotations": ')
    _write_list(out, _annotations(images, category_of, report, progress))
    out.write("}\n")
    return report


def _annotations(
    images: Sequence[tuple[str, LabelSet]],
    category_of: dict[int, int],
    report: ExportReport,
    progress: Progress,
) -> Iterator[dict[str, Any]]:
    for number, (name, label_set) in enumerate(images, start=1):
        progress(number - 1, len(images), name)
        report.images += 1
        for region in regions_of(label_set):
            drawn = _drawn(region, height=label_set.image.height, width=label_set.image.width)
            if drawn is None:
                report.note("outside", name, "A region covers no pixel of its image; it was left out.")
                continue
            report.regions += 1
            said = {"attributes": region.attributes} if region.attributes else {}
            yield {
                "id": report.regions,
                "image_id": number,
                "category_id": category_of[region.lesion_class_id],
                **drawn,
                "iscrowd": 0,
                **said,
            }
    progress(len(images), len(images), f"{report.regions:,} regions written")


def _drawn(region: Region, *, height: int, width: int) -> dict[str, Any] | None:
    """Segmentation, area and box of what a region covers; None when that is nothing."""
    shape = shape_from_json(region.shape, region.geometry)
    first_x, first_y, last_x, last_y = shape.bounds()
    left, top = max(0, math.floor(first_x)), max(0, math.floor(first_y))
    right, bottom = min(width, math.floor(last_x) + 1), min(height, math.floor(last_y) + 1)
    if left >= right or top >= bottom:
        return None
    part = rasterize([moved(shape, -left, -top)], height=bottom - top, width=right - left)
    rows, columns = np.nonzero(part)
    if not rows.size:
        return None
    x, y = int(columns.min()), int(rows.min())
    outlines = edge_outlines(part)
    if outlines is None or sum(map(len, outlines)) > MOST_CORNERS:
        whole = np.zeros((height, width), np.bool_)
        whole[top:bottom, left:right] = part
        segmentation: Any = {"size": [height, width], "counts": run_lengths(whole)}
    else:
        segmentation = [[n for cx, cy in ring for n in (cx + left, cy + top)] for ring in outlines]
    return {
        "segmentation": segmentation,
        "area": int(rows.size),
        "bbox": [x + left, y + top, int(columns.max()) - x + 1, int(rows.max()) - y + 1],
    }


def _category(number: int, one: LesionClass) -> dict[str, Any]:
    return {"id": number, "name": one.name, "supercategory": "lesion", "code": one.code}


def _image(number: int, name: str, label_set: LabelSet) -> dict[str, Any]:
    return {
        "id": number,
        "file_name": name,
        "width": label_set.image.width,
        "height": label_set.image.height,
        "classes_looked_for": label_set.classes_looked_for,
    }


def _write_list(out: IO[str], items: Iterable[dict[str, Any]]) -> None:
    out.write("[")
    for number, item in enumerate(items):
        out.write(",\n" if number else "\n")
        out.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")))
    out.write("\n]")
