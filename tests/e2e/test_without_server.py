"""The reading room comes up while the server is away, with what is kept on this computer."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import draw_rectangle, shown_image, sign_in
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import draw_row, expect_count, start, stored, wait_for_stored, wait_saved
from tests.e2e.steps import read_as_dr

COUNT_KEPT = """() => new Promise((done) => {
  const asked = indexedDB.open("fovea-rooms");
  asked.onsuccess = () => {
    const counted = asked.result.transaction("rooms").objectStore("rooms").count();
    counted.onsuccess = () => done(counted.result);
  };
})"""
UNREACHED = 30_000.0  # the page asks twice more before it gives up


def wait_until_kept(page: Page) -> None:
    """Wait until the browser has what it needs to open the pages by itself."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_timeout(1_500)  # the room's look is kept a second after the last change


def away_note(page: Page) -> Locator:
    """The note that the labels come from this computer."""
    return page.get_by_role("status").filter(has_text="as they are kept on this computer")


def test_a_room_reloaded_and_opened_without_the_server_shows_what_is_kept(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.watched("specialist")
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    draw_row(page, shown, 4)
    read_as_dr(page)
    wait_saved(page)
    wait_until_kept(page)
    badge = page.locator("[data-save=offline]")

    with watch.disconnected():
        with fovea.web_server_away():
            draw_row(page, shown, 3, top=500)
            expect(badge).to_contain_text(re.compile(r"Offline · 3 changes kept here"))
            page.wait_for_timeout(1_500)

            page.reload()
            expect(badge).to_contain_text(re.compile(r"Offline · 3 changes kept here"))
            expect_count(page, "HE", 7)
            expect(away_note(page)).to_be_visible()
            expect(page.get_by_role("radio", name="DR", exact=True)).to_be_checked()

            page.close()
            page = page.context.new_page()
            page.goto(f"/images/{image['id']}")
            expect_count(page, "HE", 7)
            page.get_by_role("button", name="Whole image (F)").click()
            draw_rectangle(page, shown, 300, 600, 60, 60)
            badge = page.locator("[data-save=offline]")
            expect(badge).to_contain_text(re.compile(r"Offline · 4 changes kept here"))
            assert stored(fovea, image) == 4
        wait_for_stored(fovea, image, 8)
        wait_saved(page)
    expect(away_note(page)).to_have_count(0)
    shown_image(page, width=image["width"], height=image["height"])
    expect_count(page, "HE", 8)


def test_after_signing_out_nothing_opens_without_the_server(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.visitor()
    sign_in(page, "specialist", fovea.password)
    page.goto(f"/images/{image['id']}")
    start(page, image)
    wait_until_kept(page)
    page.get_by_label("Back to the patient").click()
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("User name")).to_be_visible()

    with watch.disconnected():
        with fovea.web_server_away():
            page.goto(f"/images/{image['id']}")
            expect(page.get_by_role("alert")).to_contain_text("did not answer", timeout=UNREACHED)
            expect(page.get_by_role("toolbar", name="Tools")).to_have_count(0)
            assert page.evaluate(COUNT_KEPT) == 0
        page.wait_for_timeout(100)  # the browser tells of its requests a little later


def test_going_on_without_the_server_stays_and_says_why(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.watched("specialist")
    rows = fovea.get(f"/api/worklist/?search={image['patient_code']}", by="specialist")["results"]
    row = next(one for one in rows if one["image"] == image["id"])
    page.goto(f"/images/{image['id']}?assignment={row['assignment']}")
    start(page, image)
    steps = [page.get_by_label(name, exact=True) for name in ("Previous image", "Next image")]
    expect(steps[0].or_(steps[1]).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    key = "]" if steps[1].is_enabled() else "["

    with watch.disconnected():
        page.context.set_offline(True)
        page.keyboard.press(key)
        expect(page.get_by_text("The server did not answer.")).to_be_visible()
        expect(page.get_by_role("toolbar", name="Tools")).to_be_visible()
        assert f"/images/{image['id']}?" in page.url
        page.context.set_offline(False)
