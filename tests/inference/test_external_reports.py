"""A model scored on data from somewhere else: on which images, with what beside it, kept where."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Exam, FundusImage, Project
from annotations.services.masks import ensure_masks
from core.models import AuditEvent, Job
from core.storage import local_path
from inference.errors import CanNotScore
from inference.models import DatasetItem, DatasetVersion, ExternalReport, ModelVersion, TrainingRun
from inference.services.external_reports import LEARNED_UNKNOWN, queue_external_report
from inference.states import Split
from tests.inference.conftest import phantom_png

AddImage = Callable[..., FundusImage]
AddModel = Callable[..., ModelVersion]
ClientOf = Callable[[User | None], APIClient]
Do = Callable[[Job], Job]
Freeze = Callable[..., DatasetVersion]

TELLS_DR = {"gain": 40.0, "bias": -14.0}


@pytest.fixture
def freeze(project: Project) -> Freeze:
    """Freeze images as they are: `freeze("classifier", images)`; every second one shows DR."""
    numbers = iter(range(1, 100))

    def make(task: str, images: list[FundusImage], *, split: str = Split.TEST) -> DatasetVersion:
        number = next(numbers)
        dataset = DatasetVersion.objects.create(
            project=project, number=number, task=task, classes=["HE", "EX"],
            content_hash=str(number), frozen_at=timezone.now(),
        )  # fmt: skip
        for place, image in enumerate(images):
            label_set = image.label_sets.get()
            DatasetItem.objects.create(
                dataset=dataset, image=image, label_set=label_set, revision=1, split=split,
                patient_code=image.exam.patient.code, label=place % 2,
                classes_looked_for=["HE", "EX"], masks=_masks(label_set) if task == "segmenter" else {},
            )  # fmt: skip
        return dataset

    return make


def _masks(label_set: Any) -> dict[str, Any]:
    made = ensure_masks(label_sets=[label_set], by=None).of[label_set.pk]
    return {
        code: {"file": mask.file, "sha256": mask.sha256, "area_px": mask.area_px, "regions": mask.regions}
        for code, mask in made.items()
    }


@pytest.fixture
def elsewhere(add_image: AddImage) -> list[FundusImage]:
    """Eight patients of another place, an eye each, every second one with DR."""
    images = [
        add_image(f"E{number}", grade=3 * (number % 2), seed=30 + number, labels="both")
        for number in range(8)
    ]
    Exam.objects.update(site="Elsewhere", camera="Cam 2")
    return images


def _trained_on(model: ModelVersion, dataset: DatasetVersion) -> ModelVersion:
    TrainingRun.objects.create(
        project=model.project, task=model.task, preset="tiny", dataset=dataset, model=model
    )
    return model


def _reported(model: ModelVersion, dataset: DatasetVersion, by: User, do: Do) -> ExternalReport:
    report = queue_external_report(model=model, dataset=dataset, by=by)
    assert report.job is not None
    assert do(report.job).state == "succeeded"
    report.refresh_from_db()
    return report


def test_a_classifier_is_scored_at_its_thresholds_beside_the_plain_facts_of_the_pictures(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User, do: Do
) -> None:
    model = add_model("classifier", threshold=0.3, **TELLS_DR)

    report = _reported(model, freeze("classifier", elsewhere), administrator, do)

    assert (report.images, report.patients) == (8, 8)
    assert report.places == [{"site": "Elsewhere", "camera": "Cam 2", "images": 8}]
    assert report.scores["threshold"] == 0.3
    assert {"auc", "recall", "specificity", "precision", "f1", "accuracy"} <= set(
        report.scores["at_threshold"]
    )
    assert {"bins", "ece", "brier"} == set(report.scores["reliability"])
    assert report.scores["baseline"]["auc"]["value"] is not None
    assert "low" in report.scores["over_baseline"]["auc"]
    assert AuditEvent.objects.filter(action="model.scored").exists()


def test_a_segmenter_is_scored_by_lesion_beside_plain_brightness(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User, do: Do
) -> None:
    report = _reported(add_model("segmenter"), freeze("segmenter", elsewhere), administrator, do)

    assert set(report.scores["classes"]) == {"HE", "EX"}
    assert report.scores["images"] == {"HE": 8, "EX": 8}
    assert report.scores["froc"]["classes"]["HE"]["lesions"] > 0
    beside = {name: report.scores[name]["HE"]["value"] for name in ("baseline", "over_baseline")}
    assert 0 < beside["baseline"] < 1
    assert sum(beside.values()) == pytest.approx(report.scores["classes"]["HE"]["aupr"]["value"])


def test_a_file_whose_kind_no_import_takes_is_counted_and_the_others_are_scored(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User, do: Do
) -> None:
    from PIL import Image

    dataset = freeze("classifier", elsewhere)
    with local_path(elsewhere[2].file) as path:
        Image.open(path).convert("RGB").save(path, format="WEBP")

    report = _reported(add_model("classifier", **TELLS_DR), dataset, administrator, do)

    assert (report.images, report.left_out["unreadable"]) == (7, 1)
    assert report.scores["at_threshold"]["auc"]["value"] is not None


def test_photographs_patients_and_copies_that_it_learned_from_are_left_out_and_counted(
    elsewhere: list[FundusImage],
    freeze: Freeze,
    add_image: AddImage,
    add_model: AddModel,
    administrator: User,
    do: Do,
) -> None:
    other_eye = add_image(elsewhere[1].exam.patient.code, "OS", grade=3, labels="status")
    copy = add_image("Copy", grade=0, seed=99, labels="status")
    FundusImage.objects.filter(pk=copy.pk).update(near_duplicate_of=elsewhere[0])
    learned = freeze("classifier", [elsewhere[0], elsewhere[1]], split=Split.TRAIN)
    model = _trained_on(add_model("classifier", **TELLS_DR), learned)

    report = _reported(model, freeze("classifier", [*elsewhere, other_eye, copy]), administrator, do)

    assert report.images == 6
    assert report.left_out == {
        "photograph": 2, "patient": 1, "near_duplicate": 1, "unlabelled": 0, "unreadable": 0,
    }  # fmt: skip
    assert LEARNED_UNKNOWN not in report.notes


def _reads(model: ModelVersion, *others: ModelVersion) -> ModelVersion:
    """Make it depend on the others, as one that reads a segmenter's findings does."""
    ModelVersion.objects.filter(pk=model.pk).update(
        card=model.card | {"depends_on": [other.pk for other in others]}
    )
    return ModelVersion.objects.get(pk=model.pk)


