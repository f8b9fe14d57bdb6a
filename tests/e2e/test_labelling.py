"""The labelling page with a mouse: draw, move, reshape, delete, undo; nothing gets lost."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import drag, draw_polygon, draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import expect_count, regions, start, wait_for_regions, wait_saved
from tests.e2e.steps import read_as_dr

TOLERANCE_PX = 3.0


def is_rect(region: dict[str, Any], x: float, y: float, width: float, height: float) -> bool:
    got = [region["geometry"][key] for key in ("x", "y", "width", "height")]
    return bool(got == pytest.approx([x, y, width, height], abs=TOLERANCE_PX))


def assert_rect(region: dict[str, Any], x: float, y: float, width: float, height: float) -> None:
    assert region["shape"] == "rect"
    got = [region["geometry"][key] for key in ("x", "y", "width", "height")]
    assert got == pytest.approx([x, y, width, height], abs=TOLERANCE_PX)


def test_a_rectangle_and_a_polygon_are_where_they_were_drawn(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)

    draw_rectangle(page, shown, 400, 500, 200, 120)
    page.get_by_role("button", name="Hard exudate").first.click()
    draw_polygon(page, shown, [(700, 700), (860, 720), (820, 860), (690, 820)])
    expect_count(page, "HE", 1)
    expect_count(page, "EX", 1)
    wait_saved(page)

    by_class = {region["lesion_class"]: region for region in regions(fovea, image)}
    assert_rect(by_class["HE"], 400, 500, 200, 120)
    points = by_class["EX"]["geometry"]["points"]
    assert len(points) == 4
    assert points[0] == pytest.approx([700, 700], abs=TOLERANCE_PX)
    assert by_class["EX"]["origin"] == "drawn"


def test_moving_reshaping_deleting_and_undoing_reach_the_server(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 300, 400, 200, 200)
    wait_saved(page)

    page.keyboard.press("v")
    page.mouse.click(*shown.at(400, 500))
    drag(page, shown.at(400, 500), shown.at(600, 650))
    wait_for_regions(fovea, image, lambda found: is_rect(found[0], 500, 550, 200, 200))

    drag(page, shown.at(700, 750), shown.at(760, 830))
    wait_for_regions(fovea, image, lambda found: is_rect(found[0], 500, 550, 260, 280))

    page.keyboard.press("Delete")
    expect_count(page, "HE", 0)
    wait_for_regions(fovea, image, lambda found: found == [])

    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    expect_count(page, "HE", 1)
    wait_for_regions(fovea, image, lambda found: found and is_rect(found[0], 500, 550, 200, 200))

    page.keyboard.press("Control+Shift+z")
    wait_for_regions(fovea, image, lambda found: is_rect(found[0], 500, 550, 260, 280))


def test_a_reload_shows_what_was_saved_and_the_reading_with_it(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 500, 500, 150, 150)
    draw_rectangle(page, shown, 800, 500, 150, 150)
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Comment").fill("two blots above the macula")
    wait_saved(page)

    page.reload()

    expect_count(page, "HE", 2)
    expect(page.get_by_label("ICDR grade")).to_have_value("2")
    expect(page.get_by_label("Comment")).to_have_value("two blots above the macula")
    assert len(regions(fovea, image)) == 2


def test_the_class_follows_the_number_keys_and_a_region_can_change_its_class(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    page.keyboard.press("2")
    draw_rectangle(page, shown, 500, 500, 150, 150)
    expect_count(page, "EX", 1)

    page.keyboard.press("v")
    page.mouse.click(*shown.at(575, 575))
    page.keyboard.press("1")
    expect_count(page, "HE", 1)
    expect_count(page, "EX", 0)
    wait_for_regions(fovea, image, lambda found: [one["lesion_class"] for one in found] == ["HE"])


def test_submitting_without_a_reading_is_refused_with_what_to_do(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page, watch = people.watched("specialist")
    page.goto(f"/images/{image['id']}")
    start(page, image)

    with watch.expecting(400):
        page.get_by_role("button", name="Submit").click()
        refusal = page.locator(".mantine-Notification-root")
        expect(refusal).to_be_visible()

    expect(page.get_by_label("Rectangle (R)")).to_be_visible()


def test_returned_labels_come_back_with_the_comment(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 500, 500, 150, 150)
    read_as_dr(page)
    wait_saved(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("It is locked until someone judges it.")).to_be_visible()
    expect(page.get_by_label("Rectangle (R)")).to_have_count(0)

    judge = people.page("reviewer", f"/images/{image['id']}")
    judge.get_by_label("Labels shown").select_option(label="specialist · submitted · 1 region")
    judge.get_by_role("button", name="Return").click()
    judge.get_by_label("What should change").fill("Outline the lesion more closely.")
    judge.get_by_role("dialog").get_by_role("button", name="Return").click()
    expect(judge.get_by_role("dialog")).to_have_count(0)

    page.reload()
    expect(page.get_by_text("Outline the lesion more closely.")).to_be_visible()
    expect(page.get_by_label("Rectangle (R)")).to_be_visible()
