"""One training run from manifest to model version: prepare, fit, export, score, publish."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from inference.ml.calibration import fit_calibration
from inference.ml.card import person_part, prediction_part
from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared, prepare
from inference.ml.engine import Classifier, Segmenter
from inference.ml.evaluate import (
    Histograms,
    calibrated,
    classification_report,
    classifier_logits,
    dice_thresholds,
    segmentation_report,
    segmenter_histograms,
)
from inference.ml.events import Emit
from inference.ml.manifest import Manifest, read_manifest, require_trainable
from inference.ml.metrics import classification_scores, threshold_for_sensitivity, threshold_level
from inference.ml.model_store import StoredModel, write_model
from inference.ml.presets import preset_named, settings_for
from inference.ml.requests import TrainRequest
from inference.ml.settings import ResnetSettings, Settings, UnetSettings, as_json
from inference.ml.split import FOLDS, Fold

EXAMPLES = 4  # real images on which the exported model must agree with its framework
FEWEST_EXAMPLES = 5  # images of a class, for a threshold to be chosen on validation alone
Folds = dict[Fold, Prepared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A trained network as ONNX, how it started and the epochs it took."""

    onnx: bytes
    initialisation: str
    history: list[dict[str, Any]]


def train(request: TrainRequest, *, emit: Emit) -> str:
    """Run (or finish) one training run and return the model's id; emits every event up to `done`.

    Raises InvalidSettings, UnusableData, ExportMismatch, and StaleAttempt once a newer attempt has begun.
    """
    began = time.monotonic()
    preset = preset_named(request.preset, task=request.task)
    settings = settings_for(preset, request.settings)
    manifest = require_trainable(read_manifest(request.manifest), task=request.task)
    classes = manifest.classes if isinstance(settings, UnetSettings) else ()
    checkpoints = CheckpointFolder(
        request.work_dir / "checkpoints",
        attempt=request.attempt,
        fingerprint=_fingerprint(request, settings, manifest),
    )
    folds = _prepare_folds(request, manifest, side=settings.side_px, classes=classes, emit=emit)
    started = {
        "task": request.task,
        "preset": preset.name,
        "epochs": settings.epochs,
        "attempt": request.attempt,
        "folds": manifest.counts(),
    }
    fitted = _fit(
        request, settings, folds, classes=classes, checkpoints=checkpoints, emit=emit, started=started
    )

    card = prediction_part(settings, classes=classes)
    card |= person_part(
        request=request,
        preset=preset,
        settings=settings,
        manifest=manifest,
        initialisation=fitted.initialisation,
        history=fitted.history,
        seconds=time.monotonic() - began,
    )
    score = _score_classifier if isinstance(settings, ResnetSettings) else _score_segmenter
    card |= score(fitted.onnx, card, folds, settings, request)
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
            item.looked_for,
            sorted(map(str, item.masks.values())),
        ]
        for item in manifest.items
    ]
    named = json.dumps([request.task, as_json(settings), request.seed, manifest.classes, items])
    return hashlib.sha256(named.encode()).hexdigest()


def _prepare_folds(
    request: TrainRequest, manifest: Manifest, *, side: int, classes: Sequence[str], emit: Emit
) -> Folds:
    """Decode every image once; what was prepared before a restart is read back."""
    total, done = len(manifest.items), 0
    folds: Folds = {}
    for fold in FOLDS:
        items = manifest.of(fold)

        def tell(count: int, _: int, before: int = done) -> None:
            emit({"event": "preparing", "done": before + count, "total": total})

        folds[fold] = prepare(
            items,
            side=side,
            classes=classes,
            cache=request.work_dir / "prepared",
            threads=request.threads,
            progress=tell,
        )
        done += len(items)
    return folds


def _fit(
    request: TrainRequest,
    settings: Settings,
    folds: Folds,
    *,
    classes: Sequence[str],
    checkpoints: CheckpointFolder,
    emit: Emit,
    started: dict[str, Any],
) -> Fitted:
    """Train and export. Only one framework is imported: torch and TensorFlow never share a process."""
    examples = _examples(folds)
    shared: dict[str, Any] = {
        "train": folds["train"],
        "validation": folds["validation"],
        "seed": request.seed,
        "threads": request.threads,
        "checkpoints": checkpoints,
        "emit": emit,
        "started": started,
    }
    # Threads that wait must sleep: on a busy machine torch's would burn most of the processor time spinning.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if isinstance(settings, ResnetSettings):
        from inference.ml.resnet_export import export_classifier
        from inference.ml.resnet_fit import fit_classifier

        network, initialisation, history = fit_classifier(settings=settings, **shared)
        emit({"event": "exporting"})
        return Fitted(
            onnx=export_classifier(network, examples=examples), initialisation=initialisation, history=history
        )
    from inference.ml.unet_export import export_segmenter
    from inference.ml.unet_fit import fit_segmenter

    model, initialisation, history = fit_segmenter(settings=settings, classes=classes, **shared)
    emit({"event": "exporting"})
    return Fitted(
        onnx=export_segmenter(model, examples=examples), initialisation=initialisation, history=history
    )


