"""`python -m tests.e2e.screenshots`: makes the pictures of the docs, of sample patients only.

Starts a Fovea of its own with the synthetic sample patients and the starter models, lets two people disagree,
trains the quick segmenter, signs a review, and takes the pages at 1440 x 900. `--data-dir DIR` keeps the data
there, so that a second call is quick.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from imaging.phantom_files import write_samples
from tests.e2e import browser as browsing
from tests.e2e import review_steps, steps
from tests.e2e.live import SAMPLES_READY_S, LiveFovea
from tests.e2e.room import Boxes, hand_in
from tests.processes.stack import ROOT, wait_for

TARGET = ROOT / "docs" / "images"
TRAINING_S = 1_200.0
COLOURS = 256  # a palette keeps a page's picture under half a megabyte
MISSED = 40  # of 255 levels
COLLEAGUE = "colleague"


class Studio:
    """One Fovea with sample patients, and a page for each person who is in a picture."""

    def __init__(self, fovea: LiveFovea, browser: Browser) -> None:
        self.fovea = fovea
        self._browser = browser
        self._pages: dict[str, Page] = {}

    def page(self, username: str) -> Page:
        """The page of this person, signed in."""
        if username not in self._pages:
            page = browsing.new_context(self._browser, self.fovea.url).new_page()
            browsing.sign_in(page, username, self.fovea.password)
            self._pages[username] = page
        return self._pages[username]

    def samples(self) -> list[dict[str, Any]]:
        """The synthetic patients."""
        patients = self.fovea.get("/api/patients/?page_size=200")["results"]
        return [patient for patient in patients if patient["is_synthetic"]]

    def true_lesions(self, image: int) -> Boxes:
        """Boxes (left, top, right, bottom; px) a bit larger than the lesions, by class, largest first."""
        sets = self.fovea.get(f"/api/images/{image}/label-sets/")["results"]
        truth = next(one["id"] for one in sets if one["source"].startswith("synthetic"))
        boxes: Boxes = {"HE": [], "EX": []}
        for region in self.fovea.get(f"/api/label-sets/{truth}/")["regions"]:
            if region["shape"] == "polygon":
                xs, ys = zip(*region["geometry"]["points"], strict=True)
                box = (min(xs) - 12, min(ys) - 12, max(xs) + 12, max(ys) + 12)
                boxes[region["lesion_class"]].append(box)
        for found in boxes.values():
            found.sort(key=lambda box: (box[2] - box[0]) * (box[3] - box[1]), reverse=True)
        return boxes

    def wait(self, job: str, *, within_s: float) -> None:
        """Until a job has ended well."""
        ended = {"succeeded", "failed", "cancelled"}
        wait_for(
            lambda: self.fovea.job(job)["state"] in ended, within_s=within_s, what=f"job {job} has ended"
        )
        found = self.fovea.job(job)
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
    in_few_colours(picture).save(path, optimize=True)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} kB\n")


def in_few_colours(picture: Image.Image) -> Image.Image:
    """A palette for the whole picture, which gives a quarter of its weight to what the first one misses.

    Thin outlines are few pixels: by their number alone they would get the colour of something else.
    """
    pixels = np.asarray(picture)
    first = np.asarray(picture.quantize(COLOURS).convert("RGB"))
    missed = pixels[np.abs(pixels.astype(np.int16) - first).max(axis=2) > MISSED]
    if len(missed):
        rows = pixels.shape[0] // 4
        extra = np.resize(missed, (rows, *pixels.shape[1:]))
        weighted = Image.fromarray(np.concatenate([pixels, extra]))
    else:
        weighted = picture
    return picture.quantize(palette=weighted.quantize(COLOURS), dither=Image.Dither.FLOYDSTEINBERG)


def predict(studio: Studio) -> None:
    """What `make run` does at its first start: starter models, and their look at the samples."""
    fovea = studio.fovea
    if not fovea.get("/api/models/?state=champion")["results"]:
        fovea.manage("register_starter_models")
        project = fovea.get("/api/projects/")["results"][0]["id"]
        studio.wait(fovea.post("/api/predictions/", {"project": project})["id"], within_s=600)


def train(studio: Studio) -> dict[str, Any]:
    """The quick segmenter, trained by `admin` on the samples."""
    fovea = studio.fovea
    project = fovea.get("/api/projects/")["results"][0]["id"]
    done = [run for run in fovea.get("/api/training-runs/")["results"] if run["model"]]
    if not done:
        wish = {"project": project, "task": "segmenter", "preset": "quick_unet"}
        run = fovea.post("/api/training-runs/", wish)
        studio.wait(run["job"]["id"], within_s=TRAINING_S)
        done = [fovea.get(f"/api/training-runs/{run['id']}/")]
    return dict(done[0])


def take_all(studio: Studio, folder: Path) -> None:
    """Take every picture, in the order of the loop."""
    predict(studio)
    take_import(studio, folder)
    take_labelling(studio)
    take_disagreement(studio)
    take_models(studio, train(studio))
    take_review(studio)


def take_import(studio: Studio, folder: Path) -> None:
    """Photographs that came in, and the patients."""
    admin = studio.page("admin")
    samples = write_samples(folder / "import", count=3, side=800, seed=77)
    for path in samples.images.glob("*.jpg"):
        path.rename(path.with_name(path.name.replace("SAMPLE", "CLINIC")))
    labels = samples.labels_csv.read_text(encoding="utf-8")
    samples.labels_csv.write_text(labels.replace("SAMPLE", "CLINIC"), encoding="utf-8")
    steps.import_files(admin, [*sorted(samples.images.glob("*.jpg")), samples.labels_csv])
    shoot(admin, "import")
    admin.goto("/patients")
    shoot(admin, "patients")


def take_labelling(studio: Studio) -> None:
    """The reading room, where a specialist has outlined some of an image's lesions."""
    page, image = studio.page("specialist"), _unread(studio)
    page.goto(f"/images/{image['id']}")
    page.get_by_role("button", name="Start labelling").click()
    expect(page.get_by_label("Rectangle (R)")).to_be_visible()
    shown = browsing.shown_image(page, width=image["width"], height=image["height"])
    lesions = studio.true_lesions(image["id"])
    for left, top, right, bottom in lesions["HE"][:4]:
        browsing.draw_rectangle(page, shown, left, top, right - left, bottom - top)
    page.keyboard.press("2")
    for left, top, right, bottom in lesions["EX"][:3]:
        x, y = (left + right) / 2, (top + bottom) / 2
        browsing.draw_polygon(page, shown, [(left, y), (x, top), (right, y), (x, bottom)])
    steps.read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    expect(page.locator("[data-save=saved]")).to_be_visible()
    shoot(page, "labelling")


