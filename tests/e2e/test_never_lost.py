"""No shape is ever lost: reload, crashes of server and browser, no network, no session, two tabs."""

import os
import re
import signal
import uuid
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, expect

from tests.e2e import browser as browsing
from tests.e2e.browser import draw_rectangle, shown_image, sign_in
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import draw_row, expect_count, start, stored, wait_for_stored, wait_saved
from tests.e2e.steps import read_as_dr
from tests.processes.stack import wait_for

OFFLINE_S = float(os.environ.get("FOVEA_OFFLINE_S", "20"))  # 120: as long as the promise says
SMALL_SAVE_BYTES = 2_000


def begin(people: People, image: dict[str, Any]) -> tuple[Page, browsing.Watch, browsing.ShownImage]:
    """The specialist's page on a fresh image, ready to draw."""
    page, watch = people.watched("specialist")
    page.goto(f"/images/{image['id']}")
    return page, watch, start(page, image)


def test_undo_and_redo_outlive_a_reload(people: People, fovea: LiveFovea, image: dict[str, Any]) -> None:
    page, _, shown = begin(people, image)
    draw_row(page, shown, 4)
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("3")
    wait_saved(page)
    assert stored(fovea, image) == 4

    page.reload()
    expect_count(page, "HE", 4)
    shown_image(page, width=image["width"], height=image["height"])
    page.keyboard.press("Control+z")
    expect(page.get_by_label("ICDR grade")).to_have_value("")
    for _ in range(3):
        page.keyboard.press("Control+z")
    expect_count(page, "HE", 2)
    wait_for_stored(fovea, image, 2)

    page.reload()
    expect_count(page, "HE", 2)
    shown_image(page, width=image["width"], height=image["height"])
    for _ in range(4):
        page.keyboard.press("Control+Shift+z")
    expect_count(page, "HE", 4)
    expect(page.get_by_label("ICDR grade")).to_have_value("3")
    wait_for_stored(fovea, image, 4)


