"""Every way to draw and change shapes, and to see: what was drawn against what the database has."""

import math
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from imaging.masks import rasterize
from imaging.shapes import shape_from_json
from tests.e2e.browser import drag, draw_by_hand, draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import expect_count, regions, start, wait_for_regions, zoomed_at
from tests.e2e.steps import see_change, see_same, stage_pixels

TOLERANCE_PX = 3.0
SIDE = 2000  # px; nothing is drawn farther out
CHANGE = "5f0d6a3e-8f0e-4a7a-9b8f-0a4b5d1c2e3f"


def area(region: dict[str, Any]) -> float:
    """Square px of an ellipse; of a polygon the pixels of its mask."""
    geometry = region["geometry"]
    if region["shape"] == "ellipse":
        return float(math.pi * geometry["rx"] * geometry["ry"])
    return float(rasterize([shape_from_json(region["shape"], geometry)], height=SIDE, width=SIDE).sum())


def test_an_ellipse_and_a_freehand_outline_are_where_they_were_drawn_and_a_cut_makes_a_hole(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)

    page.keyboard.press("e")
    drag(page, shown.at(400, 500), shown.at(520, 560))
    page.keyboard.press("2")
    draw_by_hand(page, shown, 800, 700, 90)
    wait_for_regions(fovea, image, lambda found: len(found) == 2)
    ellipse, outline = sorted(regions(fovea, image), key=lambda region: region["shape"])
    got = [ellipse["geometry"][key] for key in ("cx", "cy", "rx", "ry")]
    assert got == pytest.approx([460, 530, 60, 30], abs=TOLERANCE_PX)
    assert area(outline) == pytest.approx(math.pi * 90**2, rel=0.02)

    page.keyboard.press("v")
    page.mouse.click(*shown.at(800, 700))
    page.keyboard.press("x")
    page.keyboard.press("e")
    drag(page, shown.at(770, 670), shown.at(830, 730))
    wait_for_regions(fovea, image, lambda found: any(one["geometry"].get("holes") for one in found))
    holed = next(one for one in regions(fovea, image) if one["geometry"].get("holes"))
    assert area(holed) == pytest.approx(math.pi * (90**2 - 30**2), rel=0.02)

    page.keyboard.press("Control+z")
    wait_for_regions(fovea, image, lambda found: not any(one["geometry"].get("holes") for one in found))


