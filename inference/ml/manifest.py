"""The images, labels and masks that a run works on, read from JSON and refused where they can't train."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imaging.fov import Fov
from imaging.shapes import Rect
from inference.ml.errors import UnusableData
from inference.ml.split import FOLDS, Fold

FEWEST_PATIENTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One image of a dataset.

    `label`: 1 DR, 0 no DR, None not read; `referable` likewise for referable DR. `looked_for`: classes that
    somebody looked for; of these, one without a file in `masks` is absent from the image. Any other class is
    unknown there, never absent. `rectangles`: by class, those that are filled in its mask, in stored pixels.
    `taught_segmenter`: whether the segmenter whose findings a run reads learned from this patient; None where
    nobody knows or it does not matter.
    `sha256`: of the photograph as it came, hex; "" where nobody noted it.
    """

    id: str
    path: Path
    patient: str
    fold: Fold
    label: int | None = None
    referable: int | None = None
    looked_for: tuple[str, ...] = ()
    masks: Mapping[str, Path] = field(default_factory=dict)
    fov: Fov | None = None
    taught_segmenter: bool | None = None
    rectangles: Mapping[str, tuple[Rect, ...]] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The items of one dataset and its lesion classes in order.

    `untaught`: classes that were looked for but that no training image shows; nothing can learn them.
    """

    classes: tuple[str, ...]
    items: tuple[Item, ...]
    untaught: tuple[str, ...] = ()

    def of(self, fold: Fold) -> tuple[Item, ...]:
        """The items of one fold."""
        return tuple(item for item in self.items if item.fold == fold)

    def rectangles(self) -> dict[str, int]:
        """How many rectangles the labels of each class hold; without those that hold none."""
        found = Counter[str]()
        for item in self.items:
            found.update({name: len(rects) for name, rects in item.rectangles.items() if name in item.masks})
        return {name: found[name] for name in self.classes if found[name]}

    def counts(self) -> dict[str, dict[str, int]]:
        """For each fold its images, patients, images with DR and without, referable and not."""
        return {
            fold: {
                "images": len(self.of(fold)),
                "patients": len({item.patient for item in self.of(fold)}),
                "dr": sum(item.label == 1 for item in self.of(fold)),
                "no_dr": sum(item.label == 0 for item in self.of(fold)),
                "referable": sum(item.referable == 1 for item in self.of(fold)),
                "not_referable": sum(item.referable == 0 for item in self.of(fold)),
            }
            for fold in FOLDS
        }


def read_manifest(path: Path) -> Manifest:
    """Read a manifest file. Raises UnusableData when the file or an image or mask it names can't be used."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UnusableData(
            "bad_manifest", f"{path}: {problem}", remedy="Freeze the dataset again; it writes this file."
        ) from problem
    return parse_manifest(content, base=path.parent)


def parse_manifest(content: Mapping[str, Any], *, base: Path = Path()) -> Manifest:
    """A manifest from its JSON value; relative paths count from `base`. Raises UnusableData."""
    try:
        items = tuple(_item(raw, base=base) for raw in content["items"])
        manifest = Manifest(classes=tuple(content.get("classes", ())), items=items)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise UnusableData(
            "bad_manifest", f"the manifest is malformed: {problem!r}", remedy="Freeze the dataset again."
        ) from problem
    _refuse_repeats(manifest)
    _refuse_straddling(manifest)
    _refuse_missing_files(manifest)
    return manifest


def require_trainable(manifest: Manifest, *, task: str) -> Manifest:
    """The part of the manifest that can train `task`. Raises UnusableData when that is not enough.

    classifier: items with a label, both labels in training. segmenter: the classes that some training
    image shows, and the items where one of them was looked for.
    """
    check = {"classifier": _trainable_classifier, "segmenter": _trainable_segmenter}[task]
    usable = check(manifest)
    patients = {item.patient for item in usable.items}
    if len(patients) < FEWEST_PATIENTS:
        raise UnusableData(
            "too_few_patients",
            f"{len(patients)} patient(s) with labels: training and testing need different ones",
            remedy="Label images of more patients, then freeze a new dataset.",
        )
    return usable


def classifier_classes(manifest: Manifest) -> tuple[str, ...]:
    """What a classifier can learn here: any DR, and referable DR (REF) where training shows both kinds."""
    referable = {item.referable for item in manifest.of("train")}
    return ("DR", "REF") if referable >= {0, 1} else ("DR",)


