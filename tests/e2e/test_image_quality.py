"""An image's quality stands with its patient and in the reading room; who reads it can say otherwise."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea


def test_a_reviewer_calls_an_image_ungradable_and_the_room_says_who_and_why(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("reviewer", f"/patients/{image['patient']}")
    card = page.locator(f"[data-image='{image['id']}']")
    expect(card.get_by_text("Quality: good")).to_be_visible()

    card.get_by_role("button", name="Change quality").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Ungradable").check()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_label("Why").fill("A lash lies over the macula")
    dialog.get_by_role("button", name="Save").click()

    expect(card.get_by_text("Quality: ungradable")).to_be_visible()
    expect(card.get_by_text("reviewer, ")).to_contain_text("A lash lies over the macula (measured: good)")
    page.goto(f"/images/{image['id']}")
    room = page.get_by_role("region", name="Image quality")
    expect(room.get_by_text("Quality: ungradable")).to_be_visible()
    quality = fovea.get(f"/api/images/{image['id']}/", by="reviewer")["quality"]
    assert (quality["grade"], quality["measured"]) == ("ungradable", "good")
