"""Scores of a freshly exported model on each fold, with calibration and thresholds chosen on validation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from inference.ml.calibration import fit_calibration
from inference.ml.data import Prepared
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
from inference.ml.metrics import classification_scores, threshold_for_sensitivity, threshold_level
from inference.ml.model_store import StoredModel
from inference.ml.requests import TrainRequest
from inference.ml.split import FOLDS, Fold

FEWEST_EXAMPLES = 5  # images of a class, for a threshold to be chosen on validation alone
Folds = dict[Fold, Prepared]
Score = Callable[[bytes, dict[str, Any], Folds, Any, TrainRequest], dict[str, Any]]


def _threshold_folds(examples: int) -> list[Fold]:
    """Where thresholds are chosen: on validation images, never on test images.

    Fewer than five examples of a class say nothing about it: then training images join them, and the card
    says so.
    """
    return ["validation"] if examples >= FEWEST_EXAMPLES else ["train", "validation"]


def score_classifier(
    onnx: bytes, card: dict[str, Any], folds: Folds, settings: Any, request: TrainRequest
) -> dict[str, Any]:
    """The card's `calibration`, `thresholds` (for the stated sensitivity, with the specificity it costs) and
    `metrics` of each fold.
    """
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


def score_segmenter(
    onnx: bytes, card: dict[str, Any], folds: Folds, settings: Any, request: TrainRequest
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


SCORES: Mapping[str, Score] = {"classifier": score_classifier, "segmenter": score_segmenter}
