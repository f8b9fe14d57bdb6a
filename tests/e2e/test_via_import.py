"""A clinic's own VIA file: its labels are given a meaning, every row is checked, the good rows go in."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.annotations.via_writers import via_2_project, written
from tests.e2e import own_pictures
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique
from tests.e2e.steps import check_via

SIDE = 600
POINT = {"name": "point", "cx": 300, "cy": 300}
LINE = {"name": "polyline", "all_points_x": [300, 330, 330], "all_points_y": [300, 300, 330]}


def rect(x: int) -> dict[str, Any]:
    return {"name": "rect", "x": x, "y": 280, "width": 20, "height": 20}


def regions_of(fovea: LiveFovea, image: int) -> int:
    sets = fovea.get(f"/api/images/{image}/label-sets/")["results"]
    return sum(one["regions_count"] for one in sets)


@pytest.fixture
def own_image(fovea: LiveFovea, tmp_path: Path) -> dict[str, Any]:
    """An image that no other test labels, under a name with a blank."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    file = folder / "ojo derecho 7.png"
    own_pictures.write_phantom(file, side=SIDE, seed=4711)
    (image,) = own_pictures.bring_in(fovea, {unique("VIA"): [file]})
    return image


def test_labels_get_a_meaning_rows_are_checked_and_the_good_ones_go_in(
    people: People, fovea: LiveFovea, own_image: dict[str, Any], tmp_path: Path
) -> None:
    lesion = unique("Lesión")  # what its values mean is remembered
    red_dot, exudate = {lesion: "punto rojo", "seguro": "sí"}, {lesion: "exudados duros"}
    regions = [
        (rect(200), red_dot),
        (rect(240), exudate),
        (rect(280), {lesion: "vaso"}),
        (POINT, red_dot),
        (LINE, exudate),
    ]
    text = via_2_project(f"C:\\\\fotos\\\\{own_image['patient_code']}-ojo derecho 7.png", regions)
    page = people.page("admin", "/imports/new")
    page.get_by_text("VIA regions").click()
    page.locator("input[type=file]").first.set_input_files(written(tmp_path, text, name="clínica.json"))
    page.get_by_role("button", name="Read the file").click()

    expect(page.get_by_text("3 rectangles, 1 point and 1 polyline")).to_be_visible()
    becomes = page.get_by_role("table", name="Values and classes")
    expect(becomes.get_by_label("exudados duros becomes")).to_have_value("Hard exudate")
    for value, meaning in (("punto rojo", "Hemorrhage"), ("vaso", "Leave out")):
        becomes.get_by_label(f"{value} becomes").click()
        page.get_by_role("option", name=meaning, exact=True).click()
    page.get_by_label("Close polylines into outlines").check()
    check_via(page)

    line = page.locator("tr[data-problem=unsupported_shape]")
    expect(line.get_by_role("cell").first).to_have_text("4", timeout=60_000)
    image = own_image["id"]
    assert regions_of(fovea, image) == 0
    page.get_by_role("button", name="Import the 3 good rows").click()

    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Succeeded with 1 problem", timeout=60_000)
    assert regions_of(fovea, image) == 3
    expect(
        page.get_by_text(re.compile(f"Lesions named by {lesion}: .*punto rojo → Hemorrhage"))
    ).to_be_visible()

    page.goto("/imports/new")  # the same file again: its meanings are remembered, and nothing is new in it
    page.get_by_text("VIA regions").click()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "clínica.json")
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("combobox", name="punto rojo becomes")).to_have_value("Hemorrhage")
    check_via(page)
    expect(page.get_by_text(re.compile("3 regions of this very file are in the project"))).to_be_visible(
        timeout=60_000
    )
    assert regions_of(fovea, image) == 3
