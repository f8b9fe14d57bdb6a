"""Labels out and in again: an export is started, followed, downloaded and imported, all in the browser."""

import re
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from imaging.mask_codec import decode_mask
from tests.e2e.browser import go
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea

MADE_S = 120.0


def test_masks_are_exported_downloaded_and_imported_again(
    people: People, fovea: LiveFovea, tmp_path: Path
) -> None:
    page = people.page("admin", "/exports")

    page.get_by_label("Masks", exact=True).check()
    with page.expect_response(lambda answer: answer.request.method == "POST") as asked:
        page.get_by_role("button", name="Export", exact=True).click()
    row = page.locator(f"tr[data-export='{asked.value.json()['id']}']")
    expect(row).to_have_attribute("data-ready", "true", timeout=MADE_S * 1000)
    expect(row).to_contain_text(re.compile(r"[\d,]+ regions of \d+ images"))
    with page.expect_download() as waiting:
        row.get_by_role("link", name=re.compile("^Download")).click()
    archive = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(archive)

    export = fovea.get("/api/exports/")["results"][0]
    assert archive.name == export["file_name"]
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
        assert len(names) == export["report"]["files"]
        assert any(decode_mask(content.read(name)).any() for name in names)
        # Other tests bring in pictures that are called like those of the first sample patients.
        alone = [name for name in names if re.match(r"SAMPLE-(0[5-9]|1)", name)]
        content.extractall(tmp_path / "masks", members=alone[:4])

    go(page, "Imports")
    page.get_by_role("link", name="New import").first.click()
    page.get_by_text("Masks", exact=True).click()
    page.get_by_label("Dry run").check()
    page.locator("input[type=file]").first.set_input_files(sorted((tmp_path / "masks").iterdir()))
    page.get_by_role("button", name="Check 4 files").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Masks")
    expect(heading).to_contain_text(re.compile("Succeeded|Checked"), timeout=MADE_S * 1000)
    report = fovea.get("/api/imports/")["results"][0]["report"]
    assert (report["masks"], report["errors"]) == (4, 0)
