"""Files and rows that can't be imported: the page says which, why and what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from imaging.phantom_files import VIA_COLUMNS
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.steps import check_via

NOTHING_CAME_IN = "Nothing was imported: the problems below say why."
HEADER = ",".join(VIA_COLUMNS) + "\n"
RECT = {"name": "rect", "x": 100, "y": 100, "width": 40, "height": 30}
HEMORRHAGE = json.dumps({"Abnormality": "hemorrhage"})


def via_row(image: str, shape: Any, attributes: str = HEMORRHAGE) -> str:
    """One row of a VIA CSV; a shape that is text stands as it is."""
    text = shape if isinstance(shape, str) else json.dumps(shape)
    cells = [image, "1000", "{}", "1", "0", text, attributes]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


BAD_ROWS: list[tuple[str, Any, str]] = [
    ("malformed JSON", '{"name":"rect",', HEMORRHAGE),
    ("negative size", {**RECT, "width": -40}, HEMORRHAGE),
    ("not a number", '{"name":"rect","x":NaN,"y":1,"width":4,"height":4}', HEMORRHAGE),
    ("two points", {"name": "polygon", "all_points_x": [1, 9], "all_points_y": [1, 9]}, HEMORRHAGE),
    ("outside the image", {**RECT, "x": 90_000}, HEMORRHAGE),
    ("unknown class", RECT, json.dumps({"Abnormality": "unicorn"})),
]


@pytest.fixture
def image_name(fovea: LiveFovea) -> str:
    """The file name of a sample image, as VIA files name it."""
    patient = fovea.get("/api/patients/?search=SAMPLE&page_size=1")["results"][0]
    name: str = fovea.get(f"/api/images/{patient['images'][0]['id']}/")["source_name"]
    return name


def send(people: People, files: list[Path], *, via: bool) -> Page:
    """Send files through the import page, as the administrator."""
    return send_from(people.page("admin", "/imports/new"), files, via=via)


def send_from(page: Page, files: list[Path], *, via: bool) -> Page:
    """Send files from the import page that is open."""
    if via:
        page.get_by_text("VIA regions").click()
    page.locator("input[type=file]").first.set_input_files(files)
    page.get_by_role("button", name="Read the file" if via else "Import").click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    return page


def assert_reported(page: Page, *, file: str, row: str | None = None, saying: str = "") -> None:
    """A line of the problems table names the file, the row, a reason and a remedy."""
    lines = page.locator("tr[data-problem]")
    expect(lines.first).to_be_visible()
    for line in lines.all():
        cells = line.get_by_role("cell").all_inner_texts()
        if cells[1] == file and row in (None, cells[0]) and saying in cells[2]:
            assert len(cells[2]) > 10, "no reason"
            assert len(cells[3]) > 10, "no remedy"
            return
    raise AssertionError(f"{file} row {row} not in {lines.all_inner_texts()}")


def test_a_text_file_named_jpg_is_refused_by_name(people: People, fovea: LiveFovea, tmp_path: Path) -> None:
    fake = tmp_path / "really-a-letter.jpg"
    fake.write_text("Dear colleague, please find the photograph attached.")

    page = send(people, [fake], via=False)

    expect(page.get_by_text(NOTHING_CAME_IN)).to_be_visible(timeout=60_000)
    assert_reported(page, file=fake.name)
    assert fovea.count("select count(*) from annotations_fundusimage where source_name like 'really%'") == 0


def test_every_bad_row_of_a_via_file_is_named_with_reason_and_remedy(
    people: People, fovea: LiveFovea, image_name: str, tmp_path: Path
) -> None:
    before = fovea.count("select count(*) from annotations_region")
    rows = [via_row(image_name, RECT)]
    rows += [via_row(image_name, shape, attributes) for _, shape, attributes in BAD_ROWS]
    rows += [via_row("nobody-knows-me.jpg", RECT)]
    table = tmp_path / "bad.csv"
    table.write_text(HEADER + "".join(rows))

    page = send(people, [table], via=True)
    check_via(page)
    expect(page.get_by_role("button", name="Import the 1 good row")).to_be_visible(timeout=60_000)

    for number, (_, _, _) in enumerate(BAD_ROWS, start=3):
        assert_reported(page, file=image_name, row=str(number))
    assert_reported(page, file="nobody-knows-me.jpg", row=str(len(BAD_ROWS) + 3))
    assert fovea.count("select count(*) from annotations_region") == before


def test_a_csv_without_the_needed_column_is_refused(people: People, tmp_path: Path) -> None:
    table = tmp_path / "no-columns.csv"
    table.write_text("name,shape\nx.jpg,round\n")

    page, watch = people.watched("admin")
    page.goto("/imports/new")
    with watch.expecting(400):
        send_from(page, [table], via=True)
        expect(page.get_by_role("alert")).to_contain_text("no column 'filename'", timeout=60_000)


def test_a_file_that_is_no_image_by_name_is_left_out_at_once(people: People, tmp_path: Path) -> None:
    program = tmp_path / "setup.exe"
    program.write_bytes(b"MZ")
    page = people.page("admin", "/imports/new")

    page.locator("input[type=file]").first.set_input_files(program)

    expect(page.get_by_text("1 file left out")).to_be_visible()
    expect(
        page.get_by_text("no image (JPEG, PNG, TIFF, BMP, DICOM), no CSV and no zip archive")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Import")).to_be_disabled()
