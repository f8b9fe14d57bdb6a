"""What a VIA file's labels and names mean: attributes and options guessed, images found."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotations.models import FundusImage, Project, Region
from annotations.services.data_in.image_names import names_in
from annotations.services.via.import_via import class_table
from annotations.services.via.via_mapping import ViaMapping
from annotations.services.via.via_preview import preview_via
from tests.annotations import via_writers as via
from tests.annotations.conftest import run_command
from tests.annotations.test_via_files import HE, NAME, RECT, bring_in, images_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(project: Project) -> FundusImage:
    images_named(project, {NAME})
    return FundusImage.objects.get()


def test_options_of_a_project_are_guessed_by_what_it_calls_them(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    options = {"1": "Hémorragie", "2": "hard exudate ", "3": ""}
    regions: via.Regions = [(RECT, {"Abnormality": number}) for number in ("1", "2", "3")]
    text = via.via_2_project(NAME, regions, options=options)
    path = via.written(tmp_path, text, name="project.json")

    seen = preview_via(
        path,
        title=path.name,
        names=names_in(project),
        classes=class_table(project),
        mapping=ViaMapping(),
    )
    report = bring_in(path, project, skip_bad_rows=True)

    found, _ = seen.attributes
    assert {(one.value, one.called, one.lesion_class) for one in found.values} == {
        ("1", "Hémorragie", "HE"),
        ("2", "hard exudate", "EX"),
        ("3", "", None),
    }
    assert [(one.code, one.row) for one in report.problems.kept] == [("unknown_class", 3)]
    there = Region.objects.order_by("id").values_list("lesion_class__code", "attributes")
    assert list(there) == [("HE", {"Abnormality": "1"}), ("EX", {"Abnormality": "2"})]


def test_a_polyline_becomes_an_outline_only_when_asked(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    line = {"name": "polyline", "all_points_x": [1, 9, 9, 1], "all_points_y": [1, 1, 9, 1]}
    path = via.written(tmp_path, via.via_2_json(NAME, [(line, HE)]), name="via.json")

    refused = bring_in(path, project)
    closed = bring_in(path, project, close_polylines=True)

    assert [(one.code, one.row) for one in refused.problems.kept] == [("unsupported_shape", 1)]
    assert closed.regions_added == 1
    assert Region.objects.get().geometry == {"points": [[1, 1], [9, 1], [9, 9]]}


def test_the_command_line_maps_values_leaves_some_out_and_closes_polylines(
    project: Project, image: FundusImage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = {"name": "polyline", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]}
    regions: via.Regions = [(RECT, {"type": "red dot"}), (line, {"type": "a=b"}), (RECT, {"type": "vessel"})]
    path = str(via.written(tmp_path, via.via_2_json(NAME, regions), name="via.json"))
    options = ["--attribute", "type", "--map", "red dot=he", "--map", "a=b=EX", "--map", "vessel="]

    refused, _ = run_command(capsys, "import_via", path, "--map", "no equals sign")
    status, report = run_command(capsys, "import_via", path, *options, "--close-polylines")

    assert (refused, status, report["regions_added"], report["regions_left_out"]) == (1, 0, 2, 1)
    project.refresh_from_db()
    assert project.import_rules["via_labels"]["type"]["classes"] == {
        "red dot": "HE",
        "a=b": "EX",
        "vessel": "",
    }


@pytest.mark.parametrize(
    "name",
    [
        r"file://C:\Users\eye clinic\my eye.jpg",
        "file:///home/clinic/my%20eye.jpg",
        "https://clinic.example/pictures/my%20eye.jpg",
        r"D:\images\MY EYE.JPG",
        " ./2020/my eye.jpg ",
    ],
)
def test_paths_and_addresses_are_found_by_their_last_part(
    project: Project, image: FundusImage, tmp_path: Path, name: str
) -> None:
    report = bring_in(via.written(tmp_path, via.via_2_json(name, [(RECT, HE)]), name="via.json"), project)

    assert report.regions_added == 1


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"Abnormality": {"hemorrhage": True}}, "HE"),
        ({"Abnormality": {"hemorrhage": False, "exudate": True}}, "EX"),
        ({"abnormality ": "HARD_EXUDATES"}, "EX"),
        ({"Lésion": "hémorragies"}, "HE"),
        ({"lesion": "Exsudats durs"}, "EX"),
        ({"lesion": "exudado duro", "sure": "no"}, "EX"),
        ({"kind": "hemorragia", "eye": "OD"}, "HE"),
    ],
)
def test_the_attribute_and_the_class_are_guessed_in_three_languages(
    project: Project, image: FundusImage, tmp_path: Path, attributes: dict[str, Any], code: str
) -> None:
    bring_in(via.written(tmp_path, via.via_2_json(NAME, [(RECT, attributes)]), name="via.json"), project)

    region = Region.objects.get()
    assert (region.lesion_class.code, region.attributes) == (code, attributes)


def test_names_of_soft_exudates_and_microaneurysms_are_known_in_three_languages(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    project.lesion_classes.update(enabled=True)
    names = {
        "SE": [
            "soft exudate",
            "cotton-wool spots",
            "nodules cotonneux",
            "exudado blando",
            "exudados algodonosos",
        ],
        "MA": ["microaneurysms", "microanévrismes", "micro-anévrisme", "microaneurismas"],
    }
    regions = [
        ({**RECT, "x": 10 + number}, {"Abnormality": name})
        for number, name in enumerate(name for some in names.values() for name in some)
    ]

    report = bring_in(via.written(tmp_path, via.via_2_json(NAME, regions), name="via.json"), project)

    assert report.problems.kept == []
    assert Counter(Region.objects.values_list("lesion_class__code", flat=True)) == {"SE": 5, "MA": 4}


def test_an_attribute_that_no_database_takes_as_a_number_is_refused(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    text = (
        "filename,region_shape_attributes,region_attributes\n"
        f'{NAME},"{json.dumps(RECT)}","{{""Abnormality"":""hemorrhage"",""size"":1e999}}"\n'.replace(
            json.dumps(RECT), json.dumps(RECT).replace('"', '""')
        )
    )

    report = bring_in(via.written(tmp_path, text, name="via.csv"), project)

    assert [one.code for one in report.problems.kept] == ["not_a_number"]


def test_what_a_first_import_left_out_is_told_when_the_file_comes_again(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    path = via.written(
        tmp_path,
        via.via_2_json(NAME, [(RECT, HE), ({**RECT, "x": 30}, {"Abnormality": "vessel"})]),
        name="via.json",
    )
    first = bring_in(path, project, classes={"vessel": ""})

    again = bring_in(path, project, classes={"vessel": "EX"})

    assert (first.regions_added, first.regions_left_out) == (1, 1)
    assert [one.code for one in first.problems.kept] == ["left_out"]
    assert again.regions_added == 0
    assert [one.code for one in again.problems.kept] == ["already_imported", "imported_differently"]
