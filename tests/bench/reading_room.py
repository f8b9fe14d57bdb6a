"""The reading room with 1,000 editable and 5,000 predicted regions on a photograph of 4288x2848 px.

Prints how long opening takes and the median script time of a frame while a person pans and zooms, by the
browser's own tracing, against what they may take. Uses a photograph of IDRiD where ../shared/data has one,
else a phantom; the findings are made up, stored as a champion's and asked of the server as in earnest. Run it
with `python tests/bench/reading_room.py`, on a machine that does nothing else.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from playwright.sync_api import CDPSession, Page, sync_playwright  # noqa: E402

from imaging.phantom_files import write_samples  # noqa: E402
from tests.bench._frames import script_ms_per_frame  # noqa: E402
from tests.e2e import browser as browsing  # noqa: E402
from tests.e2e.live import LiveFovea  # noqa: E402

PHOTOGRAPHS = ROOT.parent / "shared/data/idrid/segmentation/images"
EDITABLE, PREDICTED = 1_000, 5_000
OPEN_AIM_S, FRAME_AIM_MS = 2.0, 16.0
OPENINGS = 5
TRACED = "devtools.timeline,devtools.timeline.frame,disabled-by-default-devtools.timeline"
SHOWN = f"""() => document.querySelector(".viewer[data-ready=true]")
    && [...document.querySelectorAll("[data-count]")].reduce((sum, one) => sum + Number(one.textContent), 0)
        === {EDITABLE}
    && document.querySelector("[data-open-findings='{PREDICTED}']")"""


def main() -> None:
    """Print the time to open and the script time of a frame."""
    with _fovea() as fovea, sync_playwright() as playwright:
        image = _prepared_image(fovea)
        _store_findings(fovea, image)
        browser = browsing.launch(playwright)
        context = browsing.new_context(browser, fovea.url)
        page = context.new_page()
        browsing.sign_in(page, "specialist", fovea.password)
        opening = [_open(page, image["id"]) for _ in range(OPENINGS + 1)][1:]  # the first one fills the cache
        tracing = context.new_cdp_session(page)
        moving = {
            what: _traced(page, tracing, move) for what, move in (("panning", _pan), ("zooming", _zoom))
        }
        browser.close()
    _tell("opening", statistics.median(opening), OPEN_AIM_S, "s")
    for what, frames in moving.items():
        _tell(f"{what}, script a frame ({len(frames)} frames)", statistics.median(frames), FRAME_AIM_MS, "ms")


def _tell(what: str, ours: float, aim: float, unit: str) -> None:
    text = (
        f"  {what}: ours {ours:.2f} {unit}, may take {aim:.2f} {unit}, ratio {ours / aim:.2f} (aim <= 1.00)"
    )
    print(text)  # noqa: T201


@contextmanager
def _fovea() -> Iterator[LiveFovea]:
    subprocess.run([str(ROOT / "scripts" / "build-frontend")], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        fovea = LiveFovea(Path(folder) / "data", samples=False)
        try:
            fovea.wait_until_ready(within_s=120)
            yield fovea
        finally:
            fovea.stop()


def _prepared_image(fovea: LiveFovea) -> dict[str, Any]:
    """One large image with a draft of the specialist's that has all the editable regions."""
    with tempfile.TemporaryDirectory() as folder:
        photographs = sorted(PHOTOGRAPHS.glob("*.jpg")) if PHOTOGRAPHS.is_dir() else []
        if photographs:
            (Path(folder) / photographs[0].name).symlink_to(photographs[0])
        else:
            write_samples(Path(folder), count=1, side=2848)
        command = [sys.executable, str(ROOT / "manage.py"), "import_images", folder]
        subprocess.run(command, check=True, env=_environment(fovea), stdout=subprocess.DEVNULL)
    patient = fovea.get("/api/patients/")["results"][0]
    users = [one["id"] for one in fovea.get("/api/users/?role=specialist")["results"]]
    fovea.post("/api/assignments/", {"users": users, "patients": [patient["id"]]})
    image: dict[str, Any] = fovea.get(f"/api/images/{patient['images'][0]['id']}/", by="specialist")
    label_set = fovea.post(f"/api/images/{image['id']}/label-sets/", {}, by="specialist")
    blobs = _blobs(EDITABLE, width=image["width"], height=image["height"], seed=1)
    changes = [{"op": "add", "shape": "polygon", **blob} for blob in blobs]
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


def _blobs(count: int, *, width: int, height: int, seed: int) -> list[dict[str, Any]]:
    """Lesions as they are: many small, few large; polygons of 12 to 30 corners."""
    random = np.random.default_rng(seed)
    blobs = []
    for number in range(count):
        corners = int(random.integers(12, 30))
        radius = random.gamma(2, 9) + 3
        center = random.uniform((0.15 * width, 0.1 * height), (0.85 * width, 0.9 * height))
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        radii = radius * random.uniform(0.75, 1.25, corners)
        points = center + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        blobs.append(
            {
                "uuid": str(uuid.UUID(int=int(random.integers(2**62)), version=4)),
                "lesion_class": ("HE", "EX")[number % 2],
                "geometry": {"points": np.round(points, 2).tolist(), "holes": []},
            }
        )
    return blobs


def _store_findings(fovea: LiveFovea, image: dict[str, Any]) -> None:
    """A prediction of the image with all the predicted regions, in the server's database."""
    blobs = _blobs(PREDICTED, width=image["width"], height=image["height"], seed=2)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as outlines:
        json.dump(blobs, outlines)
        outlines.flush()
        program = str(ROOT / "tests" / "bench" / "_stored_findings.py")
        subprocess.run(
            [sys.executable, program, str(image["id"]), outlines.name], check=True, env=_environment(fovea)
        )


def _environment(fovea: LiveFovea) -> dict[str, str]:
    settings = {"DATA_DIR": str(fovea.data_dir), "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    return {**os.environ, **settings}


def _open(page: Page, image: int) -> float:
    """Seconds from asking for the page until picture, labels and findings are on the screen."""
    page.goto("about:blank")
    page.goto(f"/images/{image}", wait_until="commit")
    page.wait_for_function(SHOWN, polling="raf")
    shown = page.evaluate("() => new Promise(done => requestAnimationFrame(() => done(performance.now())))")
    return float(shown) / 1000


def _traced(page: Page, tracing: CDPSession, move: Any) -> list[float]:
    """Script time of each frame, ms, while the view is moved."""
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    tracing.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    tracing.on("Tracing.tracingComplete", lambda _: ended.append(True))
    page.wait_for_timeout(1500)
    tracing.send("Tracing.start", {"categories": TRACED, "transferMode": "ReportEvents"})
    move(page)
    tracing.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    return script_ms_per_frame(events)


def _middle(page: Page) -> tuple[float, float]:
    box = page.locator(".viewer").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _pan(page: Page) -> None:
    """Drag to and fro at the zoom at which a person looks for lesions."""
    x, y = _middle(page)
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
    x, y = _middle(page)
    page.mouse.move(x, y)
    for direction in (1, -1, 1):
        for _ in range(8):
            page.mouse.wheel(0, direction * 100)
            page.wait_for_timeout(120)


if __name__ == "__main__":
    main()
