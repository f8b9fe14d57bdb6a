"""Does a prediction job: each image's predictions, findings and decision commit together, image by image.

Only workers import this module: it loads ONNX Runtime.
"""

import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.files.storage import default_storage
from django.db import IntegrityError

from annotations.models import FundusImage, Project
from core.services import audit
from core.services.job_context import JobContext
from core.storage import local_path
from imaging.arrays import RgbImage
from imaging.fov import Fov
from imaging.quality import Quality
from inference.errors import refusals_of_ml
from inference.ml.data import read_rgb
from inference.ml.errors import UnusableData
from inference.ml.metrics import threshold_level
from inference.ml.predict import ImagePrediction, Predictor
from inference.models import Finding, ImageDecision, ModelVersion, Prediction, UnreadableImage
from inference.selectors.predictions import images_to_predict
from inference.services.image_decisions import write_image_decision
from inference.services.judge_images import Judged, Source, judge_images
from inference.services.model_files import local_model_folder, needed_folders
from inference.services.prediction_pictures import HEATMAP, preview_of, preview_with_lesions, save_map
from inference.states import ModelTask

log = logging.getLogger(__name__)

Models = dict[ModelTask, ModelVersion]
_LOADED: dict[tuple[str | int, ...], Predictor] = {}  # of this worker process, which does one job at a time
MOST_PROBLEMS = 200  # listed in the job's result; all are counted


def predict(context: JobContext) -> dict[str, Any]:
    """Predict the images of the payload; returns counts, models and the images that could not be read.

    What a model version has said about an image already is not asked again. Raises MlRefusal when a model's
    files changed, JobCancelled, WorkerStopping, LostLease.
    """
    payload = context.payload
    project = Project.objects.get(pk=payload["project"])
    found = ModelVersion.objects.in_bulk(list(payload["models"].values()))
    models = {ModelTask(task): found[name] for task, name in payload["models"].items()}
    ids = list(
        images_to_predict(
            user=context.job.requested_by,
            project_id=project.pk,
            patients=payload["patients"],
            images=payload["images"],
        ).values_list("pk", flat=True)
    )
    work = _PredictionWork(context=context, models=models, total=len(ids))
    for missing, image_ids in _by_missing_task(ids, models).items():
        work.do(missing=missing, image_ids=image_ids)
    return work.result()