def test_what_the_segmenter_learned_from_whose_findings_a_model_reads_is_left_out_too(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User
) -> None:
    dataset = freeze("classifier", elsewhere)
    segmenter = add_model("segmenter")
    model = _reads(_trained_on(add_model("classifier"), dataset), segmenter)

    unknown = queue_external_report(model=model, dataset=dataset, by=administrator)
    ExternalReport.objects.all().delete()
    _trained_on(segmenter, freeze("segmenter", elsewhere[:2], split=Split.TRAIN))
    known = queue_external_report(model=model, dataset=dataset, by=administrator)

    assert (unknown.images, unknown.notes) == (8, [LEARNED_UNKNOWN])
    assert (known.images, known.left_out["photograph"], known.notes) == (6, 2, [])


def test_its_own_test_images_are_new_to_it_unless_it_went_on_with_all(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User
) -> None:
    dataset = freeze("classifier", elsewhere)
    model = _trained_on(add_model("classifier"), dataset)
    assert queue_external_report(model=model, dataset=dataset, by=administrator).images == 8

    ModelVersion.objects.filter(pk=model.pk).update(card=model.card | {"trained_on_all": True})
    ExternalReport.objects.all().delete()

    with pytest.raises(CanNotScore, match="did not learn from 0 images"):
        queue_external_report(model=ModelVersion.objects.get(pk=model.pk), dataset=dataset, by=administrator)