def _examples(folds: Folds) -> Any:
    pictures = np.concatenate([folds[fold].images[:EXAMPLES] for fold in ("test", "validation", "train")])
    return pictures[:EXAMPLES]


def _threshold_folds(examples: int) -> list[Fold]:
    """Where thresholds are chosen: on validation images, never on test images.

    Fewer than five examples of a class say nothing about it: then training images join them, and the card
    says so.
    """
    return ["validation"] if examples >= FEWEST_EXAMPLES else ["train", "validation"]


def _score_classifier(
    onnx: bytes, card: dict[str, Any], folds: Folds, settings: Settings, request: TrainRequest
) -> dict[str, Any]:
    """The card's `calibration`, `thresholds` (for the stated sensitivity, with the specificity it costs) and
    `metrics` of each fold.
    """
    if not isinstance(settings, ResnetSettings):
        raise TypeError(type(settings).__name__)
    draft = card | {"thresholds": {"DR": {"value": 0.5}}}
    classifier = Classifier(StoredModel(id="draft", onnx=onnx, card=draft), threads=request.threads)
    with_dr = int((folds["validation"].labels > 0.5).sum())
    chosen_on = _threshold_folds(min(with_dr, len(folds["validation"]) - with_dr))
    logits = {fold: classifier_logits(classifier, folds[fold]) for fold in FOLDS}
    truth = np.concatenate([folds[fold].labels for fold in chosen_on]).astype(np.float64)
    chosen_logits = np.concatenate([logits[fold] for fold in chosen_on])
    calibration = fit_calibration(truth, chosen_logits)
    seen = calibrated(calibration, chosen_logits)
    value = threshold_for_sensitivity(truth, seen, sensitivity=settings.target_sensitivity)
    there = classification_scores(truth, seen, threshold=value)
    threshold = {
        "value": value,
        "rule": f"highest with sensitivity of at least {settings.target_sensitivity:g}",
        "chosen_on": "+".join(chosen_on),
        "images": len(truth),
        "sensitivity": there["recall"],
        "specificity": there["specificity"],
    }
    metrics: dict[str, Any] = {
        fold: classification_report(
            folds[fold].labels, logits[fold], calibration=calibration, threshold=value, seed=request.seed
        )
        for fold in FOLDS
        if len(folds[fold])
    }
    fitted = {
        "scale": calibration.scale,
        "shift": calibration.shift,
        "rule": "Platt scaling with smoothed targets",
        "fitted_on": "+".join(chosen_on),
        "images": len(truth),
    }
    return {"calibration": fitted, "thresholds": {"DR": threshold}, "metrics": metrics}


def _score_segmenter(
    onnx: bytes, card: dict[str, Any], folds: Folds, settings: Settings, request: TrainRequest
) -> dict[str, Any]:
    """The card's `thresholds` (best pooled Dice) and `metrics` of each fold inside the field of view."""
    classes = card["output"]["classes"]
    draft = card | {"thresholds": {name: {"value": 0.5} for name in classes}}
    segmenter = Segmenter(StoredModel(id="draft", onnx=onnx, card=draft), threads=request.threads)
    histograms: dict[Fold, Histograms] = {
        fold: segmenter_histograms(segmenter, folds[fold]) for fold in FOLDS
    }
    thresholds: dict[str, Any] = {}
    for name in classes:
        chosen_on = _threshold_folds(sum(bool(row.lesion.any()) for row in histograms["validation"][name]))
        pooled = {name: [row for fold in chosen_on for row in histograms[fold][name]]}
        thresholds[name] = dice_thresholds(pooled)[name] | {"chosen_on": "+".join(chosen_on)}
    levels = {name: threshold_level(chosen["value"]) for name, chosen in thresholds.items()}
    metrics: dict[str, Any] = {
        fold: segmentation_report(rows, thresholds=levels, seed=request.seed)
        for fold, rows in histograms.items()
        if len(folds[fold])
    }
    return {"thresholds": thresholds, "metrics": metrics}
