"""VIA files that are broken, far too large or none: refused, with the place where it broke."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotations.models import FundusImage, LabelSet, Project, Region
from annotations.services.data_in.text_files import BadTable
from annotations.services.via.json_stream import BadJson
from tests.annotations import via_writers as via
from tests.annotations.test_via_files import HE, NAME, RECT, bring_in, images_named

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(project: Project) -> FundusImage:
    images_named(project, {NAME})
    return FundusImage.objects.get()


@pytest.mark.parametrize(
    ("text", "error", "saying"),
    [
        ('{"a":', BadJson, "no valid JSON"),
        ('{"a.jpg9": NaN}', BadJson, "no valid JSON"),
        ("[1, 2]", BadJson, "no VIA annotations"),
        ('{"images": [], "annotations": []}', BadJson, "COCO"),
        ('{"project": {"pid": "x"}, "config": {}}', BadJson, "no VIA annotations"),
        ('{"a":' + "[" * 100_000, BadJson, "nests"),
        ('{"a": "' + "x" * (17 << 20), BadJson, "a text of more than"),
        ("# Exported using VIA\n# Notes:\n1,2\n", BadTable, "CSV_HEADER"),
        ("filename,region_attributes\na,b\n", BadTable, "region_shape_attributes"),
        ("filename,region_shape_attributes,region_attributes\n" + "x," * (6 << 20), BadTable, "characters"),
        ("", BadTable, "no column"),
    ],
    ids=range(11),
)
def test_a_file_that_is_none_is_refused_as_a_whole(
    project: Project, tmp_path: Path, text: str, error: type[BadTable], saying: str
) -> None:
    with pytest.raises(error, match=saying) as refused:
        bring_in(via.written(tmp_path, text, name="x.json"), project)

    assert refused.value.remedy
    assert not LabelSet.objects.exists()


def test_a_json_file_that_breaks_says_after_which_region(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    text = via.via_2_json(NAME, [(RECT, HE), (RECT, {"Abnormality": "MARK"})]).replace('"MARK"', "undefined")

    with pytest.raises(BadJson, match=r"region 1 of 'my eye\.jpg'") as refused:
        bring_in(via.written(tmp_path, text, name="x.json"), project)

    assert refused.value.detail["row"] == 2


@pytest.mark.parametrize(
    ("region", "code"),
    [
        ({"region_attributes": HE}, "malformed_json"),
        ("rect", "malformed_json"),
        ({"shape_attributes": RECT, "region_attributes": [1]}, "malformed_json"),
        ({"shape_attributes": RECT, "region_attributes": None}, "no_class"),
        ({"shape_attributes": RECT, "region_attributes": {**HE, "note": "x" * 30_000}}, "too_large"),
        (
            {"shape_attributes": RECT, "region_attributes": {"a": {"b": {"c": {"d": {"e": {"f": {}}}}}}}},
            "too_large",
        ),
        ({"shape_attributes": {**RECT, "x": [[]]}, "region_attributes": HE}, "not_a_number"),
        (
            {
                "shape_attributes": {"name": "polygon", "all_points_x": [1] * 30_000, "all_points_y": []},
                "region_attributes": HE,
            },
            "too_large",
        ),
    ],
)
def test_a_wrong_region_in_json_is_refused_by_its_number(
    project: Project, image: FundusImage, tmp_path: Path, region: Any, code: str
) -> None:
    good = {"shape_attributes": RECT, "region_attributes": HE}
    text = json.dumps({"k": {"filename": NAME, "regions": [good, region]}})

    report = bring_in(via.written(tmp_path, text, name="via.json"), project)

    assert [(one.code, one.row, one.file) for one in report.problems.kept] == [(code, 2, NAME)]
    assert not Region.objects.exists()


def test_attributes_of_an_image_that_are_far_too_many_are_refused(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    about = {str(number): "x" for number in range(3_000)}
    text = via.via_2_json(NAME, [(RECT, HE)], file_attributes=about)

    report = bring_in(via.written(tmp_path, text, name="via.json"), project)

    assert [(one.code, one.file) for one in report.problems.kept] == [("too_large", NAME)]


def test_an_image_may_be_named_after_its_regions(
    project: Project, image: FundusImage, tmp_path: Path
) -> None:
    entry = {"regions": [{"shape_attributes": RECT, "region_attributes": HE}], "filename": NAME}

    report = bring_in(via.written(tmp_path, json.dumps({"k": entry}), name="via.json"), project)

    assert report.regions_added == 1


def test_of_too_many_regions_before_the_name_of_their_image_the_rest_is_refused(
    project: Project, image: FundusImage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.services.via.via_json.MAX_WAITING_PARTS", 20)
    region = {"shape_attributes": RECT, "region_attributes": HE}
    text = json.dumps({"k": {"regions": [region] * 9, "filename": NAME}})

    report = bring_in(via.written(tmp_path, text, name="via.json"), project)

    refused = [one for one in report.problems.kept if one.is_error]
    assert [(one.code, one.row, one.file) for one in refused] == [("too_large", 3, NAME)]
    assert not Region.objects.exists()
