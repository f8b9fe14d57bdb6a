"""The labelling page with a mouse: draw, move, reshape, delete, undo; nothing gets lost."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import drag, draw_polygon, draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea
from tests.e2e.room import expect_count, reading, regions, start, wait_for_regions, wait_saved
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
    wait_saved(page)  # never said while a shape is under the hand
    assert_rect(regions(fovea, image)[0], 500, 550, 200, 200)

    drag(page, shown.at(700, 750), shown.at(760, 830))
    wait_saved(page)
    assert_rect(regions(fovea, image)[0], 500, 550, 260, 280)

    page.keyboard.press("Delete")
    expect_count(page, "HE", 0)
    wait_saved(page)
    assert regions(fovea, image) == []

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
    page.get_by_label("Comment", exact=True).fill("two blots above the macula")
    wait_saved(page)

    page.reload()

    expect_count(page, "HE", 2)
    expect(page.get_by_label("ICDR grade")).to_have_value("2")
    expect(page.get_by_label("Comment", exact=True)).to_have_value("two blots above the macula")
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


def test_submitting_shows_what_must_be_mended_and_what_only_looks_odd(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 500, 500, 150, 150)
    draw_rectangle(page, shown, 4, 4, 20, 20)
    wait_saved(page)
    submit = page.get_by_role("button", name="Submit", exact=True)
    dialog = page.get_by_role("dialog")

    submit.click()
    expect(dialog.get_by_role("region", name="To be mended first")).to_contain_text("No reading is given")
    expect(dialog.get_by_role("button", name="Submit anyway")).to_have_count(0)
    dialog.get_by_role("button", name="Back to the image").click()

    page.get_by_role("region", name="Reading").get_by_text("No DR", exact=True).click()
    submit.click()
    odd = dialog.get_by_role("region", name="Worth a second look")
    expect(odd).to_contain_text("1 region lies outside the field of view.")
    odd.locator("[data-check=outside_field_of_view]").get_by_role("button", name="Show").click()
    expect(dialog).to_have_count(0)
    page.keyboard.press("Delete")
    expect_count(page, "HE", 1)

    submit.click()
    expect(dialog.locator("[data-check=outside_field_of_view]")).to_have_count(0)
    dialog.get_by_role("button", name="Submit anyway").click()
    expect(page.get_by_label("Rectangle (R)")).to_have_count(0)
    assert len(regions(fovea, image)) == 1


def test_disc_fovea_and_a_comment_are_placed_by_a_click_and_undone_like_shapes(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    for name, place in (("Disc", (900, 650)), ("Fovea", (500, 700))):
        page.get_by_role("region", name="Landmarks").get_by_role("button", name=name, exact=True).click()
        page.mouse.click(*shown.at(*place))
        expect(page.locator(f".place-marker[data-kind={name.lower()}][data-ghost=false]")).to_be_visible()
    page.keyboard.press("2")
    draw_rectangle(page, shown, 580, 690, 40, 40)
    page.get_by_role("button", name="Pin a comment").click()
    page.mouse.click(*shown.at(600, 500))
    page.get_by_label("Comment at this place").fill("drusen?")
    page.get_by_role("button", name="Keep").click()
    wait_saved(page)

    answers = reading(fovea, image)
    assert answers["landmarks"]["disc"] == pytest.approx([900, 650], abs=TOLERANCE_PX)
    assert answers["landmarks"]["fovea"] == pytest.approx([500, 700], abs=TOLERANCE_PX)
    assert [pin["text"] for pin in answers["pins"]] == ["drusen?"]
    expect(page.get_by_test_id("anatomy")).to_contain_text("0.5 disc diameters from the fovea")
    expect_count(page, "EX", 1)

    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".place-marker[data-kind=pin]")).to_have_count(0)
    wait_saved(page)
    assert reading(fovea, image)["pins"] == []


def test_the_disc_is_made_as_wide_as_it_is_and_gives_the_measures(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    landmarks = page.get_by_role("region", name="Landmarks")
    for name, place in (("Disc", (1000, 700)), ("Fovea", (600, 700))):
        landmarks.get_by_role("button", name=name, exact=True).click()
        page.mouse.click(*shown.at(*place))
    expect(landmarks).to_contain_text("Disc diameter 160 px, reckoned")

    width = page.get_by_role("slider", name="Disc diameter")
    width.focus()
    for _ in range(10):
        width.press("ArrowRight")
    expect(landmarks).to_contain_text("Disc diameter 170 px")
    wait_saved(page)
    assert reading(fovea, image)["landmarks"]["disc_diameter"] == pytest.approx(170, abs=TOLERANCE_PX)
    rim = page.locator(".disc-rim").bounding_box()
    assert rim is not None
    assert rim["width"] == pytest.approx(170 * shown.zoom, abs=3)

    landmarks.get_by_role("button", name="Reckon it").click()
    expect(landmarks).to_contain_text("Disc diameter 160 px, reckoned")


def test_returned_labels_come_back_with_the_comment(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    draw_rectangle(page, shown, 500, 500, 150, 150)
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Gradability").select_option("gradable")
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
