"""What a specialist sees and does in the reading room, and what the server has of it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import ShownImage, draw_rectangle, shown_image
from tests.e2e.live import LiveFovea
from tests.processes.stack import wait_for

Boxes = dict[str, list[tuple[float, float, float, float]]]  # by class: left, top, right, bottom; px


def regions(fovea: LiveFovea, image: dict[str, Any]) -> list[dict[str, Any]]:
    """The specialist's regions on the server."""
    found: list[dict[str, Any]] = _label_set(fovea, image)["regions"]
    return found


def reading(fovea: LiveFovea, image: dict[str, Any]) -> dict[str, Any]:
    """The specialist's answers on the server."""
    answers: dict[str, Any] = _label_set(fovea, image)["reading"]
    return answers


def _label_set(fovea: LiveFovea, image: dict[str, Any]) -> dict[str, Any]:
    sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
    detail: dict[str, Any] = fovea.get(f"/api/label-sets/{sets[0]['id']}/", by="specialist")
    return detail


def start(page: Page, image: dict[str, Any]) -> ShownImage:
    """Begin a reading and show the whole image."""
    page.get_by_role("button", name="Start labelling").click()
    expect(page.get_by_role("toolbar", name="Tools").get_by_label("Rectangle (R)")).to_be_visible()
    return shown_image(page, width=image["width"], height=image["height"])


def wait_saved(page: Page) -> None:
    """Wait until the page says that everything is on the server."""
    expect(page.locator("[data-save=saved]")).to_be_visible()


def expect_count(page: Page, lesion_class: str, count: int) -> None:
    expect(page.locator(f"[data-count={lesion_class}]")).to_have_text(str(count))


def wait_for_regions(
    fovea: LiveFovea, image: dict[str, Any], fits: Callable[[list[dict[str, Any]]], Any]
) -> None:
    """Wait until the server has what fits."""
    wait_for(lambda: fits(regions(fovea, image)), within_s=20, what=f"fitting: {regions(fovea, image)}")


def stored(fovea: LiveFovea, image: dict[str, Any]) -> int:
    """How many shapes of the image's one reading the database itself has; it keeps each uuid at most once."""
    shapes = "annotations_region r JOIN annotations_labelset s ON s.id = r.label_set_id"
    mine = f"s.image_id = {image['id']} AND s.source LIKE 'person:%' AND r.removed_in IS NULL"
    return fovea.count(f"SELECT COUNT(*) FROM {shapes} WHERE {mine}")  # noqa: S608 - our own number


def wait_for_stored(fovea: LiveFovea, image: dict[str, Any], count: int) -> None:
    """Wait until the database has this many shapes of the image."""
    wait_for(
        lambda: stored(fovea, image) == count,
        within_s=20,
        what=f"{count} shapes in the database, there are {stored(fovea, image)}",
    )


def draw_row(page: Page, shown: ShownImage, count: int, *, top: float = 400) -> None:
    """Draw this many small rectangles side by side."""
    for number in range(count):
        draw_rectangle(page, shown, 300 + 34 * (number % 24), top + 60 * (number // 24), 22, 22)


def zoomed_at(page: Page, shown: ShownImage, x: float, y: float, *, steps: int) -> ShownImage:
    """Zoom in at an image position with the wheel; that position stays where it is."""
    left, top = shown.at(x, y)
    page.mouse.move(left, top)
    for _ in range(steps):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(80)
    page.wait_for_timeout(500)
    zoom = float(page.locator(".room-ruler").inner_text().split(" %")[0].split()[-1]) / 100
    exact = shown.zoom * 1.25**steps
    assert zoom == pytest.approx(exact, rel=0.05)
    return ShownImage(left=left - x * exact, top=top - y * exact, zoom=exact)


def hand_in(fovea: LiveFovea, image: dict[str, Any], boxes: Boxes, *, by: str, grade: int) -> int:
    """Rectangles around lesions, DR and a grade, handed in without a browser; gives the label set's id."""
    opened = fovea.post(f"/api/images/{image['id']}/label-sets/", {}, by=by)
    changes = [
        {
            "op": "add",
            "uuid": str(uuid.uuid4()),
            "shape": "rect",
            "geometry": {"x": left, "y": top, "width": right - left, "height": bottom - top},
            "lesion_class": code,
        }
        for code, found in boxes.items()
        for left, top, right, bottom in found
    ]
    body = {
        "base_revision": opened["revision"],
        "change_id": str(uuid.uuid4()),
        "changes": changes,
        "reading": {"dr_status": "dr", "icdr_grade": grade, "gradability": "gradable"},
    }
    fovea.post(f"/api/label-sets/{opened['id']}/changes/", body, by=by)
    fovea.post(f"/api/label-sets/{opened['id']}/submit/", {}, by=by)
    return int(opened["id"])
