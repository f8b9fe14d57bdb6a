"""Scoring a model version inside the field of view, with bootstrap intervals over patients."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.ml.data import Prepared, prepare, read_unchecked_rgb
from inference.ml.engine import Segmenter
from inference.ml.errors import UnusableData
from inference.ml.manifest import Item
from inference.ml.metrics import (
    PixelHistogram,
    best_dice_threshold,
    bootstrap_segmentation,
    mean_over_classes,
    pixel_histogram,
)

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp")
MASK_SUFFIXES = (".png", ".tif", ".tiff")
HALF = 128  # of an 8-bit probability
Histograms = dict[str, list[PixelHistogram]]


def evaluate_folder(
    segmenter: Segmenter, *, images: Path, masks: Path, seed: int = 0, threads: int = 1
) -> dict[str, Any]:
    """Score a segmenter on a folder of images and one of masks `<stem>_<CLASS>.png` (a missing file: absent).

    Returns for each class `aupr, dice, iou, recall, precision, accuracy`, each `{value, low, high}`: pooled
    pixels inside the FOV at the model's own FOV width, at the card's thresholds. Raises UnusableData without
    images.
    """
    items = folder_items(images=images, masks=masks, classes=segmenter.classes)
    histograms: Histograms = {name: [] for name in segmenter.classes}
    for start in range(0, len(items), threads):  # a few images at a time, however many there are
        part = items[start : start + threads]
        prepared = prepare(
            part, side=segmenter.side, classes=segmenter.classes, threads=threads, read=read_unchecked_rgb
        )
        for name, rows in segmenter_histograms(segmenter, prepared).items():
            histograms[name] += rows
    return segmentation_report(histograms, thresholds=segmenter.thresholds, seed=seed)


def folder_items(*, images: Path, masks: Path, classes: Sequence[str]) -> list[Item]:
    """One item for each image of a folder, every class looked for. Raises UnusableData("no_images")."""
    paths = sorted(path for path in images.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
    if not paths:
        raise UnusableData("no_images", f"{images}: no image in this folder", remedy="Name another folder.")
    found: list[Item] = []
    for path in paths:
        candidates = ((name, masks / f"{path.stem}_{name}{end}") for name in classes for end in MASK_SUFFIXES)
        existing = {name: mask for name, mask in candidates if mask.is_file()}
        found.append(
            Item(
                id=path.stem,
                path=path,
                patient=path.stem,
                fold="test",
                looked_for=tuple(classes),
                masks=existing,
            )
        )
    return found


def segmenter_histograms(segmenter: Segmenter, prepared: Prepared) -> Histograms:
    """For each class the histograms of the images where it was looked for."""
    histograms: Histograms = {name: [] for name in segmenter.classes}
    for row in range(len(prepared)):
        maps = segmenter.maps(prepared.images[row], prepared.inside[row])
        add_histograms(histograms, maps, prepared, row)
    return histograms


def add_histograms(
    histograms: Histograms, maps: NDArray[np.uint8], prepared: Prepared, row: int, *, sure_only: bool = False
) -> None:
    """Add one image's maps uint8 (C, S, S) to each class that was looked for there.

    `sure_only`: without the pixels of rectangles that are neither lesion nor background.
    """
    for index, name in enumerate(histograms):
        if prepared.known[row, index]:
            truth, counted = prepared.masks[row, ..., index], prepared.inside[row]
            if sure_only and prepared.unsure is not None:
                counted = counted & (prepared.unsure[row, ..., index] < HALF)
            histograms[name].append(pixel_histogram(maps[index], truth, counted))


def segmentation_report(
    histograms: Histograms,
    *,
    thresholds: dict[str, int],
    seed: int,
    patients: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Any]:
    """`classes` (scores with intervals), `mean` over classes and the number of `images` per class.

    `patients`: for each class whose image it is; without, each image is somebody else's.
    """
    scored = {name: rows for name, rows in histograms.items() if rows}
    classes = {
        name: bootstrap_segmentation(
            rows, threshold=thresholds[name], seed=seed, patients=patients[name] if patients else None
        )
        for name, rows in scored.items()
    }
    return {
        "classes": classes,
        "mean": mean_over_classes(classes),
        "images": {name: len(rows) for name, rows in scored.items()},
    }


def dice_thresholds(histograms: Histograms) -> dict[str, dict[str, Any]]:
    """For each class the threshold with the best pooled Dice, as the card keeps it; one half where no image
    shows a lesion of that class.
    """
    chosen: dict[str, dict[str, Any]] = {}
    for name, rows in histograms.items():
        level, rule = HALF, "one half: no lesion was there to choose on"
        if any(row.lesion.any() for row in rows):
            lesion, other = sum(row.lesion for row in rows), sum(row.other for row in rows)
            level, rule = best_dice_threshold(np.asarray(lesion), np.asarray(other)), "best pooled Dice"
        chosen[name] = {"value": level / 255, "rule": rule, "images": len(rows)}
    return chosen
