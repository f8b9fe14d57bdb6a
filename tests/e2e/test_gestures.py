"""Fingers on a touch screen, and the corners of a polygon."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.browser import ShownImage, drag, draw_polygon
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import expect_count, regions, start, wait_for_regions

TOLERANCE_PX = 3.0
CORNERS: list[tuple[float, float]] = [(400, 400), (600, 400), (600, 600), (400, 600)]
Place = tuple[float, float]


def touch(screen: CDPSession, kind: str, fingers: list[Place]) -> None:
    """Put fingers down (`touchStart`), elsewhere (`touchMove`), or take all away (`touchEnd`)."""
    points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(fingers)]
    screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def slide(screen: CDPSession, paths: list[tuple[Place, Place]], *, steps: int = 8) -> None:
    """Put fingers down one after the other, move each from its start to its end, take them away."""
    for number in range(len(paths)):
        touch(screen, "touchStart", [start for start, _ in paths[: number + 1]])
    for step in range(1, steps + 1):
        share = step / steps
        fingers = [(a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in paths]
        touch(screen, "touchMove", fingers)
    touch(screen, "touchEnd", [])


def zoom_of(page: Page) -> float:
    """Screen px per image px, as the ruler says."""
    return float(page.locator(".room-ruler").inner_text().split(" %")[0].split()[-1]) / 100


def test_one_finger_draws_and_two_fingers_zoom(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}", touch=True)
    shown = start(page, image)
    screen = page.context.new_cdp_session(page)
    page.keyboard.press("r")

    slide(screen, [(shown.at(400, 500), shown.at(600, 620))])
    wait_for_regions(fovea, image, lambda found: len(found) == 1)
    drawn = regions(fovea, image)[0]["geometry"]
    got = [drawn[key] for key in ("x", "y", "width", "height")]
    assert got == pytest.approx([400, 500, 200, 120], abs=TOLERANCE_PX)

    before = zoom_of(page)
    x, y = shown.at(500, 500)
    slide(screen, [((x - 40, y), (x - 120, y)), ((x + 40, y), (x + 120, y))])
    page.wait_for_timeout(400)
    assert zoom_of(page) == pytest.approx(3 * before, rel=0.1)
    expect_count(page, "HE", 1)


@pytest.fixture
def undo_on_q(fovea: LiveFovea, usual_keys: None) -> None:
    """The specialist's own key for undo is Q, so that nothing of ours answers Ctrl Z."""
    fovea.set_keys({"undo": ["q"]})


def corners(fovea: LiveFovea, image: dict[str, Any]) -> list[list[float]]:
    """The stored corners of the one polygon."""
    points: list[list[float]] = regions(fovea, image)[0]["geometry"]["points"]
    return points


def test_corners_are_put_in_and_taken_out_and_no_undo_but_ours_answers(
    people: People, fovea: LiveFovea, image: dict[str, Any], undo_on_q: None
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_polygon(page, shown, CORNERS)
    wait_for_regions(fovea, image, lambda found: len(found) == 1)
    page.keyboard.press("v")
    page.mouse.click(*shown.at(500, 500))

    pull_out_a_corner(page, shown)
    wait_for_regions(fovea, image, lambda found: len(found[0]["geometry"]["points"]) == 5)
    assert [500, 330] in [pytest.approx(point, abs=TOLERANCE_PX) for point in corners(fovea, image)]
    five = corners(fovea, image)

    page.mouse.click(*shown.at(600, 600))
    expect(page.locator(".a9s-handle-selected")).to_have_count(1)
    page.keyboard.press("Delete")
    wait_for_regions(fovea, image, lambda found: len(found[0]["geometry"]["points"]) == 4)
    four = corners(fovea, image)
    assert [600, 600] not in [pytest.approx(point, abs=TOLERANCE_PX) for point in four]

    page.locator(".viewer .openseadragon-canvas").focus()
    page.keyboard.press("Control+z")  # Annotorious' own undo would answer
    page.wait_for_timeout(400)
    assert len(page.locator(".a9s-handle").all()) >= 4
    page.keyboard.press("Control+s")
    assert corners(fovea, image) == four
    page.keyboard.press("q")
    wait_for_regions(fovea, image, lambda found: found[0]["geometry"]["points"] == five)


def pull_out_a_corner(page: Page, shown: ShownImage) -> None:
    """Drag the handle in the middle of the upper edge outwards: a new corner."""
    page.mouse.move(*shown.at(500, 401))
    page.wait_for_timeout(200)
    drag(page, shown.at(500, 400), shown.at(500, 330))
