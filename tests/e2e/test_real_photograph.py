"""Drawing on a real photograph of 12 megapixels: what is stored lies where the pointer was."""

import math
import os
import shutil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.e2e.browser import ShownImage, drag
from tests.e2e.conftest import People
from tests.e2e.job_data import FORCE_PHANTOMS, IDRID
from tests.e2e.live import LiveFovea, unique
from tests.e2e.own_pictures import bring_in
from tests.e2e.room import expect_count, regions, start, wait_for_regions, zoomed_at

PHOTOGRAPH = IDRID / "segmentation" / "images" / "IDRiD_01.jpg"
SIZE = (4288, 2848)
NEAR_PX = 1.0
RADIUS_PX = 3.0

Place = tuple[float, float]


@pytest.fixture
def photograph(fovea: LiveFovea, tmp_path: Path) -> dict[str, Any]:
    if os.environ.get(FORCE_PHANTOMS) == "1" or not PHOTOGRAPH.is_file():
        pytest.skip(f"needs the photograph {PHOTOGRAPH.relative_to(IDRID.parents[2])}, which is not here")
    (tmp_path / "eyes").mkdir()
    file = Path(shutil.copy(PHOTOGRAPH, tmp_path / "eyes"))
    (image,) = bring_in(fovea, {unique("PHOTOGRAPH"): [file]})
    assert (image["width"], image["height"]) == SIZE
    return image


def test_every_tool_stores_on_a_real_photograph_what_the_pointer_drew(
    people: People, fovea: LiveFovea, photograph: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{photograph['id']}")
    shown = start(page, photograph)

    page.keyboard.press("r")
    corners = on_whole_screen_pixels(shown, [(900, 700), (1300, 1000)])
    drag(page, *corners)
    page.keyboard.press("p")
    polygon = on_whole_screen_pixels(shown, [(1700, 600), (2100, 700), (2000, 1100), (1650, 950)])
    click_corners(page, polygon)
    page.keyboard.press("d")
    stroke = on_whole_screen_pixels(shown, circle(1500, 1900, 250))
    follow(page, stroke)
    expect_count(page, "HE", 3)

    hub = on_whole_screen_pixels(shown, [(2700, 1500)])[0]
    lesion = shown.under(*hub)
    close = zoomed_at(page, shown, *lesion, steps=17)
    page.keyboard.press("e")
    reach = RADIUS_PX * close.zoom
    drag(page, (hub[0] - reach, hub[1] - reach), (hub[0] + reach, hub[1] + reach))
    wait_for_regions(fovea, photograph, lambda found: len(found) == 4)

    found = {one["shape"]: one for one in regions(fovea, photograph) if one["shape"] != "polygon"}
    rect, ellipse = found["rect"]["geometry"], found["ellipse"]["geometry"]
    (left, top), (right, bottom) = (shown.under(*corner) for corner in corners)
    assert [rect["x"], rect["y"]] == pytest.approx([left, top], abs=NEAR_PX)
    assert [rect["x"] + rect["width"], rect["y"] + rect["height"]] == pytest.approx(
        [right, bottom], abs=NEAR_PX
    )
    assert [ellipse["cx"], ellipse["cy"]] == pytest.approx(lesion, abs=NEAR_PX)
    assert [ellipse["rx"], ellipse["ry"]] == pytest.approx([RADIUS_PX, RADIUS_PX], abs=0.5)
    drawn = [one["geometry"]["points"] for one in regions(fovea, photograph) if one["shape"] == "polygon"]
    outline, by_hand = sorted(drawn, key=len)
    for got, place in zip(outline, polygon, strict=True):
        assert got == pytest.approx(shown.under(*place), abs=NEAR_PX)
    assert farthest([shown.under(*place) for place in stroke], from_outline=by_hand) <= NEAR_PX
    assert farthest(by_hand, from_outline=[shown.under(*place) for place in stroke]) <= NEAR_PX

    page.keyboard.press("v")
    page.get_by_role("button", name="Whole image (F)").click()
    page.wait_for_timeout(600)
    page.mouse.click(*hub)
    page.keyboard.press("Delete")
    wait_for_regions(
        fovea, photograph, lambda left: sorted(one["shape"] for one in left) == ["polygon", "polygon", "rect"]
    )


def on_whole_screen_pixels(shown: ShownImage, places: list[Place]) -> list[Place]:
    """Screen positions nearest to image positions: a mouse knows whole screen pixels only."""
    return [(float(round(x)), float(round(y))) for x, y in (shown.at(*place) for place in places)]


def circle(cx: float, cy: float, radius: float) -> list[Place]:
    """Image positions around a circle, back to the first."""
    turn = [2 * math.pi * step / 60 for step in range(61)]
    return [(cx + radius * math.cos(angle), cy + radius * math.sin(angle)) for angle in turn]


def click_corners(page: Page, corners: list[Place]) -> None:
    """Click screen positions one by one; Enter ends the polygon."""
    for corner in corners:
        page.mouse.click(*corner)
        page.wait_for_timeout(350)  # two quick clicks would count as a double click
    page.keyboard.press("Enter")


def follow(page: Page, line: list[Place]) -> None:
    """Press, go along screen positions, release."""
    page.mouse.move(*line[0])
    page.mouse.down()
    for place in line:
        page.mouse.move(*place)
    page.mouse.up()


def farthest(places: list[Place], *, from_outline: list[Place]) -> float:
    """The largest distance in px from any of the places to a closed outline."""
    ring = np.asarray(from_outline, np.float32)[:, None, :]
    return max(abs(cv2.pointPolygonTest(ring, (float(x), float(y)), True)) for x, y in places)
