"""The patient page of a reviewer: two photographs of 4288x2848 px, 600 findings, probability maps.

Prints how long it takes until both photographs and all findings are on the screen, then the maps; and the
median script time of a frame while the slider of a threshold moves, by the browser's own tracing, against
what they may take. Uses photographs of IDRiD where ../shared/data has them, else phantoms; findings and
maps are made up, stored as a champion's and asked of the server as in earnest. Run it with
`python tests/bench/patient_page.py`, on a machine that does nothing else.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from tests.bench._pages import (  # noqa: E402
    FRAME_AIM_MS,
    import_photographs,
    middle_of,
    own_fovea,
    store_findings,
    tell,
    traced,
)
from tests.e2e import browser as browsing  # noqa: E402
from tests.e2e.live import LiveFovea  # noqa: E402

FINDINGS = 600
OPEN_AIM_S = 2.5
OPENINGS = 5
SHOWN = f"""() => document.querySelectorAll(".review-eye .viewer[data-ready=true]").length === 2
    && document.querySelector(".findings[aria-rowcount='{FINDINGS + 1}']")
    && document.querySelector(".review-panel")"""
MAPS = """() => document.querySelectorAll(".map-layer canvas").length === 4"""


def main() -> None:
    """Print the time to open, with maps, and the script time of a frame."""
    with own_fovea() as fovea, sync_playwright() as playwright:
        patient = _prepared_patient(fovea)
        browser = browsing.launch(playwright)
        context = browsing.new_context(browser, fovea.url)
        page = context.new_page()
        browsing.sign_in(page, "reviewer", fovea.password)
        _open(page, patient)  # the first one fills the cache, and finds disc and fovea
        openings = [_open(page, patient) for _ in range(OPENINGS)]
        page.get_by_role("tab", name="Show").click()
        frames = traced(page, context.new_cdp_session(page), _slide)
        browser.close()
    usable, mapped = (statistics.median(one) for one in zip(*openings, strict=True))
    tell("opening", usable, OPEN_AIM_S, "s")
    tell("opening and the maps", mapped, OPEN_AIM_S, "s")
    slid = statistics.median(frames)
    tell(f"slider, script a frame ({len(frames)} frames)", slid, FRAME_AIM_MS, "ms")


def _prepared_patient(fovea: LiveFovea) -> int:
    """One patient with both eyes, and a champion's findings and maps of each."""
    labels = "file,patient,eye\n{0},BENCH,OD\n{1},BENCH,OS\n"
    import_photographs(fovea, count=2, labels=labels)
    (patient,) = fovea.get("/api/patients/")["results"]
    for seed, listed in enumerate(patient["images"], start=1):
        image = fovea.get(f"/api/images/{listed['id']}/")
        store_findings(fovea, image, count=FINDINGS // 2, seed=seed, maps=True)
    return int(patient["id"])


def _open(page: Page, patient: int) -> tuple[float, float]:
    """Seconds from asking for the page until it can be worked with, and until its maps are painted, too."""
    page.goto("about:blank")
    page.goto(f"/review/{patient}", wait_until="commit")
    page.wait_for_function(SHOWN, polling="raf")
    usable = _seconds(page)
    asked = _seconds(page)
    page.keyboard.press("p")
    page.wait_for_function(MAPS, polling="raf")
    return usable, usable + _seconds(page) - asked


def _seconds(page: Page) -> float:
    """Seconds since the page was asked for, once the next frame is drawn."""
    drawn = "() => new Promise(done => requestAnimationFrame(() => done(performance.now())))"
    return float(page.evaluate(drawn)) / 1000


def _slide(page: Page) -> None:
    """Hold the thumb of the first class and move it to and fro."""
    thumb = page.get_by_role("slider", name="Threshold of").first
    x, y = middle_of(thumb)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(4):
        turn = 1 if step % 2 else -1
        for part in range(30):
            page.mouse.move(x + turn * 3 * part, y)
            page.wait_for_timeout(16)
    page.mouse.up()


if __name__ == "__main__":
    main()