class _PredictionWork:
    """One job's images, what was done with them so far, and what could not be read."""

    def __init__(self, *, context: JobContext, models: Models, total: int) -> None:
        self._context = context
        self._models = models
        self._total = total
        self._predicted = 0
        self._skipped = 0
        self._problems: list[dict[str, Any]] = []
        self._unreadable = 0

    def do(self, *, missing: frozenset[ModelTask], image_ids: Sequence[int]) -> None:
        """Predict images that lack the answers of the same models."""
        if not missing:
            self._skip(image_ids)
            return
        predictor = load_predictor({task: self._models[task] for task in missing})
        for judged in judge_images(predictor, _sources(image_ids)):
            self._context.check_cancelled()
            self._take(judged, missing)
            self._report()

    def result(self) -> dict[str, Any]:
        """What the job's page shows."""
        return {
            "images": self._total,
            "predicted": self._predicted,
            "skipped": self._skipped,
            "unreadable": self._unreadable,
            "problems": self._problems,
            "models": {task.value: model.pk for task, model in self._models.items()},
        }

    def _skip(self, image_ids: Sequence[int]) -> None:
        """Images that every model has judged already; their joint decision may still be missing."""
        for image_id in _without_decision(image_ids, self._models):
            with self._context.fenced():
                _decide(image_id, self._models)
        self._skipped += len(image_ids)
        self._report()

    def _take(self, judged: "Judged[int]", missing: frozenset[ModelTask]) -> None:
        if judged.prediction is None:
            self._unreadable += 1
            problem = judged.problem
            if problem is not None:
                self._remember(judged.key, code=problem.code)
            if problem is not None and len(self._problems) < MOST_PROBLEMS:
                self._problems.append(
                    {
                        "image": judged.key,
                        "code": problem.code,
                        "message": f"Image {judged.key} could not be read.",
                        "remedy": problem.remedy,
                    }
                )
            log.warning("image %s was not predicted: %s", judged.key, problem)
            return
        self._write(judged.key, judged.prediction, missing)
        self._predicted += 1

    def _remember(self, image_id: int, *, code: str) -> None:
        """Note that an image can't be read, so that it counts as new no more."""
        with self._context.fenced() as job:
            UnreadableImage.objects.update_or_create(image_id=image_id, defaults={"code": code})
            audit.record(
                actor=job.requested_by,
                action="image.unreadable",
                obj=FundusImage(pk=image_id),
                after={"code": code},
            )

    def _write(self, image_id: int, prediction: ImagePrediction, missing: frozenset[ModelTask]) -> None:
        """Store the pictures, then commit rows and decision; without the commit the pictures go again.

        Answers that another job has written meanwhile stay, and only the others are written.
        """
        maps: dict[ModelTask, dict[str, str]] = {}
        try:
            for task in missing:
                maps[task] = _save_maps(image_id, prediction, self._models[task])
            with self._context.fenced() as job:
                for task in sorted(missing):
                    row = Prediction.objects.create(
                        image_id=image_id,
                        model=self._models[task],
                        task=task,
                        gradable=prediction.quality.gradable,
                        outputs=_outputs(prediction, task),
                        maps=maps[task],
                        job=job,
                    )
                    Finding.objects.bulk_create(_findings(prediction, row), batch_size=500)
                UnreadableImage.objects.filter(image=image_id).delete()
                decision = _decide(image_id, self._models)
                audit.record(
                    actor=job.requested_by,
                    action="image.predict",
                    obj=FundusImage(pk=image_id),
                    after={
                        "models": [self._models[task].pk for task in sorted(missing)],
                        "outcome": decision.outcome,
                    },
                )
        except IntegrityError:
            _delete_maps(maps)
            (left,) = _by_missing_task([image_id], self._models)
            if left == missing:
                raise  # nobody was first: something else is wrong
            self._write(image_id, prediction, left)
        except BaseException:
            _delete_maps(maps)
            raise

    def _report(self) -> None:
        done = self._predicted + self._skipped + self._unreadable
        unread = f", {self._unreadable} could not be read" if self._unreadable else ""
        known = f", {self._skipped} known already" if self._skipped else ""
        message = f"{self._predicted} of {self._total} images predicted{known}{unread}"
        self._context.progress(done, self._total, message)


def load_predictor(models: Models, *, threads: int = 1) -> Predictor:
    """Check the models' files and load them; those of the last call are kept, but checked each time.

    Raises MlRefusal (changed_model, missing_dependency, missing_file, bad_card).
    """
    classifier, segmenter = models.get(ModelTask.CLASSIFIER), models.get(ModelTask.SEGMENTER)
    folders = {task: local_model_folder(model) for task, model in models.items()}
    needed = needed_folders(*models.values())
    wanted: tuple[str | int, ...] = (*sorted(model.pk for model in models.values()), threads)
    if wanted in _LOADED:
        return _LOADED[wanted]
    _LOADED.clear()  # one pair of models in memory, not two
    with refusals_of_ml():
        _LOADED[wanted] = Predictor.load(
            classifier=folders.get(ModelTask.CLASSIFIER),
            classifier_id=classifier.pk if classifier else None,
            segmenter=folders.get(ModelTask.SEGMENTER),
            segmenter_id=segmenter.pk if segmenter else None,
            needed=needed,
            threads=threads,
        )
    return _LOADED[wanted]


def _sources(image_ids: Sequence[int]) -> Iterator[Source[int]]:
    for start in range(0, len(image_ids), 100):
        part = image_ids[start : start + 100]
        images = FundusImage.objects.in_bulk(part)
        for image_id in part:
            yield _source(images[image_id])


