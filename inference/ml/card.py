"""The model card: all that prediction needs, and what a person must know before trusting the model."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from inference.ml.architectures import architecture_of
from inference.ml.architectures.base import Fitted
from inference.ml.manifest import Manifest
from inference.ml.presets import Preset
from inference.ml.rectangles import rectangles_part
from inference.ml.requests import TrainRequest
from inference.ml.settings import Settings, provenance

CARD_VERSION = 1
INTENDED_USE = "Research and decision support under a specialist's review. Not a medical device."


def prediction_part(settings: Settings, *, classes: Sequence[str]) -> dict[str, Any]:
    """`task`, `input`, `output` and `depends_on`: enough to run the model once `thresholds` is there."""
    architecture = architecture_of(settings)
    return {
        "task": architecture.task,
        "architecture": architecture.name,
        **architecture.prediction_part(settings, classes),
        "depends_on": [],
    }


def person_part(
    *,
    request: TrainRequest,
    preset: Preset,
    settings: Settings,
    manifest: Manifest,
    fitted: Fitted,
    seconds: float,
) -> dict[str, Any]:
    """What was done, with what, on what, and what the model is not for."""
    described = provenance(settings)
    started_from = fitted.initialisation
    fell_back = _fell_back(settings, fitted)
    if fell_back:  # whatever was asked for
        described["initialisation"] = {"value": "random", "source": "ours", "why": started_from}
    return {
        "card_version": CARD_VERSION,
        "title": preset.title,
        "preset": preset.name,
        "preset_is_study": preset.is_study and settings == preset.settings and not fell_back,
        "initialisation": started_from,
        "settings": described,
        "seed": request.seed,
        "attempt": request.attempt,
        "provenance": dict(request.provenance),
        "split": {"by": "patient", "folds": manifest.counts()},
        "rectangles": rectangles_part(settings, manifest)["rectangles"],
        "history": [dict(epoch) for epoch in fitted.history],
        "packages": _packages(architecture_of(settings).packages),
        "hardware": {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "threads": request.threads,
            "gpu": architecture_of(settings).gpu(),
        },
        "python": platform.python_version(),
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "training_seconds": round(seconds, 1),
        "intended_use": INTENDED_USE,
        "limits": _limits(settings, fitted=fitted, manifest=manifest),
    }


def final_part(card: Mapping[str, Any], *, fitted: Fitted, images: int, seconds: float) -> dict[str, Any]:
    """What changes on a card once the network has gone on with all images."""
    note = (
        f"Once scored, it went on learning from all {images} images: scores, thresholds and calibration are "
        "those of before, when it had not seen the validation and test images."
    )
    return {
        "history": [dict(epoch) for epoch in fitted.history],
        "training_seconds": round(seconds, 1),
        "trained_on_all": True,
        "limits": [*card["limits"], note],
    }


def _fell_back(settings: Settings, fitted: Fitted) -> bool:
    """Whether the network started from random weights; settings without the choice always do."""
    return hasattr(settings, "initialisation") and fitted.initialisation.startswith("random")


def _limits(settings: Settings, *, fitted: Fitted, manifest: Manifest) -> list[str]:
    limits = ["Trained on the images of this dataset version only; other cameras and people were not tested."]
    test_images = manifest.counts()["test"]["images"]
    if test_images < 50:
        limits.append(f"The test fold has {test_images} image(s): the intervals of its scores are wide.")
    limits.append(
        "A threshold or calibration that saw training images is too hopeful; the card says which did."
    )
    if manifest.untaught:
        names = ", ".join(manifest.untaught)
        limits.append(f"No training image shows {names}: this model does not look for it.")
    limits += rectangles_part(settings, manifest)["limits"]
    if _fell_back(settings, fitted):
        limits.append(f"Started from {fitted.initialisation}.")
    return limits + architecture_of(settings).limits(settings)


def _packages(names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