def test_another_task_few_images_and_one_kind_of_them_are_refused(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User
) -> None:
    model = add_model("classifier")
    few, other, healthy = (
        freeze("classifier", elsewhere[:3]),
        freeze("segmenter", elsewhere),
        freeze("classifier", elsewhere),
    )
    DatasetItem.objects.filter(dataset=healthy).update(label=0)

    for dataset, told in ((few, "3 images of 3 patients"), (other, "can't be scored"), (healthy, "only DR")):
        with pytest.raises(CanNotScore, match=told):
            queue_external_report(model=model, dataset=dataset, by=administrator)


def test_the_page_asks_for_a_report_and_lists_them(
    elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, administrator: User, reviewer: User,
    member: Callable[[User], User], client_of: ClientOf, do: Do, django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    model, dataset = add_model("classifier", **TELLS_DR), freeze("classifier", elsewhere)
    path = f"/api/models/{model.pk}/external-reports/"

    queued = client_of(administrator).post(path, {"dataset": dataset.pk})
    again = client_of(administrator).post(path, {"dataset": dataset.pk})
    do(Job.objects.get(pk=queued.json()["job"]["id"]))
    seen = client_of(member(reviewer))
    with django_assert_max_num_queries(10):
        (listed,) = seen.get(path).json()["results"]

    assert queued.status_code == 202
    assert Job.objects.get().queue == "train"  # it may take hours, and imports are not to wait for it
    assert again.json()["id"] == queued.json()["id"]
    assert listed["finished_at"]
    assert listed["notes"][0] == LEARNED_UNKNOWN
    assert listed["dataset_version"] == dataset.number
    assert client_of(administrator).post(path, {"dataset": 10_000}).status_code == 404


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight photographs of patients elsewhere with a labels CSV, one row of it missing."""
    folder = tmp_path / "Rahim"
    folder.mkdir()
    rows = []
    for number in range(8):
        (folder / f"{number}.png").write_bytes(phantom_png("OD", 3 * (number % 2), 60 + number)[1])
        rows.append([f"{number}.png", f"R{number}", "dr" if number % 2 else "no_dr", "Tehran"])
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["file", "patient", "label", "site"], *rows[:7]])
    return folder


def test_a_folder_is_scored_without_what_the_model_learned_from(
    folder: Path, elsewhere: list[FundusImage], freeze: Freeze, add_model: AddModel, tmp_path: Path
) -> None:
    with local_path(elsewhere[1].file) as path:
        (folder / "known.png").write_bytes(path.read_bytes())
    FundusImage.objects.filter(pk=elsewhere[1].pk).update(upload_sha256=_sha256(folder / "known.png"))
    learned = freeze("classifier", elsewhere, split=Split.TRAIN)
    model = _trained_on(add_model("classifier", **TELLS_DR), learned)
    out = tmp_path / "report.json"

    call_command("external_report", model=model.pk, images=folder, labels=tmp_path / "labels.csv", out=out)

    told = json.loads(out.read_text())
    assert (told["name"], told["images"], told["patients"]) == ("Rahim", 7, 7)
    assert told["left_out"]["photograph"] == 1
    assert told["left_out"]["unlabelled"] == 1
    assert told["places"] == [{"site": "Tehran", "camera": "", "images": 7}]
    assert ExternalReport.objects.get(model=model).scores == told["scores"]


def test_a_copy_of_a_learned_photograph_is_known_by_its_look(
    folder: Path, add_image: AddImage, freeze: Freeze, tmp_path: Path
) -> None:
    from PIL import Image

    from imaging.fov import Fov
    from imaging.near_duplicates import perceptual_hash
    from inference.ml.data import read_rgb
    from inference.selectors.unseen_images import items_of
    from inference.services.learned_photographs import LearnedPhotographs

    known = add_image("K", grade=3, seed=61, labels="status")
    with local_path(known.file) as path:
        text = perceptual_hash(read_rgb(path), Fov.from_json(known.fov))
        Image.open(path).convert("RGB").save(folder / "copy.jpg", quality=85)
    FundusImage.objects.filter(pk=known.pk).update(perceptual_hash=text)
    learned = LearnedPhotographs(items_of(freeze("classifier", [known])))

    assert learned.reason(folder / "copy.jpg", patient="X") == "near_duplicate"
    assert learned.reason(folder / "0.png", patient="X") == ""
    assert learned.reason(folder / "0.png", patient="K") == "patient"


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()
