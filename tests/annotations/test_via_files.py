"""VIA files of every version and form: what they hold comes in, attributes too; what can't says why."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotations.models import Exam, FundusImage, LabelSet, Patient, Project, Region
from annotations.services.data_in.imports import open_import
from annotations.services.via.import_via import ViaReport
from annotations.services.via.run_via import run_via
from annotations.services.via.via_files import rows_of_via
from annotations.states import ImportKind
from tests.annotations import via_writers as via
from tests.annotations.conftest import QUIET, SHARED

pytestmark = pytest.mark.django_db

HE = {"Abnormality": "hemorrhage"}
RECT = {"name": "rect", "x": 10, "y": 12, "width": 5, "height": 7}
NAME = "my eye.jpg"


def images_named(project: Project, names: set[str], *, width: int = 100, height: int = 80) -> None:
    """Images without files that go by these names."""
    exam = Exam.objects.create(patient=Patient.objects.create(project=project, code="P"))
    FundusImage.objects.bulk_create(
        FundusImage(
            project=project,
            exam=exam,
            source_name=name,
            upload_sha256=f"{number:064d}",
            sha256="0" * 64,
            file="none",
            content_type="image/jpeg",
            size_bytes=1,
            width=width,
            height=height,
        )
        for number, name in enumerate(sorted(names))
    )


@pytest.fixture
def image(project: Project) -> FundusImage:
    images_named(project, {NAME})
    return FundusImage.objects.get()


def bring_in(path: Path, project: Project, *, skip_bad_rows: bool = False, **options: Any) -> ViaReport:
    batch = open_import(
        project=project,
        kind=ImportKind.VIA,
        by=None,
        started=True,
        skip_bad_rows=skip_bad_rows,
        options=options,
    )
    return run_via(batch=batch, path=path, title=path.name, writing=QUIET)


# File, shapes that come in, and how many rows are refused for which reason.
REAL_FILES = [
    ("BlueTurtle01__FlaskPetri__via_region_data.json", {"polygon": 30}, {}),
    ("Lloydy2__csrnet__via_export_json.json", {}, {"unsupported_shape": 7898}),
    (
        "VIA-unit-test__index-file-2740452283__csv_import_string.csv",
        {"ellipse": 3, "rect": 2, "circle": 1, "polygon": 1},
        {"unsupported_shape": 5},
    ),
    ("VIA3__index-file-37591152020__docstring_excerpt.csv", {}, {"not_a_picture": 1}),
    ("ashithvl__ColorsDataset__data~via_region_data.csv", {}, {"unsupported_shape": 144}),
    ("egutierrezc93__example_data__via_export_csv.csv", {"rect": 18}, {}),
    ("egutierrezc93__example_data__via_export_json.json", {"rect": 18}, {}),
    ("min20120907__MaskRCNN-w-cell__via_region_data.json", {"polygon": 181}, {}),
    ("mjirik__gbmseg__data~via_export_csv.csv", {"polygon": 13}, {}),
    ("shiibashi__board_ocr__annotation_data~via_project_video_2020-03-18_11700.json", {"rect": 272}, {}),
    ("techiexplorer__cardamagedetectquaxon__customImages~val~via_region_data.json", {"polygon": 19}, {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "shapes", "refused"), REAL_FILES, ids=lambda value: str(value)[:20])
def test_every_real_file_comes_in_or_is_refused_row_by_row(
    project: Project, name: str, shapes: dict[str, int], refused: dict[str, int]
) -> None:
    path = SHARED / "via" / name
    if not path.is_file():
        pytest.skip(f"no real VIA files: {path.parent} is absent")
    images_named(project, {row.file for row in rows_of_via(path, title=name)}, width=9_000, height=9_000)

    report = bring_in(path, project, skip_bad_rows=True, attribute="", classes={"": "HE"})

    assert Counter(Region.objects.values_list("shape", flat=True)) == shapes
    errors = [problem for problem in report.problems.kept if problem.is_error]
    assert Counter(problem.code for problem in errors) == refused
    assert all(problem.row is not None and problem.file and problem.remedy for problem in errors)
    again = bring_in(path, project, skip_bad_rows=True, attribute="", classes={"": "HE"})
    assert (again.regions_added, again.regions_skipped) == (0, sum(shapes.values()))
    assert any(problem.code == "already_imported" for problem in again.problems.kept) == bool(shapes)


def test_every_real_file_is_listed_here() -> None:
    if not (SHARED / "via").is_dir():
        pytest.skip(f"no real VIA files: {SHARED / 'via'} is absent")

    assert {path.name for path in (SHARED / "via").iterdir()} == {name for name, *_ in REAL_FILES} | {
        "README.md"
    }


@pytest.mark.parametrize("write", [via.via_1_json, via.via_2_json, via.via_2_project])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_of_every_age_gives_the_same_regions(
    project: Project, image: FundusImage, tmp_path: Path, write: Callable[..., str], encoding: str
) -> None:
    closed = {"name": "polygon", "all_points_x": [1, 9, 9, 1], "all_points_y": [1, 1, 9, 1]}
    text = write(NAME, [(RECT, {**HE, "note": "près"}), (closed, HE)], file_attributes={"caption": "£"})

    report = bring_in(via.written(tmp_path, text, name="via.json", encoding=encoding), project)

    assert (report.regions_added, report.rows, report.problems.kept) == (2, 2, [])
    rect, polygon = Region.objects.order_by("id")
    assert (rect.geometry, rect.attributes) == (
        {"x": 10, "y": 12, "width": 5, "height": 7},
        {"Abnormality": "hemorrhage", "note": "près"},
    )
    assert polygon.geometry == {"points": [[1, 1], [9, 1], [9, 9]]}
    assert LabelSet.objects.get().file_attributes == {"caption": "£"}


VIA_3_SHAPES = [
    ([2, 10, 20, 5, 8], "rect", {"x": 10, "y": 20, "width": 5, "height": 8}),
    ([3, 50, 40, 3.5], "circle", {"cx": 50, "cy": 40, "r": 3.5}),
    ([4, 50, 40, 9, 4], "ellipse", {"cx": 50, "cy": 40, "rx": 9, "ry": 4, "theta": 0}),
    ([7, 1, 1, 9, 1, 9, 9], "polygon", {"points": [[1, 1], [9, 1], [9, 9]]}),
    ([8, 5, 9, 1, 4, 9, 6, 3, 2], "rect", {"x": 1, "y": 2, "width": 8, "height": 7}),
    ([9, 10, 5, 5, 10, 0, 5], "circle", {"cx": 5, "cy": 5, "r": 5}),
]


@pytest.mark.parametrize("write", [via.via_3_project, via.via_3_csv])
def test_numbered_shapes_and_options_of_via_3_are_spelled_out(
    project: Project, image: FundusImage, tmp_path: Path, write: Callable[..., str]
) -> None:
    values = {"1": "1", "2": "0,1", "3": "faint"}
    text = write(NAME, [(shape, values) for shape, _, _ in VIA_3_SHAPES])

    report = bring_in(via.written(tmp_path, text, name="via3"), project)

    assert report.problems.kept == []
    found = list(Region.objects.order_by("id"))
    assert [(one.shape, one.geometry) for one in found] == [
        (kind, numbers) for _, kind, numbers in VIA_3_SHAPES
    ]
    assert found[0].lesion_class.code == "EX"
    assert found[0].attributes == {
        "Abnormality": "exudate",
        "Seen": {"clearly": True, "twice": True},
        "Remark": "faint",
    }


@pytest.mark.parametrize("write", [via.via_3_project, via.via_3_csv])
@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ([1, 5, 5], "unsupported_shape"),
        ([5, 1, 1, 9, 9], "unsupported_shape"),
        ([6, 1, 1, 9, 9, 9, 1], "unsupported_shape"),
        ([2, 10, 20, 5], "bad_geometry"),
        ([7, 1, 1, 9], "bad_geometry"),
        ([9, 0, 0, 1, 1, 2, 2], "bad_geometry"),
        ([12, 1, 1], "unknown_shape"),
        (["two", 1, 1], "unknown_shape"),
    ],
)
def test_shapes_of_via_3_that_cannot_come_in_say_why(
    project: Project, image: FundusImage, tmp_path: Path, write: Callable[..., str], shape: Any, code: str
) -> None:
    text = write(NAME, [([2, 10, 20, 5, 8], {"1": "0"}), (shape, {"1": "0"})])

    report = bring_in(via.written(tmp_path, text, name="via3"), project)

    row = 6 if write is via.via_3_csv else 2
    assert [(one.code, one.row, one.file) for one in report.problems.kept] == [(code, row, NAME)]
    assert not Region.objects.exists()


def test_a_table_with_region_ids_of_text_keeps_what_it_says_of_the_image(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    def cell(value: Any) -> str:
        return '"' + json.dumps(value).replace('"', '""') + '"'

    table = (
        "#filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes\n"
        f"{NAME},-1,{cell({'camera': 'A, B'})},1,left one,{cell(RECT)},{cell(HE)}\n"
    )

    report = bring_in(via.written(tmp_path, table, name="via.csv"), project)

    assert report.regions_added == 1
    assert LabelSet.objects.get().file_attributes == {"camera": "A, B"}


def test_a_table_that_a_spreadsheet_saved_with_semicolons_is_read(
    project: Project, image: FundusImage, write_via: Callable[..., Path]
) -> None:
    path = write_via([(NAME, RECT, HE)])
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)

    assert bring_in(path, project).regions_added == 1


def test_a_turned_ellipse_stays_turned(project: Project, image: FundusImage, tmp_path: Path) -> None:
    ellipse = {"name": "ellipse", "cx": 50, "cy": 40, "rx": 9.5, "ry": 4, "theta": -0.7}

    bring_in(via.written(tmp_path, via.via_2_json(NAME, [(ellipse, HE)]), name="via.json"), project)

    assert Region.objects.get().geometry == {"cx": 50, "cy": 40, "rx": 9.5, "ry": 4, "theta": -0.7}
