"""VIA CSVs in: every shape, every kind of wrong row, all rows or none, the same file again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotations.models import FundusImage, Import, LabelSet, Project, Region, Revision
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.text_files import BadTable, MissingColumn
from annotations.services.via.import_via import ViaReport
from annotations.services.via.run_via import run_via
from annotations.states import ImportKind, ImportState, LabelSetState
from tests.annotations.conftest import QUIET, VIA_COLUMNS, run_command

pytestmark = pytest.mark.django_db

HE = {"Abnormality": "hemorrhage"}
EX = {"Abnormality": "exudate"}
RECT = {"name": "rect", "x": 10, "y": 12, "width": 5, "height": 7}
POLYGON = {"name": "polygon", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]}
Write = Callable[..., Path]


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


def bring_in(path: Path, project: Project, **options: Any) -> tuple[ViaReport, Import]:
    batch = open_import(project=project, kind=ImportKind.VIA, by=None, started=True, **options)
    report = run_via(batch=batch, path=path, title=path.name, writing=QUIET)
    batch.refresh_from_db()
    return report, batch


def test_rectangles_and_polygons_become_regions_of_one_label_set_per_image(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    name = image.source_name
    path = write_via([(name, RECT, HE), (name, POLYGON, EX)])

    report, batch = bring_in(path, project)

    assert (report.regions_added, report.images, report.done) == (2, 1, True)
    label_set = LabelSet.objects.get()
    assert (label_set.state, label_set.revision, label_set.author) == (LabelSetState.SUBMITTED, 1, None)
    assert label_set.classes_looked_for == ["EX", "HE"]
    rect, polygon = label_set.regions.order_by("id")
    assert (rect.lesion_class.code, rect.shape, rect.geometry) == (
        "HE", "rect", {"x": 10, "y": 12, "width": 5, "height": 7},
    )  # fmt: skip
    assert polygon.geometry == {"points": [[1, 1], [9, 1], [9, 9]]}
    assert {rect.origin, polygon.origin} == {f"via:{batch.pk}"}
    assert Revision.objects.get().added == 2


@pytest.mark.parametrize(
    ("shape", "geometry"),
    [
        (
            {"name": "ellipse", "cx": 50, "cy": 40, "rx": 9, "ry": 4, "theta": 0.5},
            {"cx": 50, "cy": 40, "rx": 9, "ry": 4, "theta": 0.5},
        ),
        ({"name": "circle", "cx": 50, "cy": 40, "r": 3.5}, {"cx": 50, "cy": 40, "r": 3.5}),
        (
            {"name": "polygon", "all_points_x": [1, 9, 9, 1], "all_points_y": [1, 1, 9, 1]},
            {"points": [[1, 1], [9, 1], [9, 9]]},
        ),
    ],
)
def test_other_shapes_and_repeated_first_points_are_read(
    project: Project, image: FundusImage, write_via: Write, shape: Any, geometry: Any
) -> None:
    bring_in(write_via([(image.source_name, shape, HE)]), project)

    assert Region.objects.get().geometry == geometry


@pytest.mark.parametrize(
    ("shape", "attributes", "code"),
    [
        ({**RECT, "width": -5}, HE, "negative_size"),
        ({**RECT, "height": 0}, HE, "negative_size"),
        ('{"name":"rect","x":NaN,"y":1,"width":2,"height":2}', HE, "not_a_number"),
        ('{"name":"rect","x":1,"y":Infinity,"width":2,"height":2}', HE, "not_a_number"),
        ({**RECT, "x": "ten"}, HE, "not_a_number"),
        ({**RECT, "x": 1e300}, HE, "out_of_range"),
        ({"name": "rect", "x": 1, "y": 1, "width": 2}, HE, "missing_number"),
        ({"name": "polygon", "all_points_x": [1, 2], "all_points_y": [1, 2]}, HE, "too_few_points"),
        (
            {"name": "polygon", "all_points_x": [1, 1, 1, 2], "all_points_y": [1, 1, 1, 2]},
            HE,
            "too_few_points",
        ),
        ({"name": "polygon", "all_points_x": [1, 2, 3], "all_points_y": [1, 2]}, HE, "bad_geometry"),
        ({**RECT, "x": 101}, HE, "outside_image"),
        ({**RECT, "y": -60}, HE, "outside_image"),
        ({"name": "point", "cx": 3, "cy": 4}, HE, "unsupported_shape"),
        ('{"name":"rect"', HE, "malformed_json"),
        ("[1, 2]", HE, "malformed_json"),
        (RECT, '{"Abnormality":undefined}', "malformed_json"),
        (RECT, {}, "no_class"),
        (RECT, {"Label": "hemorrhage"}, "no_class"),
        (RECT, {"Abnormality": "freckle"}, "unknown_class"),
        (RECT, {"Abnormality": 7}, "unknown_class"),
        (RECT, {"Abnormality": {"hemorrhage": True, "exudate": True}}, "unknown_class"),
        ("[" * 100_000, HE, "malformed_json"),
        (RECT, '{"Abnormality":"\\u0000\\ud800"}', "unknown_class"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number_and_nothing_goes_in(
    project: Project, image: FundusImage, write_via: Write, shape: Any, attributes: Any, code: str
) -> None:
    path = write_via([(image.source_name, RECT, HE), (image.source_name, shape, attributes)])

    report, batch = bring_in(path, project)

    (problem,) = report.problems.kept
    assert (problem.code, problem.row, problem.file) == (code, 3, image.source_name)
    assert problem.message
    assert problem.remedy
    assert (report.regions_added, report.done, batch.state) == (0, False, ImportState.FAILED)
    assert not LabelSet.objects.exists()
    assert not Region.objects.exists()
    assert batch.problems.get().code == code


def test_an_unknown_file_is_refused(project: Project, image: FundusImage, write_via: Write) -> None:
    report, _ = bring_in(write_via([("nowhere.jpg", RECT, HE)]), project)

    assert [(one.code, one.row, one.file) for one in report.problems.kept] == [
        ("unknown_file", 2, "nowhere.jpg")
    ]


def test_two_images_of_one_name_are_not_guessed_between(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    twin = FundusImage.objects.get(pk=image.pk)
    twin.pk, twin.upload_sha256 = None, "f" * 64
    twin.save()

    report, _ = bring_in(write_via([(image.source_name, RECT, HE)]), project)

    assert [one.code for one in report.problems.kept] == ["ambiguous_file"]


def test_images_of_other_projects_do_not_match(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    from annotations.services.projects import create_project

    other = create_project(name="Other", slug="other", by=None)

    report, _ = bring_in(write_via([(image.source_name, RECT, HE)]), other)

    assert [one.code for one in report.problems.kept] == ["unknown_file"]


def test_a_missing_column_refuses_the_file(project: Project, image: FundusImage, write_via: Write) -> None:
    path = write_via([], columns=["filename", "region_attributes"])

    with pytest.raises(MissingColumn, match="region_shape_attributes"):
        bring_in(path, project)

    batch = Import.objects.get()
    assert (batch.state, batch.problems.get().code, batch.problems.get().row) == (
        ImportState.FAILED, "missing_column", 1,
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"filename,\x80\x81\n", b'a,"b\nc', b"a\x00b,c\n"])
def test_a_file_that_is_no_table_is_refused(project: Project, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "noise.csv"
    path.write_bytes(content)

    with pytest.raises(BadTable):
        bring_in(path, project)

    assert not LabelSet.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_crlf_and_hash_headers_are_read(
    project: Project, image: FundusImage, write_via: Write, encoding: str
) -> None:
    path = write_via(
        [(f"file://C:\\eyes\\{image.source_name.upper()}", RECT, {"abnormality": "Haemorrhage"})],
        encoding=encoding,
        lineterminator="\r\n",
        columns=["#filename", *VIA_COLUMNS[1:]],
    )

    report, _ = bring_in(path, project)

    assert report.regions_added == 1


def test_rows_without_a_region_are_passed_over(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    report, _ = bring_in(write_via([(image.source_name, "{}", "{}"), ("other.jpg", "{}", "{}")]), project)

    assert (report.rows_without_region, report.problems.errors, report.done) == (2, 0, True)
    assert not LabelSet.objects.exists()


def test_a_region_that_the_border_cuts_is_kept_as_drawn_with_a_note(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    report, _ = bring_in(write_via([(image.source_name, {**RECT, "x": -2}, HE)]), project)

    assert [(one.code, one.is_error) for one in report.problems.kept] == [("partly_outside", False)]
    assert (report.done, Region.objects.get().geometry["x"]) == (True, -2)


def test_the_same_row_twice_is_taken_once(project: Project, image: FundusImage, write_via: Write) -> None:
    report, _ = bring_in(write_via([(image.source_name, RECT, HE), (image.source_name, RECT, HE)]), project)

    assert (report.regions_added, [one.code for one in report.problems.kept]) == (1, ["duplicate_row"])


def test_shapes_at_minus_one_and_minus_two_are_two_regions(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    assert hash(-1.0) == hash(-2.0)  # what makes this worth a test
    at = [{**RECT, "x": -1}, {**RECT, "x": -2}, {**RECT, "x": -1.0}]

    report, _ = bring_in(write_via([(image.source_name, shape, HE) for shape in at]), project)

    assert report.regions_added == 2
    assert {region.geometry["x"] for region in Region.objects.all()} == {-1, -2}


def test_the_command_prints_counts_and_problems_with_rows(
    project: Project, image: FundusImage, write_via: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_via([(image.source_name, RECT, HE), (image.source_name, RECT, {})])

    status, report = run_command(capsys, "import_via", str(path))

    assert (status, report["regions_added"]) == (1, 0)
    assert {"row", "file", "code", "message"} <= set(report["problems"][0])
    assert report["problems"][0]["row"] == 3
    json.dumps(report)


def test_the_command_imports_a_folder_of_images_first(
    project: Project, pictures: Path, write_via: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_via([("a.jpg", RECT, HE), ("b.png", RECT, EX)])

    dry, foreseen = run_command(capsys, "import_via", str(path), "--images", str(pictures), "--dry-run")
    images_after_dry_run = FundusImage.objects.count()
    status, report = run_command(capsys, "import_via", str(path), "--images", str(pictures), "--accept")

    assert (dry, foreseen["regions_added"], images_after_dry_run) == (0, 2, 0)
    assert (status, report["images_added"], report["regions_added"]) == (0, 3, 2)
    assert set(LabelSet.objects.values_list("state", flat=True)) == {LabelSetState.ACCEPTED}


@pytest.mark.slow
def test_the_real_rectangles_are_8886_regions_of_54_images(
    project: Project, idrid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = idrid / "segmentation"

    status, report = run_command(
        capsys, "import_via", str(folder / "via_rectangles.csv"), "--images", str(folder / "images")
    )

    assert (status, report["regions_added"], report["images"], report["problems"]) == (0, 8886, 54, [])
