"""What a reviewer does with one patient: correct findings, decide otherwise, sign, take the report."""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from shapely.geometry import Polygon

from tests.e2e import steps
from tests.e2e.browser import draw_rectangle, shown_image
from tests.e2e.live import LiveFovea
from tests.e2e.room import wait_saved

EDITED = 2
NUDGES = 6  # presses of an arrow key
WHY = "Judged by the whole photograph."
CONCLUSION = "Seen at the eye clinic within a month."


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A review that was signed: its id, and its PDF's text and pictures."""

    review: int
    text: str
    pictures: list[bytes]


def begin(page: Page, patient: int) -> None:
    """Open the patient and begin a review."""
    page.goto(f"/review/{patient}")
    page.get_by_role("button", name="Begin the review").click()
    expect(page.get_by_role("button", name=re.compile("^Correct O[DS]$")).first).to_be_visible()


def reject_one(page: Page) -> None:
    """Reject the first finding of the list as an artefact."""
    expect(page.locator("[data-finding]").first).to_be_visible()
    page.keyboard.press("j")
    page.get_by_label("Reason for rejecting").select_option("artefact")
    page.locator("body").press("r")
    expect(page.get_by_text(re.compile("1 rejected"))).to_be_visible()


def correct(page: Page, fovea: LiveFovea, image: dict[str, Any]) -> None:
    """Move two of the findings in the reading room, draw a lesion that was missed, and come back."""
    page.get_by_role("button", name=f"Correct {image['eye']}", exact=True).click()
    back = page.get_by_role("button", name="Back to the review")
    expect(back).to_be_visible()
    shown = shown_image(page, width=image["width"], height=image["height"])
    largest = sorted(_drawn(fovea, image), key=lambda found: found.area)[-EDITED:]
    for lesion in largest:
        inside = lesion.representative_point()
        page.keyboard.press("v")
        page.mouse.click(*shown.at(inside.x, inside.y))
        for _ in range(NUDGES):
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
    page.keyboard.press("1")
    draw_rectangle(page, shown, 0.47 * image["width"], 0.47 * image["height"], 90, 70)
    wait_saved(page)
    back.click()
    expect(page.get_by_text("1 lesion added.")).to_be_visible()


def _drawn(fovea: LiveFovea, image: dict[str, Any]) -> list[Polygon]:
    """The outlines of the correction that the reviewer has open."""
    sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="reviewer")["results"]
    draft = next(one for one in sets if one["state"] == "draft")
    regions = fovea.get(f"/api/label-sets/{draft['id']}/", by="reviewer")["regions"]
    return [Polygon(one["geometry"]["points"]) for one in regions if one["shape"] == "polygon"]


def accept_the_rest(page: Page) -> None:
    """Accept what is left of every class."""
    for button in page.get_by_role("button", name="Accept all open").all():
        if button.is_enabled():
            button.click()
            expect(button).to_be_disabled()


def decide_otherwise(page: Page, outcome: str) -> None:
    """Overrule what the rules propose for the patient."""
    line = page.locator("[data-scope=patient]")
    line.get_by_role("button", name="Decide otherwise").click()
    line.get_by_role("combobox").select_option(outcome)
    line.get_by_role("textbox").fill(WHY)
    line.get_by_role("button", name="Decide", exact=True).click()
    expect(line).to_have_attribute("data-outcome", outcome)


def sign(page: Page, password: str) -> None:
    """Say how urgent it is and what it comes to, and sign with the password."""
    page.get_by_text("Soon", exact=True).click()
    page.get_by_role("textbox", name="Conclusion").fill(CONCLUSION)
    page.get_by_role("button", name="Sign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("I take responsibility")
    dialog.locator("input[type=password]").fill(password)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("region", name="Version 1, signed")).to_be_visible()


def take_report(page: Page) -> Signed:
    """Download the PDF of the version that is shown, and read it."""
    link = page.get_by_role("link", name="PDF", exact=True)
    review = int(re.findall(r"\d+", link.get_attribute("href") or "")[0])
    with page.expect_download() as download:
        link.click()
    report = PdfReader(BytesIO(Path(download.value.path()).read_bytes()))
    text = " ".join(sheet.extract_text() for sheet in report.pages)
    return Signed(
        review=review,
        text=text,
        pictures=[picture.data for sheet in report.pages for picture in sheet.images],
    )


def looks_like_a_retina(picture: bytes) -> bool:
    """Whether a picture of the report shows a photograph with something coloured drawn over it."""
    rgba = steps.pixels(picture)
    return bool(rgba[..., 0].astype(np.float64).mean() > 20 and steps.coloured_share(rgba) > 0.001)
