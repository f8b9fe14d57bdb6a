"""Scores of a freshly exported classifier on each fold, with calibration and thresholds of each class."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.calibration import Calibration, fit_calibration
from inference.ml.compare import compare_auc
from inference.ml.data import Prepared
from inference.ml.engine import DR, REFERABLE, Classifier
from inference.ml.events import Emit, counted
from inference.ml.manifest import Manifest
from inference.ml.metrics import (
    bootstrap_classification,
    classification_scores,
    threshold_for_sensitivity,
)
from inference.ml.model_store import StoredModel
from inference.ml.reliability import reliability_report
from inference.ml.requests import TrainRequest
from inference.ml.split import FOLDS, Fold
from inference.ml.trivial_baseline import baseline_scores, plain_facts

Floats = NDArray[np.float64]
FEWEST_EXAMPLES = 5  # images of a class, for a threshold to be chosen on validation alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Images of one fold whose truth is known, (N,) each: 1 or 0, logit, baseline's log-odds, patient."""

    truth: Floats
    logits: Floats
    baseline: Floats
    patients: tuple[str, ...]

    def and_those(self, other: "Judged") -> "Judged":
        """Both together."""
        return Judged(
            truth=np.concatenate([self.truth, other.truth]),
            logits=np.concatenate([self.logits, other.logits]),
            baseline=np.concatenate([self.baseline, other.baseline]),
            patients=self.patients + other.patients,
        )

    @property
    def rarer(self) -> int:
        """Images of the class that has fewer."""
        return int(min((self.truth > 0.5).sum(), (self.truth <= 0.5).sum()))


def score_classifier(
    onnx: bytes,
    card: dict[str, Any],
    folds: Mapping[Fold, Prepared],
    settings: Any,
    request: TrainRequest,
    manifest: Manifest,
    emit: Emit,
) -> dict[str, Any]:
    """The card's `calibration` and `thresholds` of each class (for the stated sensitivity, with the
    specificity it costs) and `metrics` of each fold: those of any DR, and of referable DR under that name.

    Everything is chosen on validation images as they come, not balanced; images whose reading does not say
    are left out. Each image is told as a `scoring` event.
    """
    classes = card["output"]["classes"]
    draft = card | {"thresholds": {name: {"value": 0.5} for name in classes}}
    classifier = Classifier(StoredModel(id="draft", onnx=onnx, card=draft), threads=request.threads)
    told = counted(emit, "scoring", total=sum(map(len, folds.values())))
    judged = _judge(classifier, folds, manifest, told)
    calibrations: dict[str, Any] = {}
    thresholds: dict[str, Any] = {}
    metrics: dict[Fold, dict[str, Any]] = {fold: {} for fold in FOLDS if len(folds[fold])}
    for name in classes:
        chosen, chosen_on = _to_choose_on(judged[name])
        calibration = fit_calibration(chosen.truth, chosen.logits)
        calibrations[name] = {
            "scale": calibration.scale,
            "shift": calibration.shift,
            "rule": "Platt scaling with smoothed targets",
            "fitted_on": chosen_on,
            "images": len(chosen.truth),
        }
        thresholds[name] = _threshold(chosen, calibration, sensitivity=settings.target_sensitivity) | {
            "chosen_on": chosen_on
        }
        for fold, part in metrics.items():
            report = classification_report(
                judged[name][fold],
                calibration=calibration,
                threshold=thresholds[name]["value"],
                seed=request.seed,
            )
            part |= report if name == DR else {"referable": report}
    return {"calibration": calibrations, "thresholds": thresholds, "metrics": metrics}


def classifier_logits(
    classifier: Classifier, prepared: Prepared, told: Callable[[], None]
) -> dict[str, Floats]:
    """The network's logits (N,) of each class for each prepared image; `told` is called after each."""
    facts = [None] * len(prepared) if prepared.lesions is None else prepared.lesions
    said = []
    for picture, lesions in zip(prepared.images, facts, strict=True):
        said.append(classifier.logits(picture, lesions=lesions)[0])
        told()
    return {name: np.array([one[name] for one in said], np.float64) for name in classifier.classes}