def _unread(studio: Studio) -> dict[str, Any]:
    """An image with lesions on the specialist's worklist that they have not begun to read."""
    for patient in studio.fovea.get("/api/patients/?page_size=200", by="specialist")["results"]:
        for image in patient["images"]:
            sets = studio.fovea.get(f"/api/images/{image['id']}/label-sets/", by="specialist")["results"]
            if not sets and patient["is_synthetic"] and studio.true_lesions(image["id"])["HE"]:
                return dict(studio.fovea.get(f"/api/images/{image['id']}/"))
    raise SystemExit("The specialist has read every image: use a new data folder.")


def take_disagreement(studio: Studio) -> None:
    """Two readings of one image that differ, and the page where a third person settles it."""
    fovea = studio.fovea
    image = _unread(studio)
    lesions = studio.true_lesions(image["id"])
    fovea.add_specialist(COLLEAGUE)
    users = fovea.get("/api/users/?role=specialist&page_size=200")["results"]
    readers = [user["id"] for user in users if user["username"] in ("specialist", COLLEAGUE)]
    fovea.post("/api/assignments/", {"users": readers, "images": [image["id"]]})
    hand_in(fovea, image, {"HE": lesions["HE"][:5], "EX": lesions["EX"][:4]}, by="specialist", grade=2)
    hand_in(fovea, image, {"HE": lesions["HE"][2:3]}, by=COLLEAGUE, grade=1)
    page = studio.page("reviewer")
    page.goto("/disagreements")
    case = page.get_by_role("table", name="Double readings").get_by_role("link", name=image["patient_code"])
    expect(case).to_be_visible(timeout=60_000)
    case.click()
    page.get_by_role("button", name="Settle it").click()
    expect(page.get_by_role("region", name="Both readings")).to_be_visible()
    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    shoot(page, "disagreement")


def take_models(studio: Studio, run: dict[str, Any]) -> None:
    """A finished training, the card of its candidate, and how far the readers are."""
    admin = studio.page("admin")
    admin.goto(f"/training/{run['id']}")
    expect(admin.get_by_role("img", name="Loss")).to_be_visible()
    shoot(admin, "training")
    admin.goto(f"/models/{run['model']}")
    expect(admin.get_by_role("heading", name="Result")).to_be_visible()
    shoot(admin, "model")
    browsing.go(admin, "Reading")
    shoot(admin, "reading")


def take_review(studio: Studio) -> None:
    """The queue, a review under way, and the signed version with its reports."""
    page = studio.page("reviewer")
    page.goto("/review")
    shoot(page, "queue")
    review_steps.begin(page, _most_lesions(studio)["id"])
    review_steps.reject_one(page)
    page.keyboard.press("j")
    page.keyboard.press("0")  # the whole retina again
    shoot(page, "review")
    review_steps.accept_the_rest(page)
    page.get_by_role("button", name="Agree: DR").click()
    review_steps.sign(page, studio.fovea.password)
    shoot(page, "signed")


def _most_lesions(studio: Studio) -> dict[str, Any]:
    """The sample patient with DR in both eyes and the most predicted lesions."""
    found: list[tuple[int, dict[str, Any]]] = []
    for patient in studio.samples():
        decisions = [studio.fovea.get(f"/api/images/{one['id']}/decision/") for one in patient["images"]]
        if all(decision["outcome"] == "dr" for decision in decisions):
            lesions = [one["count"] for decision in decisions for one in decision["lesions"].values()]
            found.append((sum(lesions), patient))
    if not found:
        raise SystemExit("No sample patient was judged to have DR in both eyes.")
    return max(found, key=lambda one: one[0])[1]


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
            browser = browsing.launch(playwright)
            take_all(Studio(fovea, browser), Path(passing))
            browser.close()
        finally:
            fovea.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
