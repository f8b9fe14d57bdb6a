"""What keeps a reading from being saved is named and can be mended; time spent looking is saved too."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e.browser import draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import expect_count, start, stored, wait_saved


def test_a_region_that_the_server_refuses_is_named_and_can_be_mended(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.watched("specialist")
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    page.keyboard.press("2")
    try:
        switch_class(fovea, "EX", enabled=False)
        with watch.expecting(400):
            draw_rectangle(page, shown, 500, 500, 100, 100)
            badge = page.locator("[data-save=failed]")
            expect(badge).to_contain_text("Not saved: Hard exudate")
            page.keyboard.press("1")
            draw_rectangle(page, shown, 800, 500, 100, 100)
            expect(badge).to_contain_text("2 changes kept here")
            assert stored(fovea, image) == 0

            badge.get_by_role("button", name="Show").click()
            page.keyboard.press("1")
        wait_saved(page)
        expect_count(page, "HE", 2)
        assert stored(fovea, image) == 2
    finally:
        switch_class(fovea, "EX", enabled=True)


def switch_class(fovea: LiveFovea, code: str, *, enabled: bool) -> None:
    """Switch a lesion class of the first project on or off."""
    classes = fovea.get("/api/projects/")["results"][0]["lesion_classes"]
    [found] = [one["id"] for one in classes if one["code"] == code]
    status, answer = fovea.api("admin").ask(
        f"/api/lesion-classes/{found}/", {"enabled": enabled}, method="PATCH"
    )
    assert status == 200, answer


def test_time_spent_only_looking_is_saved_on_leaving(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    for step in range(12):
        page.mouse.move(*shown.at(400 + 20 * step, 500))
        page.wait_for_timeout(200)
    with page.expect_response("**/changes/"):
        page.get_by_label("Back to the patient").click()

    sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
    assert sets[0]["seconds_spent"] >= 1
