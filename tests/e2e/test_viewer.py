"""The image viewer: labels and pictures switch on and off, class by class, as dense as wanted."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea

PNG = "image/png"


@pytest.fixture
def labelled(people: People, fovea: LiveFovea) -> Page:
    """An image with accepted regions of both classes, opened by a reviewer."""
    sets = fovea.get("/api/label-sets/?state=accepted&page_size=200", by="reviewer")["results"]
    both = next(one for one in sets if one["counts"].get("HE") and one["counts"].get("EX"))
    page = people.page("reviewer", f"/images/{both['image']}")
    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    page.get_by_label("Labels shown").select_option(str(both["id"]))
    expect(page.locator("[data-count=HE]")).to_have_text(str(both["counts"]["HE"]))
    expect(page.locator("[data-count=EX]")).to_have_text(str(both["counts"]["EX"]))
    return page


def test_labels_are_hidden_all_at_once_and_by_class(labelled: Page) -> None:
    everything = steps.stage_pixels(labelled)
    labelled.get_by_role("button", name="Hide Hemorrhage").click()
    exudates = steps.see_change(labelled, everything, over=0.0005)
    labelled.get_by_role("switch", name="Labels", exact=True).uncheck(force=True)
    steps.see_change(labelled, exudates, over=0.0001)

    labelled.keyboard.press("h")
    labelled.get_by_role("button", name="Show Hemorrhage").click()
    steps.see_same(labelled, everything, within=0.0001)


def test_the_fill_of_labels_follows_its_slider(labelled: Page) -> None:
    faint = steps.stage_pixels(labelled)

    slider = labelled.get_by_role("slider", name="Fill of labels")
    slider.focus()
    slider.press("End")

    steps.see_change(labelled, faint, over=0.0005)


def test_masks_lie_where_the_labels_are(labelled: Page) -> None:
    labelled.get_by_role("switch", name="Labels", exact=True).uncheck(force=True)
    plain = steps.stage_pixels(labelled)

    with labelled.expect_response("**/mask-preview/**") as answer:
        labelled.get_by_role("switch", name="Masks of these labels").check(force=True)

    assert answer.value.status == 200
    steps.see_change(labelled, plain, over=0.0005)


def test_an_overlay_with_more_pixels_than_the_image_is_refused_and_no_label_shifts(labelled: Page) -> None:
    plain = steps.stage_pixels(labelled)
    dense = io.BytesIO()
    Image.new("RGBA", (4000, 4000), (255, 0, 0, 255)).save(dense, "PNG")
    labelled.route("**/mask-preview/**", lambda route: route.fulfill(body=dense.getvalue(), content_type=PNG))

    labelled.get_by_role("switch", name="Masks of these labels").check(force=True)

    expect(labelled.get_by_text("The overlay is larger than the image, so it is not shown.")).to_be_visible()
    labelled.get_by_role("alert").get_by_role("button").click()
    steps.see_same(labelled, plain, within=0.001)


def test_the_picture_with_its_outside_blanked_is_shown(labelled: Page) -> None:
    with labelled.expect_response("**/picture/blanked/") as answer:
        labelled.get_by_text("Blanked", exact=True).click()

    assert answer.value.status == 200
    expect(labelled.locator(".viewer[data-ready=true]")).to_be_visible()


def test_keys_are_explained(labelled: Page) -> None:
    labelled.keyboard.press("?")

    expect(labelled.get_by_role("dialog")).to_contain_text("Rectangle")


def test_an_administrator_sees_the_files_name_and_corrects_the_eye(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    name = fovea.get(f"/api/images/{image['id']}/")["source_name"]
    right, left = "Right (OD)", "Left (OS)"
    page = people.page("admin", f"/images/{image['id']}")

    def correct(eye: str, stored: str) -> None:
        page.get_by_role("button", name="About this image").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(name)
        dialog.get_by_text(eye, exact=True).click()
        dialog.get_by_role("button", name="Save").click()
        expect(dialog).to_have_count(0)
        assert fovea.get(f"/api/images/{image['id']}/")["eye"] == stored

    there, elsewhere = (
        (("OD", right), ("OS", left)) if image["eye"] == "OD" else (("OS", left), ("OD", right))
    )
    correct(elsewhere[1], elsewhere[0])
    correct(there[1], there[0])

    reviewer = people.page("reviewer", f"/images/{image['id']}")
    expect(reviewer.get_by_label("Back to the patient")).to_be_visible()
    expect(reviewer.get_by_role("button", name="About this image")).to_have_count(0)