def _trainable_classifier(manifest: Manifest) -> Manifest:
    items = tuple(item for item in manifest.items if item.label is not None)
    if not items:
        raise UnusableData(
            "no_labels",
            f"none of the {len(manifest.items)} image(s) has a DR label",
            remedy="Accept readings that say DR or no DR, or import a labels CSV, then freeze a new dataset.",
        )
    training = {item.label for item in items if item.fold == "train"}
    if training != {0, 1}:
        only = {frozenset({0}): "no DR only", frozenset({1}): "DR only"}.get(frozenset(training), "no image")  # type: ignore[arg-type]
        raise UnusableData(
            "one_class_only",
            f"the training images show {only}: a classifier needs both",
            remedy="Add images of the other class (with their labels), then freeze a new dataset.",
        )
    return Manifest(classes=manifest.classes, items=items)


def _trainable_segmenter(manifest: Manifest) -> Manifest:
    if not manifest.classes:
        raise UnusableData(
            "no_classes", "the manifest names no lesion class", remedy="Enable a lesion class."
        )
    drawn = {name for item in manifest.of("train") for name in item.masks}
    taught = tuple(name for name in manifest.classes if name in drawn)
    items = tuple(item for item in manifest.items if set(item.looked_for) & set(taught))
    if not items:
        raise UnusableData(
            "no_labels",
            "no training image has a drawn lesion",
            remedy="Accept label sets with lesions and build their masks, then freeze a new dataset.",
        )
    untaught = tuple(name for name in manifest.classes if name not in drawn)
    return Manifest(classes=taught, items=items, untaught=untaught)


def _item(raw: Mapping[str, Any], *, base: Path) -> Item:
    if raw["split"] not in FOLDS:
        raise ValueError(f"split of {raw['id']} must be one of {', '.join(FOLDS)}, got {raw['split']!r}")
    masks = {str(name): base / mask for name, mask in (raw.get("masks") or {}).items()}
    return Item(
        id=str(raw["id"]),
        path=base / raw["path"],
        patient=str(raw["patient"]),
        fold=raw["split"],
        label=_target(raw, "label"),
        referable=_target(raw, "referable"),
        looked_for=tuple(dict.fromkeys([*raw.get("looked_for", ()), *masks])),
        masks=masks,
        fov=Fov.from_json(raw["fov"]) if raw.get("fov") else None,
        rectangles={
            str(name): tuple(Rect(*map(float, numbers)) for numbers in found)
            for name, found in (raw.get("rectangles") or {}).items()
        },
        taught_segmenter=raw.get("taught_segmenter"),
        sha256=str(raw.get("sha256") or ""),
    )


def _target(raw: Mapping[str, Any], name: str) -> int | None:
    """1, 0 or None: not known."""
    value = raw.get(name)
    if value is None or (value in (0, 1) and type(value) is int):
        return value
    raise ValueError(f"{name} of {raw['id']} must be 0, 1 or null, got {value!r}")


def _refuse_repeats(manifest: Manifest) -> None:
    if not manifest.items:
        return
    identifier, times = Counter(item.id for item in manifest.items).most_common(1)[0]
    if times > 1:
        raise UnusableData(
            "repeated_image",
            f"image {identifier} is listed {times} times",
            remedy="Freeze the dataset again.",
        )


def _refuse_straddling(manifest: Manifest) -> None:
    """Both eyes and every repeat of a patient must lie in one fold."""
    folds: dict[str, set[str]] = {}
    for item in manifest.items:
        folds.setdefault(item.patient, set()).add(item.fold)
    astride = sorted(patient for patient, found in folds.items() if len(found) > 1)
    if astride:
        raise UnusableData(
            "patient_in_two_folds",
            f"patient {astride[0]} is in more than one of train, validation and test",
            remedy="Split by patient: freeze the dataset again.",
        )


def _refuse_missing_files(manifest: Manifest) -> None:
    for item in manifest.items:
        for path in (item.path, *item.masks.values()):
            if not path.is_file():
                raise UnusableData(
                    "missing_file",
                    f"{path}: the file of image {item.id} is missing",
                    remedy="Import the image (or build its masks) again, then freeze a new dataset.",
                )