def calibrated(calibration: Calibration, logits: Floats) -> Floats:
    """The probabilities of (N,) logits."""
    return np.array([calibration.probability(float(logit)) for logit in logits], np.float64)


def classification_report(
    judged: Judged, *, calibration: Calibration, threshold: float, seed: int
) -> dict[str, Any]:
    """Scores with intervals: calibrated at the card's threshold, and as the study reports them, the network's
    own probability at one half; beside them the AUC of the trivial baseline on the same images, and how much
    the model's is above it, and whether the calibrated probabilities come true.
    """
    if not len(judged.truth):
        return {}
    shared: dict[str, Any] = {"patients": judged.patients, "seed": seed}
    probability = calibrated(calibration, judged.logits)
    raw = calibrated(Calibration(), judged.logits)
    against = compare_auc(judged.truth, judged.logits, judged.baseline, patients=judged.patients)
    return {
        "at_threshold": bootstrap_classification(judged.truth, probability, threshold=threshold, **shared),
        "at_half": bootstrap_classification(judged.truth, raw, threshold=0.5, **shared),
        "baseline": {"auc": against.champion},
        "over_baseline": {"auc": against.difference},
        "reliability": reliability_report(judged.truth, probability, **shared),
        "images": len(judged.truth),
        "positives": int((judged.truth > 0.5).sum()),
    }


def _judge(
    classifier: Classifier, folds: Mapping[Fold, Prepared], manifest: Manifest, told: Callable[[], None]
) -> dict[str, dict[Fold, Judged]]:
    """For each class and fold the images whose truth is known."""
    logits = {fold: classifier_logits(classifier, folds[fold], told) for fold in FOLDS}
    facts = {fold: plain_facts(folds[fold], manifest.of(fold)) for fold in FOLDS}
    found: dict[str, dict[Fold, Judged]] = {}
    for name in classifier.classes:
        truth = {fold: _truth(folds[fold], name) for fold in FOLDS}
        odds = baseline_scores(facts["train"], truth["train"], [facts[fold] for fold in FOLDS])
        found[name] = {
            fold: _known(
                truth[fold], logits[fold][name], baseline, [item.patient for item in manifest.of(fold)]
            )
            for fold, baseline in zip(FOLDS, odds, strict=True)
        }
    return found


def _truth(prepared: Prepared, name: str) -> Floats:
    return {DR: prepared.labels, REFERABLE: prepared.referable}[name].astype(np.float64)


def _known(truth: Floats, logits: Floats, baseline: Floats, patients: Sequence[str]) -> Judged:
    rows = np.flatnonzero(np.isfinite(truth)).tolist()
    return Judged(
        truth=truth[rows],
        logits=logits[rows],
        baseline=baseline[rows],
        patients=tuple(patients[row] for row in rows),
    )


def _to_choose_on(judged: Mapping[Fold, Judged]) -> tuple[Judged, str]:
    """Where thresholds are chosen: on validation images, never on test images.

    Fewer than five examples of a class say nothing about it: then training images join them, and the card
    says so.
    """
    if judged["validation"].rarer >= FEWEST_EXAMPLES:
        return judged["validation"], "validation"
    return judged["train"].and_those(judged["validation"]), "train+validation"


def _threshold(chosen: Judged, calibration: Calibration, *, sensitivity: float) -> dict[str, Any]:
    seen = calibrated(calibration, chosen.logits)
    value = threshold_for_sensitivity(chosen.truth, seen, sensitivity=sensitivity)
    there = classification_scores(chosen.truth, seen, threshold=value)
    return {
        "value": value,
        "rule": f"highest with sensitivity of at least {sensitivity:g}",
        "images": len(chosen.truth),
        "sensitivity": there["recall"],
        "specificity": there["specificity"],
    }
