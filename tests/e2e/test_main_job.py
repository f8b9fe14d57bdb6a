"""The whole main job in the browser, on an empty Fovea: from files on a disk to a reviewed decision."""

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import steps
from tests.e2e.browser import go, wait_for_job
from tests.e2e.conftest import People
from tests.e2e.job_data import JobData, make_job_data, wanted_data
from tests.e2e.live import LiveFovea

EPOCHS = 3, 3  # of the segmenter and the classifier: fewer than the quick presets do
NOT_A_DEVICE = "not a medical device"


@dataclass(slots=True)
class Clinic:
    """The people of the job, their data and what they found out on the way."""

    people: People
    fovea: LiveFovea
    data: JobData
    pages: dict[str, Page] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def page(self, username: str) -> Page:
        """The one page that this person works in."""
        if username not in self.pages:
            self.pages[username] = self.people.page(username, "/patients")
        return self.pages[username]


@pytest.fixture
def clinic(first_people: People, empty_fovea: LiveFovea, tmp_path: Path) -> Clinic:
    data = make_job_data(wanted_data(), tmp_path / "files")
    return Clinic(people=first_people, fovea=empty_fovea, data=data)


def test_the_main_job_from_files_to_a_reviewed_decision(clinic: Clinic) -> None:
    for step in (
        see_that_nothing_is_there,
        import_everything,
        label_and_accept,
        build_masks,
        train_both_models,
        promote_as_a_second_person,
        predict,
        review,
    ):
        began = time.monotonic()
        step(clinic)
        clinic.seconds[step.__name__] = time.monotonic() - began
    report = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in clinic.seconds.items())
    print(f"\nmain job on {clinic.data.name}: {report}")  # noqa: T201 - shown with -s


def see_that_nothing_is_there(clinic: Clinic) -> None:
    page = clinic.page("admin")
    expect(page.get_by_text("No patients yet")).to_be_visible()
    expect(page.get_by_role("link", name="Import images")).to_be_visible()
    go(page, "Training")
    expect(page.get_by_text("Not ready yet")).to_be_visible()
    go(page, "Models")
    expect(page.get_by_text("No models yet")).to_be_visible()


def import_everything(clinic: Clinic) -> None:
    page, data, fovea = clinic.page("admin"), clinic.data, clinic.fovea
    steps.import_files(page, [*data.graded, data.labels_csv])
    if data.drawn:
        steps.import_files(page, data.drawn)
    steps.import_files(page, [data.via_csv], via=True, accept=True)

    assert fovea.count("select count(*) from annotations_fundusimage") == data.images
    assert fovea.count("select count(*) from annotations_region") == data.regions
    report = page.locator(".kv").inner_text().replace("\n", " ")
    assert f"Regions added {data.regions}" in report
    page.get_by_role("link", name="To the patients").click()
    patients = fovea.count("select count(*) from annotations_patient")
    expect(page.get_by_text(f"{patients} patients", exact=True)).to_be_visible()


def label_and_accept(clinic: Clinic) -> None:
    code = steps.assign_first_patient(clinic.page("admin"), to="specialist")
    page = clinic.page("specialist")
    page.reload()
    steps.open_patient(page, code)
    page.get_by_role("link", name="Label").first.click()
    page.wait_for_url("**/images/*")
    image = clinic.fovea.get(f"/api/images/{page.url.rsplit('/', 1)[-1]}/", by="specialist")
    steps.label_image(page, width=image["width"], height=image["height"])
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_text("It is locked until someone judges it.")).to_be_visible()
    page.goto("/worklist")  # the open viewer would draw all the while that models train

    reviewer = clinic.page("reviewer")
    steps.open_patient(reviewer, code)
    reviewer.get_by_role("button", name="Accept").click()
    expect(reviewer.get_by_role("button", name="Accept")).to_have_count(0)

    sets = clinic.fovea.get(f"/api/images/{image['id']}/label-sets/")["results"]
    own = next(one for one in sets if one["author_name"] == "specialist")
    assert (own["state"], own["regions_count"]) == ("accepted", 2)


