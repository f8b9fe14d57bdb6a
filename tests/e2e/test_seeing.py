"""Seeing the picture: other views of it, its tone, alone; everything within reach on a small screen."""

from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.e2e.browser import draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.room import expect_count, start, zoomed_at
from tests.e2e.steps import see_change, see_same, stage_pixels

WIDTH, HEIGHT = 1280, 800
BAR = ".reading-room-bar"
CONTROLS = f"{BAR} button, {BAR} a, {BAR} select, {BAR} [data-save], .toolbox button, .room-ruler"
SIDE = "document.querySelector('.reading-room-side')"
NOTE_WEBGL = """
window.webglContexts = 0;
for (const Kind of [HTMLCanvasElement, OffscreenCanvas]) {
  const get = Kind.prototype.getContext;
  Kind.prototype.getContext = function (kind, ...more) {
    if (kind.startsWith("webgl")) window.webglContexts += 1;
    return get.call(this, kind, ...more);
  };
}
"""


def ruler(page: Page) -> str:
    """The zoom, as the page says it."""
    return page.locator(".room-ruler").inner_text().split(" %")[0]


def test_views_and_tone_change_pixels_and_keep_the_place_and_a_held_key_bares_the_picture(
    people: People, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 560, 560, 80, 80)
    expect_count(page, "HE", 1)
    zoomed_at(page, shown, 600, 600, steps=4)
    zoom, labelled = ruler(page), stage_pixels(page)

    with page.expect_response("**/picture/clahe/"):
        page.keyboard.press("c")
    see_change(page, labelled, over=0.02)
    assert ruler(page) == zoom
    page.keyboard.press("c")
    see_same(page, labelled, within=0.001)

    page.keyboard.down("b")
    see_change(page, labelled, over=0.002)
    page.keyboard.up("b")
    see_same(page, labelled, within=0.001)

    brightness = page.get_by_role("slider", name="Brightness")
    brightness.focus()
    for _ in range(6):
        brightness.press("ArrowRight")
    see_change(page, labelled, over=0.3)
    assert ruler(page) == zoom
    page.get_by_role("button", name="As it is stored").click()
    see_same(page, labelled, within=0.001)


def test_the_outline_of_a_hemorrhage_has_a_light_rim(people: People, image: dict[str, Any]) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 560, 560, 80, 80)
    expect_count(page, "HE", 1)
    page.keyboard.press("Escape")  # what is selected is white all over
    left, top = shown.at(560, 600)

    taken = page.screenshot(clip={"x": left - 10, "y": top - 4, "width": 20, "height": 8})
    seen = np.asarray(Image.open(BytesIO(taken)).convert("RGB")).astype(int)

    blue = seen[..., 2]  # of which the retina has least; lines lie between pixels, so all of a row counts
    retina = np.median(blue[:, :4])
    assert ((blue - retina).clip(0).sum(axis=1) > 80).all(), "each row across the outline is light somewhere"


def test_a_small_screen_shows_every_control_apart_and_nothing_is_drawn_by_webgl(
    people: People, image: dict[str, Any]
) -> None:
    page, _ = people.watched("specialist")
    page.add_init_script(NOTE_WEBGL)
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(f"/images/{image['id']}")
    start(page, image)

    # WebGL composites half-transparent overlays wrongly: the viewer must stay on plain canvas.
    assert page.evaluate("window.webglContexts") == 0
    controls = page.locator(CONTROLS).filter(visible=True).all()
    boxes = [box_of(control.bounding_box()) for control in controls]
    assert len(boxes) > 18
    for number, box in enumerate(boxes):
        assert box[0] >= 0 and box[1] >= 0
        assert box[2] <= WIDTH and box[3] <= HEIGHT
        assert not [other for other in boxes[:number] if overlap(box, other)]
    assert page.evaluate(f"{SIDE}.scrollWidth <= {SIDE}.clientWidth")


Corners = tuple[float, float, float, float]  # left, top, right, bottom


def box_of(box: Any) -> Corners:
    assert box is not None, "a control is not on the page"
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def overlap(one: Corners, other: Corners) -> bool:
    """By more than a pixel each way."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > 1 and down > 1