def _source(image: FundusImage) -> Source[int]:
    def decode() -> RgbImage:
        try:
            with local_path(image.file) as path:
                return read_rgb(path)
        except OSError as error:
            raise UnusableData(
                "missing_file", f"{image.file}: {error}", remedy="Restore the storage from a backup."
            ) from error

    fov, quality = None, None
    with contextlib.suppress(TypeError, ValueError, KeyError):
        fov = Fov.from_json(image.fov)
        quality = Quality.from_json(image.quality)
    return Source(key=image.pk, decode=decode, fov=fov, quality=quality)


def _by_missing_task(ids: Sequence[int], models: Models) -> dict[frozenset[ModelTask], list[int]]:
    """Image ids by the tasks whose model has not judged them yet, those with most to do first."""
    judged: dict[int, set[ModelTask]] = {}
    rows = Prediction.objects.filter(model__in=[model.pk for model in models.values()])
    for image_id, task in rows.values_list("image_id", "task"):
        judged.setdefault(image_id, set()).add(ModelTask(task))
    parts: dict[frozenset[ModelTask], list[int]] = {}
    for image_id in ids:
        parts.setdefault(frozenset(set(models) - judged.get(image_id, set())), []).append(image_id)
    return dict(sorted(parts.items(), key=lambda part: -len(part[0])))


def _without_decision(image_ids: Sequence[int], models: Models) -> list[int]:
    decided = ImageDecision.objects.all()
    for task, field in ((ModelTask.CLASSIFIER, "classifier"), (ModelTask.SEGMENTER, "segmenter")):
        model = models.get(task)
        decided = decided.filter(**({f"{field}__model": model} if model else {f"{field}": None}))
    known = set(decided.values_list("image_id", flat=True))
    return [image_id for image_id in image_ids if image_id not in known]


def _decide(image_id: int, models: Models) -> ImageDecision:
    rows = Prediction.objects.filter(image_id=image_id, model__in=[model.pk for model in models.values()])
    return write_image_decision(image_id=image_id, predictions={ModelTask(row.task): row for row in rows})


def _outputs(prediction: ImagePrediction, task: ModelTask) -> dict[str, Any]:
    said = prediction.to_json()
    if task == ModelTask.SEGMENTER:
        return {"lesions": said["lesions"], "ungradable_reason": said["ungradable_reason"]}
    probability, threshold = said["dr_probability"], said["dr_threshold"]
    heatmap = prediction.heatmap()
    return {
        "dr": probability >= threshold,
        "dr_probability": probability,
        "dr_threshold": threshold,
        "referable_probability": said["referable_probability"],
        "referable_threshold": said["referable_threshold"],
        "ungradable_reason": said["ungradable_reason"],
        "heatmap_is_empty": heatmap is not None and not heatmap.any(),
    }


def _findings(prediction: ImagePrediction, row: Prediction) -> list[Finding]:
    if row.task != ModelTask.SEGMENTER:
        return []
    return [
        Finding(
            prediction=row,
            lesion_class=finding.lesion_class,
            polygon=dict(finding.polygon),
            bbox=list(finding.bbox),
            area_px=finding.area_px,
            area_fov_percent=finding.area_fov_percent,
            confidence=finding.confidence,
        )
        for finding in prediction.findings
    ]


def _save_maps(image_id: int, prediction: ImagePrediction, model: ModelVersion) -> dict[str, str]:
    """Store what the model's task shows, at preview size at most; class code (or heatmap) -> stored name."""
    folder = f"predictions/{model.pk[:16]}/{image_id}"
    if model.task == ModelTask.SEGMENTER:
        return {
            code: save_map(
                name=f"{folder}/{code}.png",
                values=preview_with_lesions(
                    prediction.probability_map(code),
                    prediction.lesion_mask(code),
                    level=threshold_level(float(model.card["thresholds"][code]["value"])),
                ),
            )
            for code in prediction.frame_maps
        }
    heatmap = prediction.heatmap()
    if heatmap is None:
        return {}
    return {HEATMAP: save_map(name=f"{folder}/{HEATMAP}.png", values=preview_of(heatmap))}


def _delete_maps(maps: dict[ModelTask, dict[str, str]]) -> None:
    for names in maps.values():
        for name in names.values():
            default_storage.delete(name)
