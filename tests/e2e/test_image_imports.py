"""Photographs as a clinic sends them: in a zip archive, named by patient and eye, writing in the corners."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import own_pictures
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique
from tests.e2e.steps import IMPORT_S, pixels

SIDE = 600
CORNER = (slice(SIDE * 96 // 100, SIDE), slice(0, SIDE // 5))  # where phantoms say that they are synthetic


@pytest.fixture
def code() -> str:
    """The patient's code."""
    return unique("K7")


@pytest.fixture
def files(tmp_path: Path, code: str) -> list[Path]:
    """Both eyes of a patient, one in a zip archive, and a note that is no picture beside it."""
    right, left = tmp_path / f"{code}_OD.png", tmp_path / f"{code}_OS.png"
    for seed, file in ((81, right), (82, left)):
        own_pictures.write_phantom(file, side=SIDE, seed=seed)
        file.write_bytes(own_pictures.marked(file.read_bytes(), code))
    with zipfile.ZipFile(tmp_path / "camera.zip", "w") as archive:
        archive.write(left, f"2026/{left.name}")
        archive.writestr("2026/broken.jpg", b"\xff\xd8\xff no more of it")
    return [right, tmp_path / "camera.zip"]


def shown(page: Page, image: int) -> bool:
    """Whether the corner of an image's picture shows any writing."""
    answer = page.request.get(f"/api/images/{image}/picture/original/")
    assert answer.ok, answer.status
    return bool(pixels(answer.body())[CORNER][..., :3].max() > 100)


def test_a_zip_comes_in_by_the_pattern_and_its_writing_is_blanked(
    people: People, fovea: LiveFovea, code: str, files: list[Path]
) -> None:
    page = people.page("admin", "/imports/new")
    page.locator("input[type=file]").first.set_input_files(files)
    page.get_by_label("What file names tell").fill("{patient}_{eye}")
    preview = page.get_by_role("row", name=f"{code}_OD.png {code} Right eye (OD)")
    expect(preview).to_be_visible()
    expect(page.get_by_text("All 1 name fits.")).to_be_visible()

    page.get_by_role("button", name="Import 2 files").click()
    page.wait_for_url(re.compile(r"/imports/\d+$"))
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Succeeded with 1 problem", timeout=IMPORT_S * 1000)
    expect(page.get_by_text("Added: 2 images; 1 problem")).to_be_visible()
    expect(page.locator("tr[data-problem]", has_text="broken.jpg")).to_be_visible()

    (patient,) = fovea.get(f"/api/patients/?search={code}")["results"]
    images = {one["eye"]: one["id"] for one in patient["images"]}
    assert set(images) == {"OD", "OS"}

    writing = page.get_by_role("region", name=re.compile("Writing in the corners"))
    expect(writing.get_by_text("to decide")).to_have_count(2)
    assert shown(page, images["OD"])
    writing.get_by_role("button", name="Blank it").first.click()
    expect(writing.get_by_text("blanked", exact=True)).to_be_visible()
    assert [shown(page, images[eye]) for eye in ("OD", "OS")] == [False, True]

    page.get_by_role("link", name="To the patients").click()
    expect(page.get_by_role("link", name=code, exact=True)).to_be_visible()
    expect(page.get_by_role("checkbox", name=re.compile("^Select (?!all)"))).to_have_count(1)
