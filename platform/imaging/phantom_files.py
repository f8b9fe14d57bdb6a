"""Sample patients as a folder of files, in the forms that people bring their own data in."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from imaging.mask_codec import encode_mask
from imaging.phantom import NOTE, RETINA_SIDE_PX, Phantom, sample_patients

VIA_NAMES = {"HE": "hemorrhage", "EX": "exudate"}
VIA_COLUMNS = (
    "filename",
    "file_size",
    "file_attributes",
    "region_count",
    "region_id",
    "region_shape_attributes",
    "region_attributes",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleFolder:
    """Where `write_samples` put things."""

    images: Path
    masks: Path
    labels_csv: Path
    via_rectangles_csv: Path
    via_polygons_csv: Path
    image_count: int


def write_samples(
    folder: Path, *, count: int = 12, seed: int = 1, side: int = RETINA_SIDE_PX
) -> SampleFolder:
    """Write `count` synthetic patients: JPEGs, image labels, VIA rectangles and polygons, true masks.

    Labels have the columns of `manage.py import_images`; the VIA files those of `import_via`.
    """
    images, masks = folder / "images", folder / "masks"
    images.mkdir(parents=True, exist_ok=True)
    masks.mkdir(parents=True, exist_ok=True)
    labels: list[dict[str, Any]] = []
    rectangles: list[dict[str, Any]] = []
    polygons: list[dict[str, Any]] = []
    for patient in sample_patients(count=count, seed=seed, side=side):
        for phantom in patient.eyes:
            name = f"{patient.code}_{phantom.eye}.jpg"
            _write_picture(images / name, phantom)
            for code in phantom.polygons:
                if phantom.polygons[code]:
                    (masks / f"{Path(name).stem}_{code}.png").write_bytes(encode_mask(phantom.mask(code)))
            size = (images / name).stat().st_size
            labels.append(_label(name, patient.code, phantom))
            rectangles.extend(_via_rows(name, size, list(_rectangles(phantom))))
            polygons.extend(_via_rows(name, size, list(_polygons(phantom))))
    return SampleFolder(
        images=images,
        masks=masks,
        labels_csv=_write_csv(folder / "labels.csv", list(labels[0]), labels),
        via_rectangles_csv=_write_csv(folder / "via_rectangles.csv", list(VIA_COLUMNS), rectangles),
        via_polygons_csv=_write_csv(folder / "via_polygons.csv", list(VIA_COLUMNS), polygons),
        image_count=len(labels),
    )


def _write_picture(path: Path, phantom: Phantom) -> None:
    Image.fromarray(phantom.rgb).save(path, "JPEG", quality=92, subsampling=0, comment=NOTE)


def _label(name: str, patient: str, phantom: Phantom) -> dict[str, Any]:
    return {
        "file": name,
        "patient": patient,
        "eye": phantom.eye,
        "label": "dr" if phantom.has_dr else "no_dr",
        "icdr_grade": phantom.icdr_grade,
        "camera": "synthetic",
    }


def _rectangles(phantom: Phantom) -> Iterator[tuple[str, dict[str, Any]]]:
    for code in phantom.polygons:
        for rect in phantom.rects(code):
            x, y, width, height = (int(number) for number in (rect.x, rect.y, rect.width, rect.height))
            yield code, {"name": "rect", "x": x, "y": y, "width": width, "height": height}


def _polygons(phantom: Phantom) -> Iterator[tuple[str, dict[str, Any]]]:
    """Outlines; VIA knows no holes, so they come filled. A speck of a pixel or two comes as a rectangle."""
    for code, drawn in phantom.polygons.items():
        for polygon in drawn:
            points = [(int(x), int(y)) for x, y in polygon.points]
            xs, ys = [x for x, _ in points], [y for _, y in points]
            if len(set(points)) >= 3:
                yield code, {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
            else:
                size = {"width": max(xs) - min(xs) + 1, "height": max(ys) - min(ys) + 1}
                yield code, {"name": "rect", "x": min(xs), "y": min(ys), **size}


def _via_rows(name: str, size: int, shapes: list[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """VIA 2 rows of one image: one a region, or a single empty one."""
    empty: dict[str, Any] = {"filename": name, "file_size": size, "file_attributes": "{}"}
    if not shapes:
        nothing = {"region_count": 0, "region_id": 0, "region_shape_attributes": "{}"}
        yield {**empty, **nothing, "region_attributes": "{}"}
    for number, (code, shape) in enumerate(shapes):
        yield {
            **empty,
            "region_count": len(shapes),
            "region_id": number,
            "region_shape_attributes": json.dumps(shape, separators=(",", ":")),
            "region_attributes": json.dumps({"Abnormality": VIA_NAMES[code]}, separators=(",", ":")),
        }


def _write_csv(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
