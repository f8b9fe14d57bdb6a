from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.selectors import regions_of
from annotations.services.data_in.image_names import base_name
from annotations.services.via.via_files import plain_name, rows_of_via
from annotations.services.via.via_rows import RowRefused, class_text, read_attributes
from core.spreadsheets import inert, restored
from imaging.mask_codec import encode_mask
from imaging.masks import rasterize
from imaging.shapes import shape_from_json
from tests.annotations.conftest import SHARED, run_command
from tests.annotations.small_labels import specks

Write = Callable[..., Path]
HE = {"Abnormality": "hemorrhage", "seen by": "Ana", "size": {"large": True, "old": False}}
EX = {"Abnormality": "exudate"}
ROWS = [
    ("a.jpg", {"name": "rect", "x": 10, "y": 12, "width": 7, "height": 5}, HE),
    ("a.jpg", {"name": "circle", "cx": 40, "cy": 41.5, "r": 3}, EX),
    ("a.jpg", {"name": "ellipse", "cx": 50, "cy": 50, "rx": 9, "ry": 4, "theta": 0.5}, HE),
    ("a.jpg", {"name": "ellipse", "cx": 60, "cy": 50, "rx": 9, "ry": 4}, HE),
    ("b.png", {"name": "polygon", "all_points_x": [5, 20.5, 9], "all_points_y": [5, 6, 30]}, EX),
]


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_what_came_from_via_leaves_with_the_same_geometry_and_attributes(
    images: list[FundusImage],
    write_via: Write,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    ending: str,
) -> None:
    source, out = write_via(ROWS), tmp_path / f"out.{ending}"
    run_command(capsys, "import_via", str(source), "--accept")

    status, report = run_command(capsys, "export_via", str(out))
    differs, diff = run_command(capsys, "diff_via", str(source), str(out))
    again, second = run_command(capsys, "import_via", str(out), "--accept")

    assert (status, report["regions"], report["images"], report["problems"]) == (0, 5, 2, [])
    assert (differs, diff["same"], diff["differences"]) == (0, True, [])
    assert (again, second["regions_added"]) == (0, 5)
    assert region_values("via.csv") == region_values(out.name)


def region_values(title: str) -> list[tuple[Any, ...]]:
    regions = Region.objects.filter(label_set__source_title=title).order_by("label_set__image", "id")
    return [
        (one.label_set.image_id, one.lesion_class.code, one.shape, one.geometry, one.attributes)
        for one in regions.select_related("label_set", "lesion_class")
    ]