def test_editing_one_of_a_thousand_regions_sends_little(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    opened = fovea.post(f"/api/images/{image['id']}/label-sets/", {}, by="specialist")
    changes = [
        {
            "op": "add",
            "uuid": str(uuid.uuid4()),
            "shape": "rect",
            "geometry": {"x": 300 + 12 * (n % 40), "y": 300 + 12 * (n // 40), "width": 8, "height": 8},
            "lesion_class": "HE",
        }
        for n in range(1000)
    ]
    body = {"base_revision": 0, "change_id": str(uuid.uuid4()), "changes": changes}
    fovea.post(f"/api/label-sets/{opened['id']}/changes/", body, by="specialist")
    page = people.page("specialist", f"/images/{image['id']}")
    expect_count(page, "HE", 1000)
    shown = shown_image(page, width=image["width"], height=image["height"])

    page.mouse.click(*shown.at(300 + 12 * 20 + 4, 300 + 12 * 10 + 4))
    with page.expect_request(re.compile(r"/changes/$")) as saving:
        page.keyboard.press("Delete")
    expect_count(page, "HE", 999)
    wait_saved(page)

    assert len(saving.value.post_data or "") < SMALL_SAVE_BYTES
    assert stored(fovea, image) == 999


def test_a_killed_web_server_costs_nothing(people: People, fovea: LiveFovea, image: dict[str, Any]) -> None:
    page, watch, shown = begin(people, image)
    draw_row(page, shown, 3)
    with watch.disconnected():
        fovea.part("gunicorn").kill()
        draw_row(page, shown, 5, top=500)
        expect_count(page, "HE", 8)
        fovea.wait_until_healthy()
        wait_saved(page)

    assert stored(fovea, image) == 8


def test_an_ended_session_is_renewed_over_the_page(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.visitor()
    sign_in(page, "specialist", fovea.password)
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    draw_row(page, shown, 2)
    wait_saved(page)

    with watch.expecting(401, 400, 403):
        page.context.clear_cookies(name="fovea_session")
        draw_row(page, shown, 3, top=500)
        dialog = page.get_by_role("dialog", name="Sign in again")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_label("User name")).to_have_value("specialist")
        dialog.locator("input[name=password-again]").fill("not the password")
        dialog.get_by_role("button", name="Go on").click()
        expect(dialog.get_by_role("alert")).to_be_visible()
        assert stored(fovea, image) == 2

        dialog.locator("input[name=password-again]").fill(fovea.password)
        dialog.get_by_role("button", name="Go on").click()
        expect(dialog).to_have_count(0)
    wait_saved(page)

    wait_for_all_stored(page, fovea, image, least=3)  # the sign-in may have come up under the hand


def wait_for_all_stored(page: Page, fovea: LiveFovea, image: dict[str, Any], *, least: int) -> None:
    """Wait until the database has every shape that the page shows, at least so many."""

    def arrived() -> bool:
        shown = int(page.locator("[data-count=HE]").inner_text())
        return stored(fovea, image) == shown >= least

    wait_for(arrived, within_s=20, what=f"{least} shapes or more, stored as shown")


def test_two_tabs_are_merged_by_choice_and_nothing_is_overwritten(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    first, watch, shown = begin(people, image)
    draw_rectangle(first, shown, 500, 500, 150, 150)
    wait_saved(first)
    second = first.context.new_page()
    second.goto(f"/images/{image['id']}")
    expect_count(second, "HE", 1)
    shown_second = shown_image(second, width=image["width"], height=image["height"])
    draw_rectangle(second, shown_second, 300, 700, 100, 100)
    second.keyboard.press("v")
    second.mouse.click(*shown_second.at(575, 575))
    second.keyboard.press("2")
    expect_count(second, "EX", 1)
    wait_saved(second)

    first.bring_to_front()
    with watch.expecting(409):
        draw_rectangle(first, shown, 900, 500, 100, 100)
        first.keyboard.press("v")
        first.mouse.click(*shown.at(575, 575))
        first.keyboard.press("Delete")
        expect(first.locator("[data-save=stale]")).to_contain_text("2 changes kept here")
    assert stored(fovea, image) == 2

    first.get_by_role("button", name="Compare and merge").click()
    dialog = first.get_by_role("dialog")
    expect(dialog.get_by_role("img", name="On the server: 2 regions")).to_be_visible()
    for happening in ("added here", "added there", "removed here, changed there"):
        expect(dialog.get_by_role("cell", name=happening)).to_be_visible()
    dialog.get_by_text("Server", exact=True).click()
    dialog.get_by_role("button", name="Put together and save").click()

    expect_count(first, "HE", 2)
    expect_count(first, "EX", 1)
    wait_saved(first)
    assert stored(fovea, image) == 3


def test_dozens_of_edits_offline_are_sent_on_return(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch, shown = begin(people, image)
    draw_row(page, shown, 1, top=340)
    wait_saved(page)

    with watch.disconnected():
        page.context.set_offline(True)
        draw_row(page, shown, 30)
        read_as_dr(page)
        for _ in range(3):
            page.keyboard.press("Control+z")
        expect_count(page, "HE", 29)
        badge = page.locator("[data-save=offline]")
        expect(badge).to_contain_text(re.compile(r"Offline · \d+ changes? kept here"))
        page.wait_for_timeout(OFFLINE_S * 1000)
        assert stored(fovea, image) == 1
        page.context.set_offline(False)
        wait_saved(page)

    assert stored(fovea, image) == 29


def test_what_waits_is_shown_on_the_list_and_sent_from_there(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch, shown = begin(people, image)
    with watch.disconnected():
        page.context.set_offline(True)
        draw_row(page, shown, 3)
        expect(page.locator("[data-save=offline]")).to_be_visible()
        page.get_by_label("Back to the patient").click()
        waiting = page.locator("[data-waiting]")
        expect(waiting).to_have_text("3 changes of 1 image wait on this computer")
        assert stored(fovea, image) == 0
        page.context.set_offline(False)
        expect(waiting).to_have_count(0)

    assert stored(fovea, image) == 3


def test_leaving_at_once_and_coming_back_goes_on_where_it_was(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, _, shown = begin(people, image)
    draw_row(page, shown, 2)
    page.get_by_label("Back to the patient").click()
    page.go_back()
    expect_count(page, "HE", 2)
    shown = shown_image(page, width=image["width"], height=image["height"])
    page.keyboard.press("Control+z")
    draw_row(page, shown, 2, top=500)
    expect_count(page, "HE", 3)
    wait_saved(page)

    assert stored(fovea, image) == 3


def test_another_person_on_the_computer_neither_sees_nor_sends_what_waits(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.visitor()
    sign_in(page, "specialist", fovea.password)
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    waiting = page.locator("[data-waiting]")
    with watch.disconnected():
        page.route("**/changes/", lambda route: route.abort())
        draw_row(page, shown, 3)
        expect(page.locator("[data-save=offline]")).to_be_visible()
        page.get_by_label("Back to the patient").click()
        expect(waiting).to_contain_text("3 changes of 1 image")
        sign_out(page)
        page.unroute("**/changes/")

        sign_in(page, "reviewer", fovea.password)
        page.goto("/patients")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(6_000)  # longer than the pause between two looks at what waits
        expect(waiting).to_have_count(0)
        assert stored(fovea, image) == 0
        sign_out(page)

        sign_in(page, "specialist", fovea.password)
        wait_for_stored(fovea, image, 3)


def test_somebody_else_signs_in_in_another_tab_while_work_waits(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.visitor()
    sign_in(page, "specialist", fovea.password)
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    with watch.disconnected(), watch.expecting(403, 404):
        page.route("**/changes/", lambda route: route.abort())
        draw_row(page, shown, 3)
        expect(page.locator("[data-save=offline]")).to_be_visible()

        other = page.context.new_page()
        other.goto("/account")
        sign_out(other)
        sign_in(other, "reviewer", fovea.password)
        other.wait_for_timeout(6_000)  # longer than the pause between two looks at what waits
        expect(other.locator("[data-waiting]")).to_have_count(0)
        page.unroute("**/changes/")
        page.bring_to_front()
        draw_row(page, shown, 1, top=500)
        dialog = page.get_by_role("dialog", name="Sign in again")
        expect(dialog).to_contain_text("signed in with this browser. What")
        assert stored(fovea, image) == 0

        dialog.locator("input[name=password-again]").fill(fovea.password)
        dialog.get_by_role("button", name="Go on", exact=True).click()
        expect(dialog).to_have_count(0)
    wait_saved(page)

    wait_for_all_stored(page, fovea, image, least=3)  # the sign-in may have come up under the hand


def sign_out(page: Page) -> None:
    """Leave by the account menu."""
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_label("User name")).to_be_visible()


def test_a_browser_killed_while_offline_loses_nothing(
    chromium: Browser, fovea: LiveFovea, image: dict[str, Any], tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    page = open_profile(chromium, profile, fovea)
    sign_in(page, "specialist", fovea.password)
    cookies = page.context.cookies()
    page.goto(f"/images/{image['id']}")
    shown = start(page, image)
    page.context.set_offline(True)
    draw_row(page, shown, 12)
    page.keyboard.press("Control+z")
    expect_count(page, "HE", 11)
    expect(page.locator("[data-save=offline]")).to_be_visible()
    page.wait_for_timeout(300)  # nobody can promise the very last moment before a crash
    kill_browser_of(profile)
    assert stored(fovea, image) == 0

    page = open_profile(chromium, profile, fovea)
    page.context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
    page.goto(f"/images/{image['id']}")
    expect_count(page, "HE", 11)
    wait_saved(page)
    assert stored(fovea, image) == 11

    shown_image(page, width=image["width"], height=image["height"])
    page.keyboard.press("Control+Shift+z")
    expect_count(page, "HE", 12)
    wait_for_stored(fovea, image, 12)
    page.context.close()


def open_profile(chromium: Browser, profile: Path, fovea: LiveFovea) -> Page:
    """A browser of its own that keeps its data in a folder."""
    context = chromium.browser_type.launch_persistent_context(
        profile,
        executable_path=browsing.chromium_path(),
        args=browsing.CHROMIUM_ARGUMENTS,
        base_url=fovea.url,
        viewport={"width": browsing.WIDTH, "height": browsing.HEIGHT},
        locale="en-GB",
        reduced_motion="reduce",
    )
    context.set_default_timeout(browsing.PATIENCE_MS)
    return context.new_page()


def kill_browser_of(profile: Path) -> None:
    """Kill the browser's processes as a crash or a pulled plug does."""
    killed = 0
    for process in psutil.process_iter(["cmdline"]):
        if any(str(profile) in word for word in process.info["cmdline"] or []):
            process.send_signal(signal.SIGKILL)
            killed += 1
    assert killed