def test_a_lesion_of_3_px_radius_keeps_its_size_and_is_hit_on_the_whole_image(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    close = zoomed_at(page, shown, 600, 600, steps=12)

    draw_by_hand(page, close, 600, 600, 3)
    page.keyboard.press("e")
    drag(page, close.at(609, 597), close.at(615, 603))
    wait_for_regions(fovea, image, lambda found: len(found) == 2)
    for region in regions(fovea, image):
        assert area(region) == pytest.approx(math.pi * 9, rel=0.15)
    page.mouse.click(*close.at(590, 590))  # a stray click with a drawing tool
    expect_count(page, "HE", 2)

    page.keyboard.press("v")
    page.get_by_role("button", name="Whole image (F)").click()
    page.wait_for_timeout(600)
    page.mouse.click(*shown.at(600, 600))
    page.keyboard.press("Delete")
    expect_count(page, "HE", 1)
    wait_for_regions(fovea, image, lambda found: [one["shape"] for one in found] == ["ellipse"])


def test_several_shapes_move_together_and_arrows_move_them_without_panning(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 400, 500, 60, 60)
    draw_rectangle(page, shown, 600, 500, 60, 60)
    page.keyboard.press("v")

    page.keyboard.down("Shift")
    drag(page, shown.at(370, 470), shown.at(690, 600))
    page.keyboard.up("Shift")
    drag(page, shown.at(430, 530), shown.at(430, 680))
    wait_for_regions(fovea, image, lambda found: all(one["geometry"]["y"] > 600 for one in found))
    dragged = {one["geometry"]["x"] for one in regions(fovea, image)}
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")

    def moved(found: list[dict[str, Any]]) -> bool:
        lefts = sorted(one["geometry"]["x"] for one in found)
        tops = [one["geometry"]["y"] for one in found]
        at = pytest.approx([411, 611], abs=TOLERANCE_PX)
        return len(found) == 2 and lefts == at and tops == pytest.approx([650, 650], abs=TOLERANCE_PX)

    wait_for_regions(fovea, image, moved)
    page.keyboard.press("Control+z")  # both presses are one step
    wait_for_regions(fovea, image, lambda found: {one["geometry"]["x"] for one in found} == dragged)
    page.keyboard.press("Control+Shift+z")
    wait_for_regions(fovea, image, moved)
    page.keyboard.press("Control+d")
    expect_count(page, "HE", 4)
    page.mouse.move(*shown.at(705, 905))
    expect(page.get_by_test_id("pointer")).to_contain_text(re.compile(r"x 70\d, y 90\d"))  # nothing panned


def test_a_shape_moved_over_the_edge_stops_there_and_keeps_its_form(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 14, 500, 60, 60)
    wait_for_regions(fovea, image, lambda found: len(found) == 1)
    drawn = regions(fovea, image)[0]["geometry"]
    page.keyboard.press("v")
    page.mouse.click(*shown.at(44, 530))

    for _ in range(3):
        page.keyboard.press("Shift+ArrowLeft")
    wait_for_regions(fovea, image, lambda found: found[0]["geometry"] == {**drawn, "x": 0})
    drag(page, shown.at(30, 530), shown.at(-40, 630))
    wait_for_regions(fovea, image, lambda found: found[0]["geometry"]["y"] > 550)
    moved = regions(fovea, image)[0]["geometry"]
    assert [moved[key] for key in ("x", "width", "height")] == [0, drawn["width"], drawn["height"]]


def test_a_saved_edit_sends_what_changed_only(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
    geometry = {"x": 100, "y": 100, "width": 5, "height": 5}
    changes = [
        {
            "op": "add",
            "uuid": f"00000000-0000-4000-8000-{number:012d}",
            "shape": "rect",
            "lesion_class": "HE",
            "geometry": {**geometry, "x": 100 + 15 * (number % 40), "y": 100 + 15 * (number // 40)},
        }
        for number in range(1000)
    ]
    body = {"base_revision": sets[0]["revision"], "changes": changes, "seconds_spent": 0}
    fovea.post(f"/api/label-sets/{sets[0]['id']}/changes/", {**body, "change_id": CHANGE}, by="specialist")
    page.reload()
    expect_count(page, "HE", 1000)

    with page.expect_request("**/changes/") as sent:
        draw_rectangle(page, shown, 600, 600, 50, 50)
    assert len(sent.value.post_data or "") < 2000


def test_other_pictures_of_the_eye_come_and_go_without_moving_the_view(
    people: People, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    zoomed_at(page, shown, 700, 700, steps=3)
    original = stage_pixels(page)

    with page.expect_response("**/picture/red_free/"):
        page.keyboard.press("g")
    see_change(page, original, over=0.3)
    page.keyboard.press("g")
    see_same(page, original, within=0.01)


def test_a_key_can_be_given_to_another_action_and_stays_so(
    usual_keys: None, people: People, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    start(page, image)
    page.keyboard.press("?")
    page.get_by_role("button", name="Change the key of: Ellipse").click()
    page.keyboard.press("r")
    expect(page.get_by_role("alert")).to_contain_text("Rectangle")
    page.get_by_role("button", name="Take it over").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_label("Ellipse (R)")).to_have_attribute("aria-pressed", "true")

    page.reload()
    expect(page.get_by_label("Ellipse (R)")).to_be_visible()
    expect(page.get_by_label("Rectangle", exact=True)).to_be_visible()
    page.keyboard.press("?")
    page.get_by_role("button", name="Back to the first keys").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("r")
    expect(page.get_by_label("Rectangle (R)")).to_have_attribute("aria-pressed", "true")
