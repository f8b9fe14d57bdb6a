"""The JSON settings of each command, checked before any work starts."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imaging.fov import Fov
from inference.ml.errors import InvalidSettings
from inference.ml.predict import ImageToPredict


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRequest:
    """One training run. `work_dir` keeps checkpoints for the next attempt; `out_dir` gets the model.

    `segmenter`: folder of the one whose findings a classifier reads, checked against its id where given.
    """

    task: str
    preset: str
    manifest: Path
    work_dir: Path
    out_dir: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 1
    attempt: int = 1
    threads: int = 1
    provenance: Mapping[str, Any] = field(default_factory=dict)
    segmenter: Path | None = None
    segmenter_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictRequest:
    """A prediction run; model ids are checked where given.

    `lesion_finder`: the segmenter whose findings the classifier reads, where that is not `segmenter`.
    """

    images: tuple[ImageToPredict, ...]
    out_dir: Path
    classifier: Path | None = None
    segmenter: Path | None = None
    lesion_finder: Path | None = None
    classifier_id: str | None = None
    segmenter_id: str | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateRequest:
    """Scoring of one segmenter on a folder of images and one of masks."""

    model: Path
    images: Path
    masks: Path
    out: Path | None = None
    model_id: str | None = None
    seed: int = 0
    threads: int = 1


def read_settings(path: Path) -> dict[str, Any]:
    """The JSON object of a settings file. Raises InvalidSettings."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InvalidSettings(f"{path}: {problem}", remedy="Give the path of a JSON file.") from problem
    if not isinstance(content, dict):
        raise InvalidSettings(f"{path}: not a JSON object", remedy="Give an object of settings.")
    return content


def train_request(content: Mapping[str, Any]) -> TrainRequest:
    """Check a training run's settings. Raises InvalidSettings."""
    _refuse_unknown(content, TrainRequest)
    overrides, provenance = content.get("settings") or {}, content.get("provenance") or {}
    if not isinstance(overrides, dict) or not isinstance(provenance, dict):
        raise InvalidSettings("settings and provenance must be objects", remedy="Give them as JSON objects.")
    return TrainRequest(
        task=_text(content, "task"),
        preset=_text(content, "preset"),
        manifest=Path(_text(content, "manifest")),
        work_dir=Path(_text(content, "work_dir")),
        out_dir=Path(_text(content, "out_dir")),
        settings=overrides,
        seed=_count(content, "seed", 1, lowest=0),
        attempt=_count(content, "attempt", 1),
        threads=_count(content, "threads", len(os.sched_getaffinity(0))),
        provenance=provenance,
        segmenter=Path(content["segmenter"]) if content.get("segmenter") else None,
        segmenter_id=content.get("segmenter_id"),
    )


def predict_request(content: Mapping[str, Any]) -> PredictRequest:
    """Check a prediction run's settings. Raises InvalidSettings."""
    models = content.get("models") or {}
    ids = content.get("model_ids") or {}
    try:
        images = tuple(
            ImageToPredict(
                id=str(raw["id"]),
                path=Path(raw["path"]),
                fov=Fov.from_json(raw["fov"]) if raw.get("fov") else None,
            )
            for raw in content["images"]
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise InvalidSettings(f"images: {problem!r}", remedy="Each image needs id and path.") from problem
    return PredictRequest(
        images=images,
        out_dir=Path(_text(content, "out_dir")),
        classifier=Path(models["classifier"]) if models.get("classifier") else None,
        segmenter=Path(models["segmenter"]) if models.get("segmenter") else None,
        lesion_finder=Path(models["lesion_finder"]) if models.get("lesion_finder") else None,
        classifier_id=ids.get("classifier"),
        segmenter_id=ids.get("segmenter"),
        threads=_count(content, "threads", 1),
    )


def evaluate_request(content: Mapping[str, Any]) -> EvaluateRequest:
    """Check an evaluation's settings. Raises InvalidSettings."""
    _refuse_unknown(content, EvaluateRequest)
    return EvaluateRequest(
        model=Path(_text(content, "model")),
        images=Path(_text(content, "images")),
        masks=Path(_text(content, "masks")),
        out=Path(content["out"]) if content.get("out") else None,
        model_id=content.get("model_id"),
        seed=_count(content, "seed", 0, lowest=0),
        threads=_count(content, "threads", 1),
    )


def _refuse_unknown(content: Mapping[str, Any], kind: type[Any]) -> None:
    known = set(kind.__dataclass_fields__)
    unknown = sorted(set(content) - known)
    if unknown:
        raise InvalidSettings(f"unknown: {', '.join(unknown)}", remedy=f"Known: {', '.join(sorted(known))}.")


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidSettings(f"{name} is missing", remedy=f"Give {name} as text.")
    return value


def _count(content: Mapping[str, Any], name: str, default: int, *, lowest: int = 1) -> int:
    value = content.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < lowest:
        raise InvalidSettings(f"{name} can't be {value!r}", remedy=f"Give a whole number from {lowest}.")
    return value
