"""A reviewer adds a lesion, decides, signs with the password, and takes the report away."""

from io import BytesIO
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.browser import draw_rectangle, shown_image
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import wait_saved

WHY = "The lesion that I added."


def test_a_review_is_judged_corrected_signed_and_downloaded(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("reviewer", f"/review/{image['patient']}")
    page.get_by_role("button", name="Begin the review").click()
    add_a_lesion(page, image)
    expect(page.get_by_text("1 lesion added.")).to_be_visible()

    for button in page.get_by_role("button", name="Accept all open").all():
        if button.is_enabled():
            button.click()
            expect(button).to_be_disabled()
    decide_dr(page)
    page.get_by_text("Soon", exact=True).click()
    page.get_by_role("textbox", name="Conclusion").fill("To the eye clinic.")
    page.get_by_role("button", name="Sign…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("I take responsibility")
    expect(dialog).to_contain_text("To the eye clinic.")
    dialog.locator("input[type=password]").fill(fovea.password)
    dialog.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("Version 1, signed")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="PDF", exact=True).click()
    report = PdfReader(BytesIO(Path(download.value.path()).read_bytes()))
    text = " ".join(page.extract_text() for page in report.pages)
    assert "DR. Refer soon." in text and "added by the reviewer" in text and "To the eye clinic." in text
    sets = fovea.get(f"/api/images/{image['id']}/label-sets/")["results"]
    [correction] = [one for one in sets if one["source"].startswith("correction:")]
    assert (correction["state"], correction["reading"]["dr_status"]) == ("accepted", "dr")


def add_a_lesion(page: Page, image: dict[str, Any]) -> None:
    """Draw a hemorrhage in the reading room, and come back."""
    page.get_by_role("button", name=f"Correct {image['eye'] or 'image'}").click()
    expect(page.get_by_role("button", name="Back to the review")).to_be_visible()
    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    page.keyboard.press("1")
    draw_rectangle(page, shown_image(page, width=image["width"], height=image["height"]), 500, 500, 60, 50)
    wait_saved(page)
    page.get_by_role("button", name="Back to the review").click()


def decide_dr(page: Page) -> None:
    """Call every image DR where the rules do not, then agree for the patient."""
    images = page.locator("[data-scope=image]")
    expect(images.first).to_be_visible()
    for place in range(images.count()):
        line = images.nth(place)
        if line.get_attribute("data-outcome") == "dr":
            continue
        line.get_by_role("button", name="Decide otherwise").click()
        line.get_by_role("combobox").select_option("dr")
        line.get_by_role("textbox").fill(WHY)
        line.get_by_role("button", name="Decide", exact=True).click()
        expect(line).to_have_attribute("data-outcome", "dr")
    page.get_by_role("button", name="Agree: DR").click()
    expect(page.get_by_role("button", name="Agree: DR")).to_have_count(0)
