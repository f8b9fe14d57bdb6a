"""`python -m tests.e2e.screenshots`: makes the pictures of the docs, of sample patients only.

Starts a Fovea of its own with the synthetic sample patients, trains both quick presets, predicts, and takes
the pages at 1440 x 900. `--data-dir DIR` keeps the data there, so that a second call is quick.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e import browser as browsing
from tests.e2e import steps
from tests.e2e.live import SAMPLES_READY_S, LiveFovea
from tests.processes.stack import ROOT, wait_for

TARGET = ROOT / "docs" / "images"
RUNS = {"classifier": "quick_resnet50", "segmenter": "quick_unet"}
TRAINING_S = 1_200.0
COLOURS = 256  # a palette keeps a page's picture under half a megabyte


def prepare(fovea: LiveFovea) -> None:
    """Train, promote and predict, unless an earlier call did."""
    project = fovea.get("/api/projects/")["results"][0]["id"]
    champions = {model["task"] for model in fovea.get("/api/models/?state=champion")["results"]}
    for task, preset in RUNS.items():
        if task not in champions:
            run = fovea.post("/api/training-runs/", {"project": project, "task": task, "preset": preset})
            _wait(fovea, run["job"]["id"], within_s=TRAINING_S)
            model = fovea.get(f"/api/training-runs/{run['id']}/")["model"]
            reason = "Pictures of the docs."
            fovea.post(f"/api/models/{model}/promote/", {"reason": reason}, by="admin2")
    if champions != set(RUNS):
        job = fovea.post("/api/predictions/", {"project": project})
        _wait(fovea, job["id"], within_s=300)


def _wait(fovea: LiveFovea, job: str, *, within_s: float) -> None:
    ended = {"succeeded", "failed", "cancelled"}
    wait_for(lambda: fovea.job(job)["state"] in ended, within_s=within_s, what=f"job {job} has ended")
    found = fovea.job(job)
    if found["state"] != "succeeded":
        raise SystemExit(f"{found['title']}: {found['error_message']} {found['error_remedy']}")


def shoot(page: Page, name: str) -> None:
    """Take the page as it is, in few colours."""
    page.wait_for_load_state("networkidle")
    page.mouse.move(browsing.WIDTH - 5, browsing.HEIGHT - 5)
    page.wait_for_timeout(2_500)  # tooltips, notices and the viewer's navigator go away
    path = TARGET / f"{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG)
    few.save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB\n")


def most_lesions(fovea: LiveFovea) -> tuple[dict[str, Any], int]:
    """The sample patient and the image with the most predicted lesions."""
    best: tuple[int, dict[str, Any], int] | None = None
    for patient in fovea.get("/api/patients/?page_size=200")["results"]:
        for image in patient["images"]:
            lesions = fovea.get(f"/api/images/{image['id']}/decision/")["lesions"]
            found = sum(one["count"] for one in lesions.values())
            if patient["is_synthetic"] and (best is None or found > best[0]):
                best = (found, patient, image["id"])
    if best is None:
        raise SystemExit("There are no sample patients.")
    return best[1], best[2]


def take_all(browser: Browser, fovea: LiveFovea) -> None:
    """Take every picture."""
    patient, image = most_lesions(fovea)
    pages = {name: _signed_in(browser, fovea, name) for name in ("reviewer", "specialist", "admin")}
    reviewer, specialist, admin = pages["reviewer"], pages["specialist"], pages["admin"]

    reviewer.goto("/patients")
    shoot(reviewer, "patients")
    reviewer.goto(f"/patients/{patient['id']}")
    shoot(reviewer, "review")
    reviewer.goto(f"/images/{image}")
    expect(reviewer.locator(".viewer[data-ready=true]")).to_be_visible()
    reviewer.get_by_label("Labels shown").select_option(label="No labels shown")
    shoot(reviewer, "viewer")

    unread = _unread(fovea)
    specialist.goto(f"/images/{unread['id']}")
    steps.label_image(specialist, width=unread["width"], height=unread["height"])
    shoot(specialist, "labelling")

    runs = fovea.get("/api/training-runs/")["results"]
    finished = next(run for run in runs if run["task"] == "segmenter" and run["model"])
    admin.goto(f"/training/{finished['id']}")
    expect(admin.get_by_role("img", name="Loss")).to_be_visible()
    shoot(admin, "training")


def _unread(fovea: LiveFovea) -> dict[str, Any]:
    """An image on the specialist's worklist that they have not begun to read."""
    for patient in fovea.get("/api/patients/?page_size=200", by="specialist")["results"]:
        for image in patient["images"]:
            sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
            if not sets and patient["is_synthetic"]:
                return dict(image)
    raise SystemExit("The specialist has read every image: use a new data folder.")


def _signed_in(browser: Browser, fovea: LiveFovea, username: str) -> Page:
    page = browsing.new_context(browser, fovea.url).new_page()
    browsing.sign_in(page, username, fovea.password)
    return page


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data-dir", type=Path, help="keep the data in this folder (default: a passing one)")
    arguments = parser.parse_args()
    if browsing.chromium_path() is None:
        sys.stderr.write("There is no Chromium on this machine: apt-get install chromium\n")
        return 1
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fovea-pictures-") as passing, sync_playwright() as playwright:
        fovea = LiveFovea(arguments.data_dir or Path(passing) / "data", samples=True)
        try:
            fovea.wait_until_ready(within_s=SAMPLES_READY_S)
            prepare(fovea)
            browser = browsing.launch(playwright)
            take_all(browser, fovea)
            browser.close()
        finally:
            fovea.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
