"""The whole loop in the browser: from files on a disk to a signed decision and a better champion."""

import csv
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import decision_steps, review_steps, steps
from tests.e2e.browser import go, wait_for_job
from tests.e2e.conftest import People
from tests.e2e.job_data import JobData, make_job_data, wanted_data
from tests.e2e.live import LiveFovea
from tests.e2e.room import wait_saved

PREDICTED_PATIENTS = 3
EPOCHS = 2, 4  # of the segmenter and the classifier, whose epochs are short: fewer than the quick presets do
SPECIALIST, COLLEAGUE = "specialist", "colleague"
SETTLED_BECAUSE = "The dots are hemorrhages."
DEEDS = (  # who did what, as the audit log calls it
    ("admin", "images.import"),
    ("admin", "labels.import_via"),
    ("admin", "images.assign"),
    (SPECIALIST, "labels.submitted"),
    (COLLEAGUE, "labels.submitted"),
    ("reviewer", "disagreement.settle"),
    ("admin", "masks.build"),
    ("admin", "image.predict"),
    ("reviewer", "patients.view"),
    ("reviewer", "labels.correct"),
    ("reviewer", "review.sign"),
    ("reviewer", "review.download"),
    ("admin", "dataset.freeze"),
    ("admin", "training.finish"),
    ("admin2", "model.compare"),
    ("admin2", "model.promote"),
)


@dataclass(slots=True)
class Clinic:
    """The people of the loop, their data and what they found out on the way."""

    people: People
    fovea: LiveFovea
    data: JobData
    pages: dict[str, Page] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    read_by_two: str = ""  # code of the patient whose image two specialists read
    settled: dict[str, Any] = field(default_factory=dict)  # the image that they disagreed on
    corrected: dict[str, Any] = field(default_factory=dict)  # the image that a reviewer corrected
    runs: dict[str, Any] = field(default_factory=dict)  # task -> its training

    def page(self, username: str) -> Page:
        """The one page that this person works in."""
        if username not in self.pages:
            self.pages[username] = self.people.page(username, "/patients")
        elif self.pages[username].is_closed():
            self.pages[username] = self.pages[username].context.new_page()
            self.pages[username].goto("/patients")
        return self.pages[username]

    def everybody_leaves(self) -> None:
        """Close all pages: a viewer that nobody looks at still takes a tenth of a core."""
        for page in self.pages.values():
            page.close()


@pytest.fixture
def clinic(first_people: People, empty_fovea: LiveFovea, tmp_path: Path) -> Clinic:
    data = make_job_data(wanted_data(), tmp_path / "files")
    return Clinic(people=first_people, fovea=empty_fovea, data=data)


def test_the_whole_loop_from_files_to_a_signed_decision_and_a_new_champion(clinic: Clinic) -> None:
    for step in (
        see_that_nothing_is_there,
        import_everything,
        label_and_disagree,
        settle,
        build_masks,
        predict_with_the_starter_models,
        review_and_sign,
        train_both_models,
        see_the_corrections_in_the_dataset,
        compare_and_promote_as_a_second_person,
        predict_again,
        look,
        find_every_step_in_the_audit_log,
    ):
        began = time.monotonic()
        step(clinic)
        clinic.everybody_leaves()
        clinic.seconds[step.__name__] = time.monotonic() - began
    report = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in clinic.seconds.items())
    print(f"\nthe loop on {clinic.data.name}: {report}")  # noqa: T201 - shown with -s


def see_that_nothing_is_there(clinic: Clinic) -> None:
    page = clinic.page("admin")
    expect(page.get_by_text("No patients yet")).to_be_visible()
    expect(page.get_by_role("link", name="Import images")).to_be_visible()
    go(page, "Training")
    expect(page.get_by_text("Not ready yet")).to_be_visible()
    go(page, "Models")
    expect(page.get_by_text("No models yet")).to_be_visible()
    clinic.fovea.manage("register_starter_models")  # as `make run` does: tests begin without


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


def label_and_disagree(clinic: Clinic) -> None:
    clinic.fovea.add_specialist(COLLEAGUE)
    clinic.read_by_two = steps.assign_first_patient(clinic.page("admin"), to=("Sam Specialist", COLLEAGUE))
    for reader in (SPECIALIST, COLLEAGUE):
        page = clinic.page(reader)
        steps.open_patient(page, clinic.read_by_two)
        page.get_by_role("link", name="Label").first.click()
        page.wait_for_url("**/images/*")
        clinic.settled = clinic.fovea.get(f"/api/images/{page.url.rsplit('/', 1)[-1]}/", by=reader)
        if reader == SPECIALIST:
            steps.label_image(page, width=clinic.settled["width"], height=clinic.settled["height"])
        else:
            page.get_by_role("button", name="Start labelling").click()
            steps.read_as_healthy(page)
        page.get_by_role("button", name="Submit").click()
        expect(page.get_by_text("It is locked until someone judges it.")).to_be_visible()


