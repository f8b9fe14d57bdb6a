"""Writes VIA files of every age: what the importer meets outside this project."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Regions = Sequence[tuple[dict[str, Any], dict[str, Any]]]  # shape, attributes


def via_1_json(name: str, regions: Regions, **about: Any) -> str:
    """VIA 1: regions are an object, polygons repeat their first point, photographs may stand inside."""
    return json.dumps({f"{name}9": _entry(name, {str(n): r for n, r in enumerate(_listed(regions))}, about)})


def via_2_json(name: str, regions: Regions, **about: Any) -> str:
    """VIA 2: regions are a list, and what is said of the image follows them."""
    return json.dumps({f"{name}9": _entry(name, _listed(regions), about)})


def via_2_project(name: str, regions: Regions, *, options: dict[str, str] | None = None, **about: Any) -> str:
    """A project of VIA 2, with its settings before the images and its attributes after them.

    `options` are those of `Abnormality`, by their ids.
    """
    abnormality = {"type": "radio", "options": options or {}}
    return json.dumps(
        {
            "_via_settings": {"ui": {"image": {"region_label": "__via_region_id__"}}},
            "_via_img_metadata": {f"{name}9": _entry(name, _listed(regions), about)},
            "_via_attributes": {"region": {"Abnormality": abnormality}, "file": {}},
        }
    )


ATTRIBUTES_OF_VIA_3 = {
    "1": {"aname": "Abnormality", "type": 4, "options": {"0": "hemorrhage", "1": "exudate"}},
    "2": {"aname": "Seen", "type": 2, "options": {"0": "clearly", "1": "twice"}},
    "3": {"aname": "Remark", "type": 1, "options": {"default": "none"}},
}


def via_3_project(name: str, regions: Sequence[tuple[list[float], dict[str, str]]]) -> str:
    """A project of VIA 3: numbered shapes, attributes and options; images behind views, which come last."""
    return json.dumps(
        {
            "project": {"pid": "x", "pname": "eyes", "data_format_version": "3.1.1", "vid_list": ["1"]},
            "config": {"file": {"loc_prefix": {"1": ""}}},
            "attribute": ATTRIBUTES_OF_VIA_3,
            "file": {"7": {"fid": "7", "fname": name, "type": 2, "loc": 1, "src": ""}},
            "metadata": {
                f"1_{number}": {"vid": "1", "flg": 0, "z": [], "xy": shape, "av": values}
                for number, (shape, values) in enumerate(regions)
            },
            "view": {"1": {"fid_list": ["7"]}},
        }
    )


def via_3_csv(name: str, regions: Sequence[tuple[list[float], dict[str, str]]]) -> str:
    """A CSV export of VIA 3: its header stands in lines of comment."""
    lines = [
        "# Exported using VGG Image Annotator (http://www.robots.ox.ac.uk/~vgg/software/via)",
        "# Notes:",
        f"# ATTRIBUTE = {json.dumps(ATTRIBUTES_OF_VIA_3)}",
        "# CSV_HEADER = metadata_id,file_list,flags,temporal_coordinates,spatial_coordinates,metadata",
    ]
    for number, (shape, values) in enumerate(regions):
        cells = [f"1_{number}", json.dumps([name]), "0", "[]", json.dumps(shape), json.dumps(values)]
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    return "\n".join(lines) + "\n"


def written(folder: Path, text: str, *, name: str, encoding: str = "utf-8") -> Path:
    """Write a file of the given text."""
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def _listed(regions: Regions) -> list[dict[str, Any]]:
    return [{"shape_attributes": shape, "region_attributes": attributes} for shape, attributes in regions]


def _entry(name: str, regions: Any, about: dict[str, Any]) -> dict[str, Any]:
    return {"filename": name, "size": -1, "regions": regions, "file_attributes": {}, **about}
