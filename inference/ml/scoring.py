"""Scores of a freshly exported model on each fold, with calibration and thresholds chosen on validation."""

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.classifier_scoring import score_classifier
from inference.ml.data import Prepared
from inference.ml.engine import Segmenter
from inference.ml.evaluate import (
    Histograms,
    add_histograms,
    dice_thresholds,
    segmentation_report,
)
from inference.ml.events import Emit, counted
from inference.ml.lesion_judge import judge_lesions
from inference.ml.manifest import Item, Manifest
from inference.ml.metrics import threshold_level
from inference.ml.model_store import StoredModel
from inference.ml.requests import TrainRequest
from inference.ml.split import FOLDS, Fold

MOST_TRAINED = 20  # training images that are scored: enough to show what a network learned by heart
FEWEST_SHOWING = 3  # validation images that show a class, for its threshold to rest on them: lesions are many
Folds = dict[Fold, Prepared]
Score = Callable[[bytes, dict[str, Any], Folds, Any, TrainRequest, Manifest, Emit], dict[str, Any]]


def _threshold_folds(showing: int) -> list[Fold]:
    """Where thresholds are chosen: on validation images, never on test images.

    Where fewer than three of them show a class, training images join them, and the card says so.
    """
    return ["validation"] if showing >= FEWEST_SHOWING else ["train", "validation"]


def rows_to_score(prepared: Prepared, *, most: int) -> list[int]:
    """Which images speak for all, in order: from each class in turn one that shows it, then any others.

    Evenly spaced, so that they don't all come from one import.
    """
    classes = range(prepared.masks.shape[-1])
    shown = [np.flatnonzero(prepared.masks[..., index].any(axis=(1, 2))) for index in classes]
    in_turn = zip_longest(*(_spread(rows, -(-most // len(shown))) for rows in shown))
    chosen = dict.fromkeys(row for turn in in_turn for row in turn if row is not None)
    chosen |= dict.fromkeys(_spread(np.arange(len(prepared)), most))
    return sorted(list(chosen)[:most])


def _spread(rows: NDArray[np.int64], most: int) -> list[int]:
    """At most so many of the rows, evenly spaced."""
    count = min(most, len(rows))
    return [int(rows[place * len(rows) // count]) for place in range(count)]


def score_segmenter(
    onnx: bytes,
    card: dict[str, Any],
    folds: Folds,
    settings: Any,
    request: TrainRequest,
    manifest: Manifest,
    emit: Emit,
) -> dict[str, Any]:
    """The card's `thresholds` (best pooled Dice) and `metrics` of each fold inside the field of view; for
    test images with lesions found against false alarms (`froc`).

    Thresholds are chosen against what was learned, outlines found in rectangles; scores are against the
    labels as people drew them, so that all models of a dataset are held against the same. Each image is
    told as a `scoring` event.
    """
    classes = card["output"]["classes"]
    draft = card | {"thresholds": {name: {"value": 0.5} for name in classes}}
    segmenter = Segmenter(StoredModel(id="draft", onnx=onnx, card=draft), threads=request.threads)
    rows = rows_to_score(folds["train"], most=MOST_TRAINED)
    scored = {**folds, "train": folds["train"].rows(rows)}
    items = {fold: manifest.of(fold) for fold in FOLDS}
    items["train"] = tuple(items["train"][row] for row in rows)
    told = counted(emit, "scoring", total=sum(map(len, scored.values())))
    histograms: dict[Fold, Histograms] = {}
    outlined: dict[Fold, Histograms] = {}
    for fold in ("train", "validation"):
        histograms[fold], outlined[fold] = _seen(segmenter, scored[fold], told)
    thresholds: dict[str, Any] = {}
    for name in classes:
        chosen_on = _threshold_folds(sum(bool(row.lesion.any()) for row in histograms["validation"][name]))
        pooled = {name: [row for fold in chosen_on for row in outlined[fold][name]]}
        thresholds[name] = dice_thresholds(pooled)[name] | {"chosen_on": "+".join(chosen_on)}
    levels = {name: threshold_level(chosen["value"]) for name, chosen in thresholds.items()}
    histograms["test"], froc = judge_lesions(
        segmenter, folds["test"], items["test"], thresholds=levels, seed=request.seed, told=told
    )
    metrics: dict[str, Any] = {
        fold: segmentation_report(
            found,
            thresholds=levels,
            seed=request.seed,
            patients=_patients_by_class(classes, scored[fold], items[fold]),
        )
        for fold, found in histograms.items()
        if len(scored[fold])
    }
    if "test" in metrics:
        metrics["test"]["froc"] = froc
    return {"thresholds": thresholds, "metrics": metrics}


def _seen(
    segmenter: Segmenter, prepared: Prepared, told: Callable[[], None]
) -> tuple[Histograms, Histograms]:
    """Histograms against the labels as they are, and against the lesions outlined in their rectangles.

    What is left out of the loss, the unsure rest of a rectangle, is left out of the second, too.
    """
    apart = prepared.outlined()
    labelled: Histograms = {name: [] for name in segmenter.classes}
    outlined: Histograms = {name: [] for name in segmenter.classes}
    for row in range(len(prepared)):
        maps = segmenter.maps(prepared.images[row], prepared.inside[row])
        add_histograms(labelled, maps, prepared, row)
        add_histograms(outlined, maps, apart, row, sure_only=True)
        told()
    return labelled, outlined


def _patients_by_class(
    classes: Sequence[str], prepared: Prepared, items: Sequence[Item]
) -> dict[str, list[str]]:
    """For each class the patients of the images where it was looked for."""
    return {
        name: [items[row].patient for row in range(len(prepared)) if prepared.known[row, index]]
        for index, name in enumerate(classes)
    }


SCORES: Mapping[str, Score] = {"classifier": score_classifier, "segmenter": score_segmenter}
