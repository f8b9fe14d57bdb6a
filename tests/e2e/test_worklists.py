"""From sharing images out to two readers' agreement: every person's part in the browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from imaging.phantom_files import write_samples
from tests.e2e.browser import draw_rectangle, go, shown_image
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique
from tests.e2e.own_pictures import import_patients
from tests.e2e.room import wait_saved
from tests.e2e.steps import read_as_dr

Box = tuple[float, float, float, float]  # in px of the image
# Right eye: half in common. Left eye: one reader sees a lesion elsewhere.
FIRST_DRAWS: tuple[Box, Box] = ((600, 500, 200, 200), (300, 400, 100, 100))
SECOND_DRAWS: tuple[Box, Box] = ((700, 500, 200, 200), (800, 700, 100, 100))


@pytest.fixture
def code(fovea: LiveFovea, tmp_path: Path) -> str:
    """The code of a patient of this test's own, with both eyes."""
    samples = write_samples(tmp_path, count=1, side=1000, seed=11)
    made = unique("TWICE")
    import_patients(fovea, {made: sorted(samples.images.glob("*.jpg"))})
    return made


@pytest.fixture
def readers(fovea: LiveFovea) -> tuple[str, str]:
    """Two people who label and have nothing to read yet."""
    first, second = unique("first"), unique("second")
    for name in (first, second):
        fovea.add_specialist(name)
    return first, second


def test_images_are_shared_out_read_twice_and_compared(
    people: People, fovea: LiveFovea, code: str, readers: tuple[str, str]
) -> None:
    share_out_one_patient(people.page("admin"), fovea, code, readers)

    first = people.page(readers[0])
    expect(first).to_have_url(re.compile("/worklist$"))
    read_both_eyes(first, fovea, code, FIRST_DRAWS)
    first.close()
    reviewer = people.page("reviewer")
    go(reviewer, "Agreement")
    expect(reviewer.get_by_text(re.compile("No image was read twice yet|Two readers")).first).to_be_visible()
    expect(reviewer.get_by_text(code)).to_have_count(0)
    second = people.page(readers[1])
    read_both_eyes(second, fovea, code, SECOND_DRAWS, is_last=True)

    compare_and_merge(reviewer, code, readers)
    go(reviewer, "Reading")
    row = reviewer.get_by_role("table", name="Progress by person").get_by_role("row", name=readers[1])
    expect(row.get_by_role("cell")).to_contain_text([readers[1], "", "0", "2", "0", "0", "0"])


def share_out_one_patient(page: Page, fovea: LiveFovea, code: str, readers: tuple[str, str]) -> None:
    """Have every image read by two people, and give both images of a patient to both specialists."""
    go(page, "Reading")
    page.get_by_label("Read by one more person").fill("100")
    page.get_by_label("Hidden repeats per person").fill("0")
    page.get_by_role("region", name="Reading rules").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    go(page, "Patients")
    page.get_by_label("Search").fill(code)
    page.get_by_role("checkbox", name=f"Select {code}").check()
    page.get_by_role("button", name="Assign 1").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("100 % of the images to one more")).to_be_visible()
    dialog.get_by_role("combobox", name="People who label").click()
    for name in readers:
        page.get_by_role("option", name=f"{name} (Specialist)").click()
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(page.get_by_text("4 new readings on the worklists of 2 people.")).to_be_visible()
    fovea.set_rules(double_read_percent=0)


def read_both_eyes(
    page: Page, fovea: LiveFovea, code: str, boxes: tuple[Box, Box], *, is_last: bool = False
) -> None:
    """Begin with the right eye from the worklist, go on to the left one without returning to the list."""
    page.get_by_label("Search").fill(code)
    expect(page.get_by_role("row").filter(has_text=code)).to_have_count(2)
    page.get_by_role("button", name=f"Start {code}, Right eye (OD)").click()
    page.wait_for_url(re.compile(r"/images/\d+\?assignment=\d+$"))
    label(page, fovea, boxes[0])
    page.get_by_role("button", name="Next image", exact=True).last.click()
    expect(page.get_by_text("Left eye (OS)")).to_be_visible()
    label(page, fovea, boxes[1])
    page.keyboard.press("[")
    expect(page.get_by_text("Right eye (OD)")).to_be_visible()
    page.keyboard.press("]")
    expect(page.get_by_text("Left eye (OS)")).to_be_visible()
    if is_last:
        page.get_by_role("link", name="All read: to the worklist").click()
        expect(page.get_by_text("Nothing left to read")).to_be_visible()


def label(page: Page, fovea: LiveFovea, box: Box) -> None:
    """Draw one hemorrhage in the opened image, say DR and hand it in."""
    number = int(re.search(r"/images/(\d+)", page.url)[1])  # type: ignore[index]
    image = fovea.get(f"/api/images/{number}/")
    expect(page.get_by_role("toolbar", name="Tools").get_by_label("Rectangle (R)")).to_be_visible()
    shown = shown_image(page, width=image["width"], height=image["height"])
    draw_rectangle(page, shown, *box)
    expect(page.locator("[data-count=HE]")).to_have_text("1")
    read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Gradability").select_option("gradable")
    wait_saved(page)
    page.get_by_role("button", name="Submit").click()
    anyway = page.get_by_role("button", name="Submit anyway")
    expect(anyway.or_(page.get_by_text("It is locked until someone judges it."))).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(page.get_by_label("Rectangle (R)")).to_have_count(0)


def compare_and_merge(page: Page, code: str, readers: tuple[str, str]) -> None:
    """Find both images among those read twice, the worse one first, and merge its readings."""
    page.reload()
    pair = page.get_by_role("table", name="Two readers").get_by_role("row", name=" · ".join(readers))
    expect(pair).to_contain_text("2 images")
    expect(pair).to_contain_text("n = 2")
    expect(pair).to_contain_text(re.compile(r"0\.5 / 0\.2\d"))  # F1 of 1 and 0; Dice of about 0.5 and 0
    rows = page.get_by_role("table", name="Images, worst first").get_by_role("row").filter(has_text=code)
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Left eye (OS)")
    rows.last.get_by_role("link", name=code).click()

    hemorrhages = page.locator("[data-lesion=HE]")
    expect(hemorrhages.get_by_role("cell")).to_contain_text(["Hemorrhage", "1", "0", "0", "1"])
    expect(page.get_by_role("table", name="Answers").get_by_text("agree", exact=True)).to_have_count(3)
    drawn = page.get_by_role("img", name=re.compile("1 lesion drawn by .*, 0 by nobody else"))
    expect(drawn).to_have_count(2)
    page.get_by_role("button", name="Merge both readings").click()
    expect(page.get_by_role("link", name="Merged labels: submitted")).to_be_visible()
