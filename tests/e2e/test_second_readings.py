"""Images read again: a hidden repeat, work that is taken back, readings that are merged once more."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import draw_rectangle, go, shown_image
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique
from tests.e2e.room import Boxes, expect_count, hand_in, wait_saved
from tests.e2e.steps import read_as_dr

EYES = {"OD": "Right eye (OD)", "OS": "Left eye (OS)"}


@pytest.fixture
def readers(fovea: LiveFovea) -> tuple[str, str]:
    """Two people who label and have nothing to read yet."""
    first, second = unique("again"), unique("colleague")
    for name in (first, second):
        fovea.add_specialist(name)
    return first, second


def assign(fovea: LiveFovea, image: dict[str, Any], *people: str, repeats: int = 0) -> None:
    """Put an image on people's worklists; `repeats`: this share (%) of it comes back hidden."""
    users = fovea.get("/api/users/?role=specialist&page_size=200")["results"]
    chosen = [user["id"] for user in users if user["username"] in people]
    fovea.set_rules(repeat_percent=repeats)
    fovea.post("/api/assignments/", {"users": chosen, "images": [image["id"]]})
    fovea.set_rules(repeat_percent=0)


def one_hemorrhage(x: float) -> Boxes:
    """One hemorrhage, as wide and high as all of this file's, that begins at `x`."""
    return {"HE": [(x, 300, x + 80, 380)]}


def test_a_hidden_repeat_is_read_without_a_word_of_the_first_reading(
    people: People, fovea: LiveFovea, image: dict[str, Any], readers: tuple[str, str]
) -> None:
    reader, _ = readers
    called = f"{image['patient_code']}, {EYES[image['eye']]}"
    assign(fovea, image, reader, repeats=100)
    page = people.page(reader, "/worklist")
    expect(page.get_by_text("1 image left to read")).to_be_visible()
    page.get_by_role("button", name=f"Start {called}").click()
    draw_and_submit(page, image)
    first = fovea.get(f"/api/images/{image['id']}/label-sets/", by="reviewer")["results"][-1]["id"]

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Next image", exact=True).last.click()
    expect(page.locator("[data-save=saved]")).to_be_visible()
    expect_count(page, "HE", 0)
    expect(page.get_by_label("ICDR grade")).to_have_value("")
    expect(page.get_by_label("Labels shown").locator("option")).to_have_count(2)  # none, and this one

    page.goto("/worklist")
    expect(page.get_by_text("1 image left to read")).to_be_visible()
    page.get_by_role("button", name=f"Continue {called}").click()
    draw_and_submit(page, image)
    expect(page.get_by_role("link", name="All read: to the worklist")).to_be_visible()
    assert [url for url in asked if f"/api/label-sets/{first}/" in url] == []
    assert read_twice(fovea, image, reader)


def draw_and_submit(page: Page, image: dict[str, Any]) -> None:
    """Draw one hemorrhage on what must be an empty reading, say DR and hand it in."""
    expect(page.get_by_role("toolbar", name="Tools").get_by_label("Rectangle (R)")).to_be_visible()
    expect_count(page, "HE", 0)
    shown = shown_image(page, width=image["width"], height=image["height"])
    draw_rectangle(page, shown, 300, 300, 100, 100)
    expect_count(page, "HE", 1)
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Gradability").select_option("gradable")
    wait_saved(page)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("It is locked until someone judges it.").last).to_be_visible()


def read_twice(fovea: LiveFovea, image: dict[str, Any], name: str) -> bool:
    """Whether the image has two readings of this person that were handed in."""
    sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="reviewer")["results"]
    mine = [one for one in sets if one["author_name"] == name and one["state"] == "submitted"]
    return sorted(one["reading_no"] for one in mine) == [1, 2]


def test_what_nobody_began_is_taken_back(
    people: People, fovea: LiveFovea, image: dict[str, Any], readers: tuple[str, str]
) -> None:
    _, other = readers
    assign(fovea, image, other)
    admin = people.page("admin")
    go(admin, "Reading")
    listed = admin.get_by_role("table", name="Images not begun").get_by_role("row")
    admin.get_by_label("Search images not begun").fill(image["patient_code"])
    expect(listed.filter(has_not_text=image["patient_code"])).to_have_count(1)  # the heading: it has searched
    theirs = listed.filter(has_text=other)
    expect(theirs).to_have_count(1)

    theirs.get_by_role("button", name=re.compile(f"^Take back .* from {other}$")).click()

    expect(theirs).to_have_count(0)
    rows = fovea.get(f"/api/worklist/?search={image['patient_code']}&page_size=200", by=other)["results"]
    assert image["id"] not in [row["image"] for row in rows]  # the other eye may be another test's


