"""What the machine proposes: contours for rectangles and a champion's findings, by the real parts."""

import re
import secrets
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from playwright.sync_api import Request, expect

from imaging.masks import rasterize
from imaging.shapes import Polygon, shape_from_json
from inference.ml.model_store import write_model
from tests.e2e.browser import draw_rectangle
from tests.e2e.conftest import People
from tests.e2e.live import LiveFovea, unique
from tests.e2e.own_pictures import Box, bring_in, write_patches, write_phantom
from tests.e2e.room import expect_count, regions, start, stored, wait_for_regions, wait_for_stored
from tests.ml.models import red_segmenter

SIDE = 1000
AROUND_PX = 8  # from a lesion to the rectangle that a person draws around it
CENTRE_PX = 6.0  # of a finding, from where the lesion was painted
SURE_RED, FAINT_RED = (230, 20, 20), (150, 40, 40)
SURE_GREEN, FAINT_GREEN = (20, 230, 20), (40, 150, 40)
PAINTED: dict[Box, tuple[int, int, int]] = {
    (300, 400, 60, 60): SURE_RED,
    (450, 400, 60, 40): SURE_RED,
    (600, 400, 60, 60): FAINT_RED,
    (300, 600, 60, 60): SURE_GREEN,
    (450, 600, 40, 60): SURE_GREEN,
    (600, 600, 60, 60): FAINT_GREEN,
}
SURE_FROM = 0.9
MANY = 410  # rectangles: three requests


class PhantomEye(NamedTuple):
    """An image and the outlines of its hemorrhages, the largest first."""

    image: dict[str, Any]
    hemorrhages: list[Polygon]


@pytest.fixture
def phantom(fovea: LiveFovea, tmp_path: Path) -> PhantomEye:
    hemorrhages = write_phantom(tmp_path / "phantom.png", side=SIDE, seed=77)
    (image,) = bring_in(fovea, {unique("PROPOSALS"): [tmp_path / "phantom.png"]})
    return PhantomEye(image, hemorrhages)


@pytest.fixture
def painted(fovea: LiveFovea, tmp_path: Path) -> dict[str, Any]:
    """An image of an eye with what is painted."""
    write_patches(tmp_path / "painted.png", PAINTED, side=SIDE)
    (image,) = bring_in(fovea, {unique("PROPOSALS"): [tmp_path / "painted.png"]})
    return image


@pytest.fixture
def champion(fovea: LiveFovea, painted: dict[str, Any], tmp_path: Path) -> Iterator[str]:
    """A segmenter that was registered, promoted and asked about the painted eye; retired afterwards."""
    threshold = 0.5 + secrets.randbelow(1_000) / 1e6  # another model with every try: a retired one stays so
    made = red_segmenter(side=256, threshold=threshold)
    write_model(tmp_path / "red", onnx=made.onnx, card=made.card)
    fovea.manage("register_model", str(tmp_path / "red"), "--by", "admin")
    fovea.post(f"/api/models/{made.id}/promote/", {"reason": "Finds every patch."}, by="admin2")
    project = fovea.get("/api/projects/")["results"][0]["id"]
    job = fovea.post("/api/predictions/", {"project": project, "images": [painted["id"]]})["id"]
    fovea.wait_for_state(job, "succeeded", within_s=60)
    yield made.id
    fovea.post(f"/api/models/{made.id}/retire/", {"reason": "The test is over."})


