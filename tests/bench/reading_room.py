"""The reading room with 1,000 editable and 5,000 predicted regions on a photograph of 4288x2848 px.

Prints how long opening takes and the median script time of a frame while a person pans and zooms, by the
browser's own tracing, against what they may take. Uses a photograph of IDRiD where ../shared/data has one,
else a phantom; the findings are made up, stored as a champion's and asked of the server as in earnest. Run it
with `python tests/bench/reading_room.py`, on a machine that does nothing else.
"""

from __future__ import annotations

import statistics
import sys
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from tests.bench._pages import (  # noqa: E402
    FRAME_AIM_MS,
    import_photographs,
    made_up_lesions,
    middle_of,
    own_fovea,
    store_findings,
    tell,
    traced,
)
from tests.e2e import browser as browsing  # noqa: E402
from tests.e2e.live import LiveFovea  # noqa: E402

EDITABLE, PREDICTED = 1_000, 5_000
OPEN_AIM_S = 2.0
OPENINGS = 5
SHOWN = f"""() => document.querySelector(".viewer[data-ready=true]")
    && [...document.querySelectorAll("[data-count]")].reduce((sum, one) => sum + Number(one.textContent), 0)
        === {EDITABLE}
    && document.querySelector("[data-open-findings='{PREDICTED}']")"""


def main() -> None:
    """Print the time to open and the script time of a frame."""
    with own_fovea() as fovea, sync_playwright() as playwright:
        image = _prepared_image(fovea)
        store_findings(fovea, image, count=PREDICTED, seed=2)
        browser = browsing.launch(playwright)
        context = browsing.new_context(browser, fovea.url)
        page = context.new_page()
        browsing.sign_in(page, "specialist", fovea.password)
        opening = [_open(page, image["id"]) for _ in range(OPENINGS + 1)][1:]  # the first one fills the cache
        tracing = context.new_cdp_session(page)
        moving = {what: traced(page, tracing, move) for what, move in (("panning", _pan), ("zooming", _zoom))}
        browser.close()
    tell("opening", statistics.median(opening), OPEN_AIM_S, "s")
    for what, frames in moving.items():
        tell(f"{what}, script a frame ({len(frames)} frames)", statistics.median(frames), FRAME_AIM_MS, "ms")


def _prepared_image(fovea: LiveFovea) -> dict[str, Any]:
    """One large image with a draft of the specialist's that has all the editable regions."""
    import_photographs(fovea, count=1)
    patient = fovea.get("/api/patients/")["results"][0]
    users = [one["id"] for one in fovea.get("/api/users/?role=specialist")["results"]]
    fovea.post("/api/assignments/", {"users": users, "patients": [patient["id"]]})
    image: dict[str, Any] = fovea.get(f"/api/images/{patient['images'][0]['id']}/", by="specialist")
    label_set = fovea.post(f"/api/images/{image['id']}/label-sets/", {}, by="specialist")
    lesions = made_up_lesions(EDITABLE, width=image["width"], height=image["height"], seed=1)
    changes = [{"op": "add", "shape": "polygon", **lesion} for lesion in lesions]
    body = {
        "base_revision": label_set["revision"],
        "change_id": str(uuid.uuid4()),
        "changes": changes,
        "seconds_spent": 1,
    }
    fovea.post(f"/api/label-sets/{label_set['id']}/changes/", body, by="specialist")
    wish = {"values": {"view": {"findingsInDraft": True, "minConfidence": 0}}}
    status, answer = fovea.api("specialist").ask("/api/me/preferences/", wish, method="PATCH")
    assert status == 200, answer
    return image


def _open(page: Page, image: int) -> float:
    """Seconds from asking for the page until picture, labels and findings are on the screen."""
    page.goto("about:blank")
    page.goto(f"/images/{image}", wait_until="commit")
    page.wait_for_function(SHOWN, polling="raf")
    shown = page.evaluate("() => new Promise(done => requestAnimationFrame(() => done(performance.now())))")
    return float(shown) / 1000


def _pan(page: Page) -> None:
    """Drag to and fro at the zoom at which a person looks for lesions."""
    x, y = middle_of(page.locator(".viewer"))
    page.mouse.move(x, y)
    for _ in range(4):
        page.mouse.wheel(0, -100)
        page.wait_for_timeout(150)
    for step in range(6):
        page.mouse.move(x, y)
        page.mouse.down()
        for part in range(20):
            turn = 1 if step % 2 else -1
            page.mouse.move(x + turn * 12 * part, y + turn * 5 * part)
            page.wait_for_timeout(16)
        page.mouse.up()
        page.wait_for_timeout(300)


def _zoom(page: Page) -> None:
    x, y = middle_of(page.locator(".viewer"))
    page.mouse.move(x, y)
    for direction in (1, -1, 1):
        for _ in range(8):
            page.mouse.wheel(0, direction * 100)
            page.wait_for_timeout(120)


if __name__ == "__main__":
    main()