def test_readings_that_were_corrected_are_merged_again(
    people: People, fovea: LiveFovea, image: dict[str, Any], readers: tuple[str, str]
) -> None:
    assign(fovea, image, *readers)
    first = hand_in(fovea, image, one_hemorrhage(200), by=readers[0], grade=2)
    hand_in(fovea, image, one_hemorrhage(500), by=readers[1], grade=2)
    page = people.page("reviewer", f"/images/{image['id']}/agreement")
    page.get_by_role("button", name="Merge both readings").click()
    merged = page.get_by_role("link", name="Merged labels: submitted")
    expect(merged).to_be_visible()

    fovea.post(f"/api/label-sets/{first}/return/", {"comment": "Look again."}, by="reviewer")
    hand_in(fovea, image, one_hemorrhage(350), by=readers[0], grade=2)
    page.reload()
    page.get_by_role("button", name="Merge again").click()

    expect(merged).to_be_visible()
    sets = label_sets_of(fovea, image)
    newest = max((one for one in sets if one["source"].startswith("merged:")), key=lambda one: one["id"])
    assert newest["regions_count"] == 3


def test_a_third_person_settles_what_two_readers_disagree_on(
    people: People, fovea: LiveFovea, image: dict[str, Any], readers: tuple[str, str]
) -> None:
    assign(fovea, image, *readers)
    first = hand_in(fovea, image, one_hemorrhage(200), by=readers[0], grade=2)
    second = hand_in(fovea, image, one_hemorrhage(500), by=readers[1], grade=3)
    page = people.page("reviewer", "/disagreements")
    rows = page.get_by_role("row").filter(has_text=image["patient_code"])
    mine = rows.filter(has_text=EYES[image["eye"]])  # the other eye may be another test's
    expect(mine).to_contain_text("ICDR grade: moderate NPDR ≠ severe NPDR", timeout=40_000)
    expect(mine).to_contain_text("Lesions alike: 0 %, less than 50 %")

    mine.get_by_role("link", name=image["patient_code"]).click()
    for reader in readers:
        picture = page.get_by_role("region", name=f"Drawn by {reader}")
        expect(picture).to_contain_text("1 lesion, 1 drawn by nobody else")
    page.get_by_role("button", name="Settle it").click()

    readings = page.get_by_role("region", name="Both readings")
    expect(readings.get_by_role("table", name="What both answered")).to_contain_text("severe NPDR")
    expect_count(page, "HE", 2)
    expect(page.locator(".readers-overlay [data-alone=true]")).to_have_count(2)
    readings.get_by_label(f"Outlines of {readers[0]}").uncheck(force=True)
    expect(page.locator(".readers-overlay [data-alone=true]")).to_have_count(1)
    shown = shown_image(page, width=image["width"], height=image["height"])
    draw_rectangle(page, shown, 400, 500, 60, 60)
    expect_count(page, "HE", 3)
    page.get_by_label("ICDR grade").select_option("3")
    wait_saved(page)
    page.get_by_role("button", name="Settle", exact=True).click()
    dialog = page.get_by_role("dialog", name="Settle the disagreement")
    dialog.get_by_label("Why so").fill("Clearly severe.")
    dialog.get_by_role("button", name="Settle", exact=True).click()

    page.wait_for_url("**/disagreements")
    page.get_by_text(re.compile(r"^Settled \(")).click()
    mine.get_by_role("link", name=image["patient_code"]).click()
    expect(page.get_by_text("“Clearly severe.”")).to_be_visible()
    sets = {one["id"]: one for one in label_sets_of(fovea, image)}
    settled = next(one for one in sets.values() if one["source"].startswith("adjudication:"))
    assert (settled["state"], settled["regions_count"]) == ("accepted", 3)
    assert (sets[first]["state"], sets[second]["state"]) == ("submitted", "submitted")
    assert (sets[first]["regions_count"], sets[second]["regions_count"]) == (1, 1)


def label_sets_of(fovea: LiveFovea, image: dict[str, Any]) -> list[dict[str, Any]]:
    """All label sets of an image that a judge may see."""
    found: list[dict[str, Any]] = fovea.get(f"/api/images/{image['id']}/label-sets/", by="reviewer")[
        "results"
    ]
    return found
