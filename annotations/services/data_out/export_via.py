"""VIA files out: CSV or JSON, as VIA 2 writes and every version of it reads, written row by row.

Every shape stays what it is. VIA knows no holes: such a polygon becomes one outline that runs into each hole
and back, or several outlines, and covers the same pixels. An imported region leaves with the attributes it
came with; any other with its class under the attribute that the rest of the file uses.
"""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

from annotations.models import FundusImage, LabelSet, Region
from annotations.selectors import regions_of
from annotations.services.data_in.problems import in_short
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, named
from annotations.services.via.import_via import class_table
from annotations.services.via.via_classes import LOOKED_AT, guess_attribute
from annotations.services.via.via_rows import ViaRow, class_text
from core.spreadsheets import inert
from imaging.keyhole import without_holes
from imaging.shapes import Circle, Ellipse, Polygon, Rect, Shape, shape_from_json

COLUMNS = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
)
UNKNOWN_SIZE = -1  # of the file that VIA would show: the one that came in is not kept


class Drawn(NamedTuple):
    """One region as VIA has it."""

    shape: dict[str, Any]
    attributes: dict[str, Any]


def export_via_csv(
    *,
    label_sets: Sequence[LabelSet],
    out: IO[str],
    progress: Progress,
    names: Mapping[int, str] | None = None,
) -> ExportReport:
    """Write a VIA CSV; an image without regions gets a row as well."""
    report = ExportReport(files=1)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for name, label_set, regions in _images(label_sets, report, progress, names):
        about = [inert(name), UNKNOWN_SIZE, _cell(label_set.file_attributes), len(regions)]
        rows.writerows(
            [*about, number, _cell(one.shape), _cell(one.attributes)] for number, one in enumerate(regions)
        )
        if not regions:
            rows.writerow([*about, 0, "{}", "{}"])
    return report


def export_via_json(
    *,
    label_sets: Sequence[LabelSet],
    out: IO[str],
    progress: Progress,
    names: Mapping[int, str] | None = None,
) -> ExportReport:
    """Write the annotations JSON that VIA 2 exports and imports."""
    report = ExportReport(files=1)
    out.write("{")
    separator = ""
    for name, label_set, regions in _images(label_sets, report, progress, names):
        entry = {
            "filename": name,
            "size": UNKNOWN_SIZE,
            "regions": [
                {"shape_attributes": one.shape, "region_attributes": one.attributes} for one in regions
            ],
            "file_attributes": label_set.file_attributes,
        }
        out.write(f"{separator}\n{json.dumps(f'{name}{UNKNOWN_SIZE}', ensure_ascii=False)}: ")
        out.write(json.dumps(entry, ensure_ascii=False, separators=(",", ":")))
        separator = ","
    out.write("\n}\n")
    return report


def _images(
    label_sets: Sequence[LabelSet], report: ExportReport, progress: Progress, names: Mapping[int, str] | None
) -> Iterator[tuple[str, LabelSet, list[Drawn]]]:
    attribute = _attribute(label_sets)
    with_holes: list[str] = []
    polygons = outlines = 0
    for done, (name, label_set) in enumerate(named(label_sets, report=report, given=names)):
        progress(done, len(label_sets), name)
        regions = list(regions_of(label_set))
        drawn = [one for region in regions for one in _drawn(region, label_set.image, attribute)]
        cut = sum(bool(region.geometry.get("holes")) for region in regions)
        if cut:
            with_holes.append(name)
            polygons, outlines = polygons + cut, outlines + len(drawn) - len(regions) + cut
        report.images += 1
        report.regions += len(regions)
        yield name, label_set, drawn
    if with_holes:
        report.note(
            "holes",
            with_holes[0] if len(with_holes) == 1 else "",
            f"VIA knows no holes: polygons with holes ({polygons:,}) were written as outlines ({outlines:,}) "
            f"that cover the same pixels, in {in_short(with_holes)}.",
        )
    progress(len(label_sets), len(label_sets), f"{report.regions:,} regions written")


def _attribute(label_sets: Sequence[LabelSet]) -> str:
    """Under which attribute the imported regions of these label sets name their class."""
    imported = (
        Region.objects.filter(label_set__in=[one.pk for one in label_sets[:500]], removed_in=None)
        .filter(attributes__isnull=False)
        .values_list("attributes", flat=True)[:LOOKED_AT]
    )
    rows = (ViaRow(row=1, file="", attributes=attributes or {}) for attributes in imported)
    return guess_attribute(rows, classes=class_table(label_sets[0].image.project))


def _drawn(region: Region, image: FundusImage, attribute: str) -> Iterator[Drawn]:
    attributes = region.attributes or {}
    as_it_came = region.attributes is not None and region.origin.startswith("via:")
    if not as_it_came and not class_text(attributes, attribute):
        attributes = {attribute: region.lesion_class.name, **attributes}
    shape = shape_from_json(region.shape, region.geometry)
    plain: Sequence[Shape] = [shape]
    if isinstance(shape, Polygon):
        plain = without_holes(shape, height=image.height, width=image.width)
    for one in plain:
        yield Drawn(_as_via(one), attributes)


def _as_via(shape: Shape) -> dict[str, Any]:
    if isinstance(shape, Polygon):
        xs, ys = ([point[axis] for point in shape.points] for axis in (0, 1))
        return {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
    if isinstance(shape, Rect | Circle):
        return {"name": shape.kind, **shape.to_json()}
    return _ellipse(shape)


def _ellipse(shape: Ellipse) -> dict[str, Any]:
    said = {"name": "ellipse", **shape.to_json()}
    if not shape.theta:
        del said["theta"]  # unknown to VIA before 2.0.8
    return said


def _cell(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