def build_masks(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Training")
    page.get_by_role("button", name="Build masks").click()
    wait_for_job(page, within_s=steps.IMPORT_S)

    assert clinic.fovea.count("select count(*) from annotations_mask") > 0
    drawn = clinic.fovea.get("/api/label-sets/?state=accepted&page_size=200")["results"]
    most = max(drawn, key=lambda one: int(one["regions_count"]))
    page.goto(f"/images/{most['image']}")
    page.get_by_label("Labels shown").select_option(str(most["id"]))
    plain = steps.stage_pixels(page)
    page.get_by_role("switch", name="Masks of these labels").check(force=True)
    steps.see_change(page, plain, over=0.0001)
    preview = page.request.get(f"/api/label-sets/{most['id']}/mask-preview/")
    assert steps.coloured_share(steps.pixels(preview.body())) > 0.0001
    page.get_by_label("Back to the patient").click()


def train_both_models(clinic: Clinic) -> None:
    page = clinic.page("admin")
    segmenter = steps.start_training(page, task="Lesion segmenter", preset="Quick U-Net", epochs=EPOCHS[0])
    classifier = steps.start_training(page, task="DR classifier", preset="Quick ResNet-50", epochs=EPOCHS[1])

    for address, planned in zip((segmenter, classifier), EPOCHS, strict=True):
        page.goto(address)
        expect(page.get_by_role("img", name="Loss")).to_be_visible(timeout=steps.TRAINING_S * 1000)
        first = steps.epochs_drawn(page)
        wait_for_job(page, within_s=steps.TRAINING_S)
        expect(page.get_by_role("link", name="Open the model")).to_be_visible()
        run = clinic.fovea.get(f"/api/training-runs/{address.rsplit('/', 1)[-1]}/")
        epochs = clinic.fovea.get(f"/api/training-runs/{run['id']}/epochs/")
        assert first < steps.epochs_drawn(page) == len(epochs) == planned
        expect(page.get_by_role("heading", name="Result")).to_be_visible()


def promote_as_a_second_person(clinic: Clinic) -> None:
    page = clinic.page("admin2")
    for model in clinic.fovea.get("/api/models/?state=candidate")["results"]:
        steps.promote(page, model["id"], reason="First models of this clinic.")
    go(page, "Models")
    expect(page.get_by_role("cell", name="Champion")).to_have_count(2)


def predict(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Patients")
    page.get_by_role("button", name="Predict all").click()
    page.get_by_role("dialog").get_by_role("button", name="Predict all").click()
    wait_for_job(page, within_s=steps.IMPORT_S)

    images = clinic.data.images
    assert clinic.fovea.count("select count(distinct image_id) from inference_prediction") == images
    expect(page.locator("[data-outcome=pending]")).to_have_count(0)


def review(clinic: Clinic) -> None:
    patient, image, decision = worst_image(clinic.fovea)
    page = clinic.page("reviewer")
    steps.open_patient(page, patient["code"])
    overall = clinic.fovea.get(f"/api/patients/{patient['id']}/decision/", by="reviewer")
    banner = page.get_by_role("region", name="Decision").first
    expect(banner).to_have_attribute("data-outcome", overall["outcome"])
    expect(banner).to_contain_text(NOT_A_DEVICE)
    if overall["probability"] is not None:
        expect(banner).to_contain_text(percent(overall["probability"]))

    overlay = page.locator(f"[data-image='{image['id']}'] img[data-overlay]").first
    expect(overlay).to_be_visible()
    expect(overlay).to_have_js_property("complete", True)
    assert overlay.evaluate("picture => picture.naturalWidth") > 0

    page.goto(f"/images/{image['id']}")
    expect(page.locator(".viewer[data-ready=true]")).to_be_visible()
    panel = page.get_by_role("region", name="DR decision")
    expect(panel).to_contain_text(f"Probability of DR: {percent(decision['dr_probability'])}")
    expect(panel).to_contain_text(NOT_A_DEVICE)
    for code, lesions in decision["lesions"].items():
        expect(panel.locator(f"[data-lesion={code}]")).to_contain_text(str(lesions["count"]))
    see_coloured_overlays(page, decision)


def see_coloured_overlays(page: Page, decision: dict[str, Any]) -> None:
    """The overlay files have coloured pixels, and the viewer shows them and hides them again."""
    found = [code for code, lesions in decision["lesions"].items() if lesions["count"] > 0]
    predictions = page.request.get(f"/api/images/{decision['image']}/predictions/").json()["results"]
    segmenter = next(one for one in predictions if one["task"] == "segmenter")
    for code in found:
        overlay = page.request.get(f"/api/predictions/{segmenter['id']}/overlay/{code}/")
        assert steps.coloured_share(steps.pixels(overlay.body())) > 0, code
    page.get_by_role("switch", name="Labels", exact=True).uncheck(force=True)
    shown = steps.stage_pixels(page)
    page.get_by_role("switch", name="Predicted lesions").uncheck(force=True)
    steps.see_change(page, shown, over=0.0001)


def worst_image(fovea: LiveFovea) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Patient, image and decision of the image with the most predicted lesions."""
    best: tuple[int, Any] = (0, None)
    for patient in fovea.get("/api/patients/?page_size=200", by="reviewer")["results"]:
        for image in patient["images"]:
            decision = fovea.get(f"/api/images/{image['id']}/decision/", by="reviewer")
            found = sum(lesions["count"] for lesions in decision["lesions"].values())
            if found > best[0] and decision["dr_probability"] is not None:
                best = (found, (patient, image, {**decision, "image": image["id"]}))
    assert best[1] is not None, "the models found no lesion in any image"
    chosen: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = best[1]
    return chosen


def percent(share: float) -> str:
    """A probability as the pages write it: never rounded to certainty."""
    if 0 < share < 0.005:
        return "< 1 %"
    return "> 99 %" if 0.995 < share < 1 else f"{int(100 * share + 0.5)} %"
