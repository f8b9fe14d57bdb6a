"""axe finds no serious or critical fault on the pages where people spend their day."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import People
from tests.e2e.room import start
from tests.e2e.test_every_page import SEEN_BY, assert_in_order
from tests.processes.stack import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
TRANSITIONS_DONE = """() => Promise.allSettled(
    document.getAnimations().filter(one => one instanceof CSSTransition).map(one => one.finished)
)"""
RUN = """rules => axe.run(document, {
    resultTypes: ['violations'], preload: false, ...(rules.length ? {runOnly: rules} : {}),
})"""
ALL_RULES: list[str] = []
COLOURS = ["color-contrast", "link-in-text-block"]  # all that a change from light to dark can break
GRAVE = {"serious", "critical"}


def faults(page: Page, *, rules: list[str] = ALL_RULES) -> list[str]:
    """Serious and critical faults, one line each, once no colour is on its way to another."""
    page.evaluate(TRANSITIONS_DONE)
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    told: dict[str, Any] = page.evaluate(RUN, rules)
    return [
        f"{one['impact']} {one['id']}: {one['help']} ({node['html'][:160]})"
        for one in told["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("who", SEEN_BY)
def test_no_page_has_a_grave_fault_in_light_or_dark(people: People, who: str) -> None:
    page, _ = people.watched(who)
    found = {}
    for path in SEEN_BY[who]:
        page.emulate_media(color_scheme="light")
        page.goto(path)
        assert_in_order(page)
        found[path] = faults(page)
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        found[f"{path}, dark"] = faults(page, rules=COLOURS)

    assert {path: some for path, some in found.items() if some} == {}


def test_the_sign_in_page_has_no_grave_fault(people: People) -> None:
    page, _ = people.visitor()
    page.goto("/sign-in")
    expect(page.get_by_label("User name")).to_be_visible()

    assert faults(page) == []


def test_the_reading_room_and_its_keys_have_no_grave_fault(people: People, image: dict[str, Any]) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    start(page, image)
    assert faults(page) == []

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.wait_for_timeout(300)
    assert faults(page) == []
