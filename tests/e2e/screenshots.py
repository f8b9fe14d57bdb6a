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
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    palette = picture.quantize(COLOURS)
    picture.quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB\n")


def most_lesions(fovea: LiveFovea) -> tuple[dict[str, Any], int]:
    """The sample patient with DR in both eyes and the most predicted lesions, and their image with most."""
    best: tuple[int, dict[str, Any], int] | None = None
    for patient in fovea.get("/api/patients/?page_size=200")["results"]:
        images = [image["id"] for image in patient["images"]]
        decisions = [fovea.get(f"/api/images/{image}/decision/") for image in images]
        found = [sum(one["count"] for one in decision["lesions"].values()) for decision in decisions]
        in_both = patient["is_synthetic"] and all(decision["outcome"] == "dr" for decision in decisions)
        if in_both and (best is None or sum(found) > best[0]):
            best = (sum(found), patient, images[found.index(max(found))])
    if best is None:
        raise SystemExit("No sample patient was judged to have DR in both eyes.")
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

    _label(specialist, fovea, _unread(fovea))
    shoot(specialist, "labelling")

    runs = fovea.get("/api/training-runs/")["results"]
    finished = next(run for run in runs if run["task"] == "segmenter" and run["model"])
    admin.goto(f"/training/{finished['id']}")
    expect(admin.get_by_role("img", name="Loss")).to_be_visible()
    shoot(admin, "training")


def _label(page: Page, fovea: LiveFovea, image: dict[str, Any]) -> None:
    """Outline some of an image's true lesions as a specialist would, and read it."""
    page.goto(f"/images/{image['id']}")
    page.get_by_role("button", name="Start labelling").click()
    expect(page.get_by_label("Rectangle (R)")).to_be_visible()
    page.get_by_role("switch", name="Predicted lesions").uncheck(force=True)
    shown = browsing.shown_image(page, width=image["width"], height=image["height"])
    lesions = _true_lesions(fovea, image["id"])
    for left, top, right, bottom in lesions["HE"][:4]:
        browsing.draw_rectangle(page, shown, left, top, right - left, bottom - top)
    page.keyboard.press("2")
    for left, top, right, bottom in lesions["EX"][:3]:
        x, y = (left + right) / 2, (top + bottom) / 2
        browsing.draw_polygon(page, shown, [(left, y), (x, top), (right, y), (x, bottom)])
    steps.read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    expect(page.locator("[data-save=saved]")).to_be_visible()


def _true_lesions(fovea: LiveFovea, image: int) -> dict[str, list[tuple[float, float, float, float]]]:
    """Boxes (left, top, right, bottom; px) a bit larger than the true lesions, by class, largest first."""
    sets = fovea.get(f"/api/images/{image}/label-sets/")["results"]
    truth = next(one["id"] for one in sets if one["source"].startswith("synthetic"))
    boxes: dict[str, list[tuple[float, float, float, float]]] = {"HE": [], "EX": []}
    for region in fovea.get(f"/api/label-sets/{truth}/")["regions"]:
        if region["shape"] == "polygon":
            xs, ys = zip(*region["geometry"]["points"], strict=True)
            margin = 12
            box = (min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)
            boxes[region["lesion_class"]].append(box)
    for found in boxes.values():
        found.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]), reverse=True)
    return boxes


def _unread(fovea: LiveFovea) -> dict[str, Any]:
    """An image with lesions on the specialist's worklist that they have not begun to read."""
    for patient in fovea.get("/api/patients/?page_size=200", by="specialist")["results"]:
        for image in patient["images"]:
            sets = fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
            if not sets and patient["is_synthetic"] and _true_lesions(fovea, image["id"])["HE"]:
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
