"""Scores a model on a dataset, image by image. Only workers import this module: it loads ONNX Runtime."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from core.one_person import STATEMENT, one_person_site
from core.services import audit
from core.services.job_context import JobContext
from imaging.errors import ImagingError
from inference.errors import CanNotScore, refusals_of_ml
from inference.ml.data import read_rgb
from inference.ml.errors import UnusableData
from inference.ml.events import finite
from inference.ml.external import Examination, load_examination
from inference.ml.looks import Look
from inference.ml.model_store import load_model
from inference.models import DatasetItem, ExternalReport, ModelVersion
from inference.selectors.model_warnings import FEWEST_TEST_IMAGES
from inference.selectors.unseen_images import items_of, learned_with_others, without_learned
from inference.services.cores import threads_for_long_work
from inference.services.dataset_files import opened
from inference.services.model_files import local_model_folder, needed_folders


def score_on_dataset(context: JobContext) -> dict[str, Any]:
    """Ask the model of the payload's report about each image; returns its scores' main facts.

    A second attempt begins anew. Raises MlRefusal when the model's files changed, CanNotScore, JobCancelled,
    WorkerStopping, LostLease.
    """
    report = ExternalReport.objects.select_related("model__project", "dataset").get(
        pk=context.payload["report"]
    )
    if report.finished_at is not None or report.dataset is None:
        return _result(report)
    unseen, _ = without_learned(
        items_of(report.dataset),
        learned=learned_with_others(report.model).items,
        project=report.model.project,
    )
    context.progress(0, len(unseen), "Loading the model")
    examination = load_model_examination(report.model, threads=threads_for_long_work())
    asked: list[DatasetItem] = []
    unlabelled = unreadable = 0
    for number, item in enumerate(unseen, start=1):
        try:
            done = _ask(examination, item)
        except (UnusableData, ImagingError, OSError):
            unreadable += 1
        else:
            asked += [item] if done else []
            unlabelled += not done
        context.progress(min(number, len(unseen) - 1), len(unseen), f"{number} of {len(unseen)} images")
    report.left_out = {**report.left_out, "unlabelled": unlabelled, "unreadable": unreadable}
    report.places = places_of((item.image.exam.site, item.image.exam.camera) for item in asked)
    fill_in(report, examination, images=len(asked), patients={item.patient_code for item in asked})
    with context.fenced() as job:
        report.save()
        context.progress(1, 1, f"{report.images} images scored")
        audit.record(actor=job.requested_by, action="model.scored", obj=report.model, after=_result(report))
    return _result(report)


def load_model_examination(model: ModelVersion, *, threads: int = 1) -> Examination:
    """A registered model, its files checked, ready to be asked. Raises MlRefusal."""
    with refusals_of_ml():
        return load_examination(
            load_model(local_model_folder(model), expected_id=model.pk),
            needed=needed_folders(model),
            threads=threads,
        )


def fill_in(report: ExternalReport, examination: Examination, *, images: int, patients: set[str]) -> None:
    """Write the scores into a report that is not saved yet. Raises CanNotScore without an image."""
    if not images:
        raise CanNotScore(
            "No image could be scored: none is both new to the model and labelled.",
            remedy="Label the images first, or choose others.",
        )
    report.images, report.patients = images, len(patients)
    report.scores = finite(examination.scores())
    if images < FEWEST_TEST_IMAGES:
        report.notes = [
            *report.notes,
            f"On {images} images only: scores mean little below {FEWEST_TEST_IMAGES}.",
        ]
    if one_person_site():
        report.notes = [*report.notes, STATEMENT]
    report.finished_at = timezone.now()


def places_of(images: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """`{site, camera, images}` of images by (site, camera), the most images first."""
    return [
        {"site": site, "camera": camera, "images": count}
        for (site, camera), count in Counter(images).most_common()
    ]


def _ask(examination: Examination, item: DatasetItem) -> bool:
    with opened(item) as known:
        return examination.ask(known, Look(read_rgb(known.path), fov=known.fov))


def _result(report: ExternalReport) -> dict[str, Any]:
    return {
        "report": report.pk,
        "name": report.name,
        "images": report.images,
        "patients": report.patients,
        "left_out": report.left_out,
    }
