"""One training run from manifest to model version: prepare, fit, export, score, publish."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from inference.ml.architectures import architecture_of
from inference.ml.architectures.base import FitJob
from inference.ml.card import final_part, person_part, prediction_part
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import prepare
from inference.ml.events import Emit
from inference.ml.final_training import final_epochs, final_job, history_of_both, numbered
from inference.ml.lesion_training import lesion_reading
from inference.ml.manifest import Manifest, classifier_classes, read_manifest, require_trainable
from inference.ml.model_store import write_model
from inference.ml.presets import preset_named, settings_for
from inference.ml.rectangles import outline_for
from inference.ml.requests import TrainRequest
from inference.ml.scoring import SCORES, Folds
from inference.ml.settings import Settings, as_json
from inference.ml.split import FOLDS

EXAMPLES = 4  # real images on which the exported model must agree with its framework
CHECKPOINT_VERSION = 2  # one more whenever older checkpoints could not be continued


def train(request: TrainRequest, *, emit: Emit) -> str:
    """Run (or finish) one training run and return the model's id; emits every event up to `done`.

    Raises InvalidSettings, UnusableData, ExportMismatch, and StaleAttempt once a newer attempt has begun.
    """
    began = time.monotonic()
    preset = preset_named(request.preset, task=request.task)
    settings = settings_for(preset, request.settings)
    manifest = require_trainable(read_manifest(request.manifest), task=request.task)
    reading = lesion_reading(settings, request, manifest)
    if reading is not None:
        manifest = reading.manifest
    is_segmenter = architecture_of(settings).task == "segmenter"
    classes = manifest.classes if is_segmenter else classifier_classes(manifest)
    fingerprint = _fingerprint(request, settings, manifest)
    checkpoints, final_checkpoints = (
        CheckpointFolder(request.work_dir / name, attempt=request.attempt, fingerprint=fingerprint)
        for name in ("checkpoints", "final-checkpoints")
    )
    lesions = manifest.classes if is_segmenter else ()
    folds = _prepare_folds(request, manifest, settings, classes=lesions, emit=emit)
    if reading is not None:
        folds = reading.added_to(folds, cache=request.work_dir / "prepared", emit=emit)
    epochs = settings.epochs + final_epochs(settings)
    job = FitJob(
        settings=settings,
        classes=tuple(classes),
        train=folds["train"],
        validation=folds["validation"],
        examples=_examples(folds),
        seed=request.seed,
        threads=request.threads,
        checkpoints=checkpoints,
        emit=numbered(emit, before=0, total=epochs),
        started={
            "task": request.task,
            "preset": preset.name,
            "epochs": epochs,
            "attempt": request.attempt,
            "folds": manifest.counts(),
        },
    )
    # Threads that wait must sleep: on a busy machine torch's would burn most of the processor time spinning.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    fitted = architecture_of(settings).fit(job)

    card = prediction_part(settings, classes=classes)
    if reading is not None:
        card |= reading.card_part(card)
    card |= person_part(
        request=request,
        preset=preset,
        settings=settings,
        manifest=manifest,
        fitted=fitted,
        seconds=time.monotonic() - began,
    )
    card["limits"] += reading.limits if reading is not None else []
    score = SCORES[architecture_of(settings).task]
    card |= score(fitted.onnx, card, folds, settings, request, manifest, emit)
    if final_epochs(settings):
        going_on = final_job(job, scored=fitted, folds=folds)
        last = architecture_of(settings).fit(
            replace(
                going_on,
                checkpoints=final_checkpoints,
                emit=numbered(emit, before=settings.epochs, total=epochs),
            )
        )
        fitted = replace(last, history=history_of_both(fitted.history, last.history))
        card |= final_part(card, fitted=fitted, images=len(manifest.items), seconds=time.monotonic() - began)
    with checkpoints.publishing():
        model = write_model(request.out_dir, onnx=fitted.onnx, card=card)
    emit({"event": "done", "model_dir": str(request.out_dir), "model": model, "metrics": card["metrics"]})
    return model


def _fingerprint(request: TrainRequest, settings: Settings, manifest: Manifest) -> str:
    """Changes with anything that would make an older checkpoint wrong to continue."""
    items = [
        [
            item.id,
            str(item.path),
            item.fold,
            item.label,
            item.referable,
            item.looked_for,
            sorted(map(str, item.masks.values())),
            {name: [asdict(rect) for rect in rects] for name, rects in item.rectangles.items()},
        ]
        for item in manifest.items
    ]
    named = json.dumps(
        [
            CHECKPOINT_VERSION,
            request.task,
            as_json(settings),
            request.seed,
            manifest.classes,
            items,
            request.segmenter_id,
        ]
    )
    return hashlib.sha256(named.encode()).hexdigest()


def _prepare_folds(
    request: TrainRequest, manifest: Manifest, settings: Settings, *, classes: Sequence[str], emit: Emit
) -> Folds:
    """Decode every image once; what was prepared before a restart is read back."""
    total, done = len(manifest.items), 0
    outline = outline_for(settings, manifest) if classes else None
    folds: Folds = {}
    for fold in FOLDS:
        items = manifest.of(fold)

        def tell(count: int, _: int, before: int = done) -> None:
            emit({"event": "preparing", "done": before + count, "total": total})

        folds[fold] = prepare(
            items,
            side=settings.side_px,
            classes=classes,
            soft=architecture_of(settings).soft_masks,
            outline=outline,
            cache=request.work_dir / "prepared",
            threads=request.threads,
            progress=tell,
        )
        done += len(items)
    return folds


def _examples(folds: Folds) -> Any:
    pictures = np.concatenate([folds[fold].images[:EXAMPLES] for fold in ("test", "validation", "train")])
    return pictures[:EXAMPLES]