def test_a_diff_names_every_difference_and_fails(
    images: list[FundusImage], write_via: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = [*ROWS[:3], ("a.jpg", ROWS[3][1], EX), ("c.tif", "{}", "{}")]

    status, diff = run_command(
        capsys, "diff_via", str(write_via(ROWS)), str(write_via(changed, "changed.csv"))
    )

    assert (status, diff["same"], diff["count"]) == (1, False, 4)
    told = {(one["file"], one["only_in"], one["row"]) for one in diff["differences"]}
    assert told == {("a.jpg", "A", 5), ("a.jpg", "B", 5), ("b.png", "A", 6), ("c.tif", "B", None)}


def test_the_order_and_writing_of_a_file_make_no_difference(
    write_via: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    other = [(f"photos/{name}", shape, about) for name, shape, about in reversed(ROWS)]
    other[-1] = ("a.jpg", '{ "height": 5.0, "name": "rect", "x": 10, "y": 12, "width": 7 }', HE)

    status, diff = run_command(
        capsys, "diff_via", str(write_via(ROWS)), str(write_via(other, "other.csv", encoding="utf-16"))
    )

    assert (status, diff["differences"]) == (0, [])


def test_a_repeated_region_counts_as_often_as_it_stands_there(
    write_via: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = write_via([*ROWS, ROWS[0], ROWS[0]], "twice.csv")

    status, diff = run_command(capsys, "diff_via", str(write_via(ROWS)), str(twice))

    assert (status, diff["count"]) == (1, 2)


def test_file_attributes_that_can_not_be_read_are_a_difference(
    write_via: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_via(ROWS)
    torn = tmp_path / "torn.csv"
    with good.open(newline="", encoding="utf-8-sig") as source, torn.open("w", newline="") as out:
        rows = list(csv.DictReader(source))
        rows[0]["file_attributes"] = '{"caption": '
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)

    status, diff = run_command(capsys, "diff_via", str(good), str(torn))

    assert (status, diff["count"]) == (1, 1)
    assert diff["differences"][0]["content"].startswith("file attributes unreadable: ")
    assert run_command(capsys, "diff_via", str(torn), str(torn))[0] == 0


def test_what_was_drawn_or_traced_leaves_with_its_class(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a_EX.png").write_bytes(encode_mask(specks(1)))
    (tmp_path / "masks" / "b_EX.png").write_bytes(encode_mask(np.zeros((100, 120), np.bool_)))
    run_command(capsys, "import_masks", str(tmp_path / "masks"), "--accept")
    out = tmp_path / "out.csv"

    status, report = run_command(capsys, "export_via", str(out))
    run_command(capsys, "import_via", str(out), "--accept")

    assert (status, report["images"]) == (0, 2)
    assert {problem["code"] for problem in report["problems"]} == {"holes"}
    with out.open(newline="") as file:
        empty = [row for row in csv.DictReader(file) if row["filename"] == "b.png"]
    assert [(row["region_count"], row["region_shape_attributes"]) for row in empty] == [("0", "{}")]
    back = LabelSet.objects.get(source_title="out.csv")
    shapes = [shape_from_json(one.shape, one.geometry) for one in regions_of(back)]
    assert np.array_equal(rasterize(shapes, height=100, width=120), specks(1))


def test_attributes_of_files_are_kept(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    entry = {
        "filename": "a.jpg",
        "size": 12,
        "regions": [{"shape_attributes": ROWS[0][1], "region_attributes": HE}],
        "file_attributes": {"caption": "left eye, é"},
    }
    source.write_text(json.dumps({"a.jpg12": entry}))
    run_command(capsys, "import_via", str(source), "--accept")

    run_command(capsys, "export_via", str(out))
    status, diff = run_command(capsys, "diff_via", str(source), str(out))

    assert (status, diff["differences"]) == (0, [])
    assert json.loads(out.read_text())["a.jpg-1"]["file_attributes"] == entry["file_attributes"]


def test_attributes_of_a_file_without_regions_are_kept_and_teach_nothing(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = tmp_path / "in.json", tmp_path / "out.json"
    regions = [{"shape_attributes": ROWS[0][1], "region_attributes": HE}]
    source.write_text(
        json.dumps(
            {
                "a": {"filename": "a.jpg", "regions": regions, "file_attributes": {}},
                "b": {"filename": "b.png", "regions": [], "file_attributes": {"caption": "blurred"}},
            }
        )
    )
    run_command(capsys, "import_via", str(source), "--accept")

    _, report = run_command(capsys, "export_via", str(out))
    status, diff = run_command(capsys, "diff_via", str(source), str(out))
    _, masks = run_command(capsys, "build_masks")

    assert (report["images"], status, diff["differences"]) == (2, 0, [])
    assert LabelSet.objects.get(image__source_name="b.png").classes_looked_for == []
    assert masks["masks"] == 2  # of a.jpg: nobody looked for anything in b.png


def test_a_name_that_looks_like_a_formula_leaves_inert_and_comes_back(
    images: list[FundusImage], write_via: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "=HYPERLINK(1).jpg"
    FundusImage.objects.filter(source_name="a.jpg").update(source_name=name)
    run_command(capsys, "import_via", str(write_via([(name, *ROWS[0][1:])])), "--accept")
    out = tmp_path / "out.csv"

    run_command(capsys, "export_via", str(out))
    status, report = run_command(capsys, "import_via", str(out), "--accept")

    with out.open(newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert f"'{name}" in cells
    assert not any(cell.startswith(("=", "+", "@", "\t", "\r")) for cell in cells)
    assert (status, report["regions_added"]) == (0, 1)


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\t=1", "\r", "'=1", "''-x", "a=1", "'a", "", "'"]
)
def test_cells_are_made_inert_and_restored(text: str) -> None:
    cell = inert(text)

    assert restored(cell) == text
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


def real_files() -> list[Path]:
    folder = SHARED / "via"
    return [path for path in sorted(folder.glob("*")) if path.suffix in (".csv", ".json")]


@pytest.mark.slow
@pytest.mark.parametrize("path", real_files(), ids=lambda path: path.name[:24])
@pytest.mark.parametrize("ending", ["csv", "json"])
def test_real_files_come_back_as_they_went_in(
    project: Project,
    many_images: Callable[..., list[FundusImage]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    path: Path,
    ending: str,
) -> None:
    """All that the importer takes: what it refuses is told by its own tests."""
    source = tmp_path / f"in{path.suffix}"
    shutil.copy(path, source)
    names, values = mentioned(source)
    images = many_images(len(names), width=9_000, height=9_000)
    for image, name in zip(images, sorted(names), strict=True):
        image.source_name = name
    FundusImage.objects.bulk_update(images, ["source_name"])
    attribute = next(iter(values), "")
    maps = [f"--map={value}=HE" for value in (*values.get(attribute, ()), "")]
    how = ["--accept", "--skip-bad-rows", f"--attribute={attribute}", *maps]

    _, first = run_command(capsys, "import_via", str(source), *how)
    if not first.get("regions_added"):
        pytest.skip("nothing of it is a region of a photograph")
    out = tmp_path / f"out.{ending}"
    run_command(capsys, "export_via", str(out))
    _, diff = run_command(capsys, "diff_via", str(source), str(out))
    _, second = run_command(capsys, "import_via", str(out), *how)

    assert second["regions_added"] == first["regions_added"]
    assert region_values(source.name) == region_values(out.name)
    refused = first["errors"] + sum(one["code"] == "duplicate_row" for one in first["problems"])
    assert [one for one in diff["differences"] if one["only_in"] == "B"] == []
    assert diff["count"] <= refused + len(names)


def mentioned(path: Path) -> tuple[set[str], dict[str, set[str]]]:
    """The images that a file names, and the values of each attribute."""
    names: set[str] = set()
    values: dict[str, set[str]] = {}
    for row in rows_of_via(path, title=path.name):
        if row.file:
            names.add(base_name(plain_name(row.file)))
        try:
            attributes = read_attributes(row.attributes)
        except RowRefused:
            continue
        for name in attributes:
            values.setdefault(name, set()).add(class_text(attributes, name))
    return names, values