def test_a_rectangle_becomes_the_lesions_outline_when_the_proposal_is_accepted(
    people: People, fovea: LiveFovea, phantom: PhantomEye
) -> None:
    image, lesion = phantom.image, phantom.hemorrhages[0]
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    xs, ys = zip(*lesion.points, strict=True)
    left, top = min(xs) - AROUND_PX, min(ys) - AROUND_PX
    width, height = max(xs) + AROUND_PX - left, max(ys) + AROUND_PX - top
    draw_rectangle(page, shown, left, top, width, height)
    wait_for_regions(fovea, image, lambda found: len(found) == 1)
    (drawn,) = regions(fovea, image)

    page.keyboard.press("Shift+T")
    expect(page.get_by_text("1 contour proposed")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 contour proposed")).to_have_count(0)
    assert regions(fovea, image) == [drawn]

    with page.expect_response("**/tighten/") as answer:
        page.keyboard.press("Shift+T")
    proposed = answer.value.json()["shapes"][0]["geometry"]
    expect(page.get_by_text("1 contour proposed")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for_regions(fovea, image, lambda found: [one["origin"] for one in found] == ["tightened"])
    (contour,) = regions(fovea, image)
    assert (contour["uuid"], contour["shape"], contour["geometry"]) == (drawn["uuid"], "polygon", proposed)
    box = drawn["geometry"]
    for x, y in contour["geometry"]["points"]:
        assert box["x"] <= x <= box["x"] + box["width"]
        assert box["y"] <= y <= box["y"] + box["height"]
    assert overlap(contour, lesion) > 0.6

    page.keyboard.press("Control+z")
    wait_for_regions(fovea, image, lambda found: [one["geometry"] for one in found] == [box])

    middle = shown.at((min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2)
    page.keyboard.press("v")
    page.mouse.click(*middle)
    page.keyboard.press("t")
    expect(page.get_by_text("1 contour proposed")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for_regions(fovea, image, lambda found: [one["origin"] for one in found] == ["tightened"])
    expect(page.locator(".a9s-handle")).to_have_count(0)  # nothing stays selected for the next class key
    page.mouse.click(*middle)
    handle = page.locator(".a9s-handle").first
    expect(handle).to_be_visible()
    place = handle.bounding_box()
    assert place is not None
    (first_x, first_y), (last_x, last_y) = shown.at(left, top), shown.at(left + width, top + height)
    assert first_x - 20 < place["x"] < last_x + 20
    assert first_y - 20 < place["y"] < last_y + 20


def test_many_rectangles_are_asked_about_in_parts_and_none_is_left_out(
    people: People, fovea: LiveFovea, image: dict[str, Any]
) -> None:
    page = people.page("specialist", f"/images/{image['id']}")
    start(page, image)
    change(fovea, image, [added(number) for number in range(MANY)])
    page.reload()
    expect_count(page, "HE", MANY)
    asked: list[str] = []
    page.on("request", lambda request: asked.extend(asked_about(request)))

    page.keyboard.press("Shift+T")
    expect(page.get_by_text(re.compile(rf"Looking for outlines: [1-9]\d* of {MANY}"))).to_be_visible()
    expect(page.get_by_text(re.compile("contours? proposed|No clear lesion"))).to_be_visible()
    assert sorted(asked) == sorted(one["uuid"] for one in regions(fovea, image))


def asked_about(request: Request) -> list[str]:
    """The shapes that a request to tighten names."""
    if not request.url.endswith("/tighten/"):
        return []
    return [one["uuid"] for one in (request.post_data_json or {})["shapes"]]


def added(number: int) -> dict[str, Any]:
    """A change that adds one of many small rectangles."""
    x, y = 300 + 20 * (number % 20), 300 + 20 * (number // 20)
    geometry = {"x": x, "y": y, "width": 12, "height": 12}
    return {"op": "add", "uuid": str(uuid4()), "shape": "rect", "lesion_class": "HE", "geometry": geometry}


def change(fovea: LiveFovea, image: dict[str, Any], changes: list[dict[str, Any]]) -> None:
    """Change the specialist's labels behind the page's back."""
    (drawn,) = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
    body = {"base_revision": drawn["revision"], "changes": changes, "seconds_spent": 0}
    path = f"/api/label-sets/{drawn['id']}/changes/"
    fovea.post(path, {**body, "change_id": str(uuid4())}, by="specialist")


def overlap(region: dict[str, Any], lesion: Polygon) -> float:
    """Intersection over union of a stored region and a true outline."""
    shape = shape_from_json(region["shape"], region["geometry"])
    one, other = (rasterize([each], height=SIDE, width=SIDE) for each in (shape, lesion))
    return float((one & other).sum() / (one | other).sum())


def test_a_champions_findings_are_accepted_one_by_one_by_class_and_by_confidence(
    people: People, fovea: LiveFovea, painted: dict[str, Any], champion: str
) -> None:
    image = painted
    found = fovea.get(f"/api/images/{image['id']}/findings/", by="specialist")["findings"]
    assert Counter(one["lesion_class"] for one in found) == {"HE": 3, "EX": 3}
    page = people.page("specialist", f"/images/{image['id']}")
    shown = start(page, image)
    asked = page.locator("[data-open-findings]")
    expect(asked).to_have_count(0)

    page.keyboard.press("o")
    expect(asked).to_have_attribute("data-open-findings", "6")
    page.mouse.click(*shown.at(330, 430))
    expect(asked).to_contain_text("Hemorrhage")
    page.keyboard.press("Enter")
    expect_count(page, "HE", 1)
    wait_for_regions(fovea, image, lambda got: centres(got) == {("HE", 330, 430)})

    slider = page.get_by_role("slider", name="Shown from this confidence")
    slider.focus()
    while float(slider.get_attribute("aria-valuenow") or 0) < SURE_FROM:
        slider.press("ArrowRight")
    expect(asked).to_contain_text("3 of 5 open findings shown")
    page.locator("[data-findings=EX]").get_by_role("button", name="Accept all").click()
    sure = {("HE", 330, 430), ("EX", 330, 630), ("EX", 470, 630)}
    wait_for_regions(fovea, image, lambda got: centres(got) == sure)
    page.get_by_role("button", name="Accept 1 finding from").click()
    sure.add(("HE", 480, 420))
    wait_for_regions(fovea, image, lambda got: centres(got) == sure)
    assert stored(fovea, image) == len(sure)
    by_uuid = {one["uuid"]: one["geometry"]["points"] for one in found}
    for region in regions(fovea, image):
        assert region["origin"] == f"model:{champion}"
        assert region["geometry"]["points"] == by_uuid[region["uuid"]]

    for left in (3, 1, 0):
        page.keyboard.press("Control+z")
        wait_for_stored(fovea, image, left)
    expect(asked).to_contain_text("4 of 6 open findings shown")
    page.keyboard.press("o")
    expect(asked).to_have_count(0)


def centres(found: list[dict[str, Any]]) -> set[tuple[str, int, int]]:
    """Class and painted centre of each stored finding; a finding that lies elsewhere fails."""
    return {(one["lesion_class"], *painted_centre(one["geometry"]["points"])) for one in found}


def painted_centre(points: list[list[float]]) -> tuple[int, int]:
    """The centre of the patch that was painted where this outline's box is centred."""
    middle = [(min(axis) + max(axis)) / 2 for axis in zip(*points, strict=True)]
    for x, y, width, height in PAINTED:
        painted = (x + width // 2, y + height // 2)
        if painted == pytest.approx(middle, abs=CENTRE_PX):
            return painted
    raise AssertionError(f"nothing was painted at {middle}")
