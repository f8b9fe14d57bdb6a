"""Why rows of a VIA file are refused: first what a person should mend first, told once for all its rows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from annotations.models import FundusImage, Project, Region
from tests.annotations.test_import_via import HE, POLYGON, RECT, bring_in
from tests.annotations.via_writers import via_2_json, written

pytestmark = pytest.mark.django_db

POINT = {"name": "point", "cx": 3, "cy": 4}
Write = Callable[..., Path]


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


@pytest.mark.parametrize("attributes", [{}, {"Abnormality": "freckle"}])
def test_an_unknown_image_is_told_before_the_shape_and_both_before_the_class(
    project: Project, image: FundusImage, write_via: Write, attributes: dict[str, str]
) -> None:
    name = image.source_name
    rows = [("nowhere.jpg", POINT, attributes), (name, POINT, attributes), (name, RECT, attributes)]

    report, _ = bring_in(write_via(rows), project)

    codes = [one.code for one in report.problems.kept]
    assert codes == ["unknown_file", "unsupported_shape", "unknown_class" if attributes else "no_class"]


def test_a_left_out_region_may_be_of_any_shape_and_image(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    vessel = {"Abnormality": "vessel"}
    rows = [(image.source_name, RECT, HE), ("nowhere.jpg", RECT, vessel), (image.source_name, POINT, vessel)]

    report, _ = bring_in(write_via(rows), project, options={"classes": {"vessel": ""}})

    assert (report.regions_added, report.regions_left_out, report.done) == (1, 2, True)


def test_a_reason_that_many_rows_share_is_told_once_with_all_their_numbers(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    name = image.source_name
    cell = {"Abnormality": "cell"}
    rows: list[tuple[str, Any, Any]] = [(name, RECT, cell)] * 3 + [(name, RECT, HE), (name, RECT, cell)]
    rows += [("nowhere.jpg", RECT, HE)] * 2 + [(name, {**RECT, "x": 300}, HE)] * 2

    report, batch = bring_in(write_via(rows), project)

    assert report.problems.errors == 8
    assert [(one.row, one.code) for one in report.problems.kept] == [
        (2, "unknown_class"), (7, "unknown_file"), (9, "outside_image"), (10, "outside_image"),
    ]  # fmt: skip
    cells, unknown, *_ = report.problems.kept
    assert "'cell', as 'Abnormality' says" in cells.message
    assert "4 regions: rows 2 to 4, 6" in cells.message
    assert "2 regions: rows 7 to 8" in unknown.message
    assert batch.problems.count() == 4


def test_regions_that_a_file_counts_image_by_image_are_summed_up_without_numbers(
    project: Project, many_images: Callable[..., list[FundusImage]], tmp_path: Path
) -> None:
    first, second = (one.source_name for one in many_images(2, width=100, height=80))
    cell = {"Abnormality": "cell"}
    text = via_2_json(first, [(RECT, cell)])[:-1] + ", " + via_2_json(second, [(RECT, cell)])[1:]

    report, _ = bring_in(written(tmp_path, text, name="cells.json"), project)

    (problem,) = report.problems.kept
    assert problem.message.endswith("2 regions of 2 images.")


def test_one_image_may_be_named_with_and_without_its_folders(
    project: Project, image: FundusImage, write_via: Write
) -> None:
    name = image.source_name
    rows = [
        (name, RECT, HE),
        (f"file://C:\\eyes\\{name}", POLYGON, HE),
        (f"eyes/{name}", {**RECT, "x": 40}, HE),
        (f"other/{name}", {**RECT, "x": 60}, HE),
    ]

    report, _ = bring_in(write_via(rows), project, skip_bad_rows=True)

    assert Region.objects.count() == report.regions_added == 3
    assert [(one.code, one.row) for one in report.problems.kept] == [
        ("two_names", None), ("two_names", None), ("same_image", 5),
    ]  # fmt: skip