def settle(clinic: Clinic) -> None:
    page = clinic.page("reviewer")
    go(page, "Disagreements")
    case = page.get_by_role("table", name="Double readings").get_by_role("link", name=clinic.read_by_two)
    expect(case).to_be_visible(timeout=steps.IMPORT_S * 1000)
    case.click()
    page.get_by_role("button", name="Settle it").click()
    expect(page.get_by_role("region", name="Both readings")).to_be_visible()
    steps.read_as_dr(page)
    page.get_by_label("ICDR grade").select_option("2")
    page.get_by_label("Gradability").select_option("gradable")
    wait_saved(page)
    page.get_by_role("button", name="Settle", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why so").fill(SETTLED_BECAUSE)
    dialog.get_by_role("button", name="Settle", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    sets = clinic.fovea.get(f"/api/images/{clinic.settled['id']}/label-sets/")["results"]
    own = {one["author_name"]: one for one in sets if one["author_name"]}
    assert own[SPECIALIST]["regions_count"] == 2
    assert {own[name]["reading"]["dr_status"] for name in (SPECIALIST, COLLEAGUE)} == {"dr", "no_dr"}


def build_masks(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Training")
    expect(page.get_by_role("heading", name="Training")).to_be_visible()  # Patients has such a button, too
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


def predict_with_the_starter_models(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Patients")
    for code in graded_as_dr(clinic)[:PREDICTED_PATIENTS]:
        page.get_by_label("Search").fill(code)
        page.get_by_role("checkbox", name=f"Select {code}", exact=True).check()
    page.get_by_role("button", name=f"Predict {PREDICTED_PATIENTS} selected").click()
    wait_for_job(page, within_s=steps.IMPORT_S)


def graded_as_dr(clinic: Clinic) -> list[str]:
    """Codes of the patients whose images came with the grade DR, but for the one that specialists read."""
    with clinic.data.labels_csv.open(encoding="utf-8", newline="") as file:
        found = {row["patient"] for row in csv.DictReader(file) if row["label"] == "dr"}
    return sorted(found - {clinic.read_by_two})


def review_and_sign(clinic: Clinic) -> None:
    patient, image, _ = decision_steps.worst_image(clinic.fovea)
    page = clinic.page("reviewer")
    review_steps.begin(page, patient["id"])
    review_steps.reject_one(page)
    review_steps.correct(page, clinic.fovea, clinic.fovea.get(f"/api/images/{image['id']}/"))
    review_steps.accept_the_rest(page)
    review_steps.decide_otherwise(page, "incomplete")
    review_steps.sign(page, clinic.fovea.password)

    signed = review_steps.take_report(page)
    for words in (
        "Incomplete: repeat or refer",
        review_steps.WHY,
        review_steps.CONCLUSION,
        decision_steps.NOT_A_DEVICE,
    ):
        assert words in " ".join(signed.text.split()), words
    assert len(signed.pictures) >= len(patient["images"])
    assert all(review_steps.looks_like_a_retina(picture) for picture in signed.pictures)
    judged = clinic.fovea.get(f"/api/reviews/{signed.review}/", by="reviewer")["images"]
    verdicts = Counter(finding["verdict"] for one in judged for finding in one["findings"])
    assert (verdicts["edit"], verdicts["reject"]) == (review_steps.EDITED, 1)
    assert sum(len(one["added"]) for one in judged) == 1
    clinic.corrected = image


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
        clinic.runs[run["task"]] = run


def see_the_corrections_in_the_dataset(clinic: Clinic) -> None:
    dataset = clinic.runs["segmenter"]["dataset"]["id"]
    items = clinic.fovea.get(f"/api/dataset-versions/{dataset}/items/?page_size=200")["results"]
    label_sets = {item["image"]: item["label_set"] for item in items}
    for image, source in ((clinic.corrected, "correction:"), (clinic.settled, "adjudication:")):
        chosen = clinic.fovea.get(f"/api/label-sets/{label_sets[image['id']]}/")
        assert chosen["source"].startswith(source)


def compare_and_promote_as_a_second_person(clinic: Clinic) -> None:
    page = clinic.page("admin2")
    classifier = clinic.runs["classifier"]["model"]
    page.goto(f"/models/{classifier}")
    page.get_by_role("button", name="Compare with the champion").click()
    expect(page.locator("[data-verdict]")).to_be_visible(timeout=steps.IMPORT_S * 1000)
    for task in ("segmenter", "classifier"):
        steps.promote(page, clinic.runs[task]["model"], reason="The first model of this clinic.")
    go(page, "Models")
    expect(page.get_by_role("cell", name="Champion", exact=True)).to_have_count(2)


def predict_again(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Patients")
    page.get_by_role("button", name="Predict all").click()
    page.get_by_role("dialog").get_by_role("button", name="Predict all").click()
    wait_for_job(page, within_s=steps.IMPORT_S)

    images = clinic.data.images
    assert clinic.fovea.count("select count(distinct image_id) from inference_prediction") == images
    expect(page.locator("[data-outcome=pending]")).to_have_count(0)


def look(clinic: Clinic) -> None:
    decision_steps.see_decision(clinic.page("reviewer"), clinic.fovea)


def find_every_step_in_the_audit_log(clinic: Clinic) -> None:
    page = clinic.page("admin")
    go(page, "Audit log")
    page.get_by_label("Words").fill(SETTLED_BECAUSE)
    events = page.get_by_role("table", name="Events").get_by_role("row")
    expect(events.filter(has_text="Disagreement: settle")).to_have_count(1)

    for person, action in DEEDS:
        query = f"/api/audit-events/?action={action}&person={clinic.fovea.user_id(person)}"
        assert clinic.fovea.get(query)["count"] > 0, f"{person}: {action}"
    clinic.fovea.manage("verify_audit")
