"""The folder a training run works in: manifest, settings, checkpoints and, at the end, the model."""

import json
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage

from annotations.selectors import regions_of
from annotations.states import ShapeKind
from core.models import Job
from core.states import FINAL_STATES
from imaging.shapes import Rect, shape_from_json
from inference.models import DatasetItem, DatasetVersion, ModelVersion, TrainingRun
from inference.selectors.unseen_images import items_of, learned_items, without_learned
from inference.services.cores import threads_for_long_work
from inference.services.model_files import local_model_folder
from inference.services.provenance import provenance_of


def work_folder(run: TrainingRun) -> Path:
    """DATA_DIR/training/<job>; its checkpoints outlive the attempts of the run's job.

    Named by the job's UUID: runs are numbered anew by another database over the same data folder.
    """
    return _all_work() / str(run.job_id)


def model_folder(run: TrainingRun) -> Path:
    """Where the run's finished model waits to be taken into the registry."""
    return work_folder(run) / "model"


def training_input(*, run: TrainingRun, dataset: DatasetVersion, attempt: int) -> dict[str, Any]:
    """Write the manifest into the run's folder and return the settings of one attempt as JSON."""
    folder = work_folder(run)
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.json"
    finder = run.lesion_finder
    _write_json(manifest, _manifest(dataset, folder=folder, finder=finder))
    return {
        "task": run.task,
        "preset": run.preset,
        "settings": run.settings,
        "seed": run.seed,
        "attempt": attempt,
        "work_dir": str(folder / "checkpoints"),
        "out_dir": str(model_folder(run)),
        "manifest": str(manifest),
        "threads": threads_for_long_work(),
        "provenance": provenance_of(run, dataset),
        "segmenter": str(local_model_folder(finder)) if finder else None,
        "segmenter_id": finder.pk if finder else None,
    }


def remove_work_folder(run: TrainingRun) -> None:
    """Drop checkpoints and copies of a run that needs them no more."""
    shutil.rmtree(work_folder(run), ignore_errors=True)


def remove_abandoned_work_folders() -> int:
    """Drop what runs left behind whose job has ended for good; returns how many."""
    found = [job_id for path in _all_work().glob("*") if (job_id := _uuid(path.name)) is not None]
    ended = Job.objects.filter(pk__in=found, state__in=FINAL_STATES).values_list("pk", flat=True)
    for job_id in ended:
        shutil.rmtree(_all_work() / str(job_id), ignore_errors=True)
    return len(ended)


def _all_work() -> Path:
    return Path(settings.DATA_DIR) / "training"


def _uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def _manifest(dataset: DatasetVersion, *, folder: Path, finder: ModelVersion | None) -> dict[str, Any]:
    items = items_of(dataset)
    learned = learned_items(finder) if finder else None
    unseen, _ = without_learned(items, learned=learned or [], project=dataset.project)
    taught = None if learned is None else {item.pk for item in items} - {item.pk for item in unseen}
    return {
        "classes": dataset.classes,
        "items": [
            _item(item, folder=folder) | {"taught_segmenter": None if taught is None else item.pk in taught}
            for item in items
        ],
    }


def _item(item: DatasetItem, *, folder: Path) -> dict[str, Any]:
    return {
        "id": str(item.image_id),
        "path": str(_local_file(item.image.file, folder=folder)),
        "patient": item.patient_code,
        "split": item.split,
        "label": item.label,
        "referable": item.referable,
        "looked_for": item.classes_looked_for,
        "masks": {
            code: str(_local_file(mask["file"], folder=folder))
            for code, mask in item.masks.items()
            if mask["area_px"] > 0
        },
        "rectangles": _rectangles(item),
        "fov": item.image.fov or None,
        "sha256": item.image.upload_sha256,
    }


def _rectangles(item: DatasetItem) -> dict[str, list[list[float]]]:
    """By class, the rectangles [x, y, width, height] that are filled in the item's masks."""
    found: dict[str, list[list[float]]] = defaultdict(list)
    if item.masks:
        regions = regions_of(item.label_set, revision=item.revision).filter(shape=ShapeKind.RECT)
        for region in regions.filter(lesion_class__code__in=item.masks):
            rect = shape_from_json(region.shape, region.geometry)
            if isinstance(rect, Rect):
                found[region.lesion_class.code].append([rect.x, rect.y, rect.width, rect.height])
    return found


def _local_file(name: str, *, folder: Path) -> Path:
    """The stored file itself on a disk; a copy in the work folder, made once, from an object store."""
    try:
        return Path(default_storage.path(name))
    except NotImplementedError:
        pass
    copy = folder / "files" / name
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        partial = copy.with_name(f"{copy.name}.partial")
        with default_storage.open(name) as stored, partial.open("wb") as target:
            shutil.copyfileobj(stored, target)
        partial.replace(copy)
    return copy


def _write_json(path: Path, content: dict[str, Any]) -> None:
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)
