"""The model card: all that prediction needs, and what a person must know before trusting the model."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from inference.ml.manifest import Manifest
from inference.ml.presets import Preset
from inference.ml.requests import TrainRequest
from inference.ml.resnet_input import MEAN, STD
from inference.ml.settings import ResnetSettings, Settings, UnetSettings, provenance

CARD_VERSION = 1
INTENDED_USE = "Research and decision support under a specialist's review. Not a medical device."
PACKAGES = {
    "classifier": ("torch", "torchvision", "onnx", "onnxruntime", "numpy", "opencv-python-headless"),
    "segmenter": (
        "tensorflow-cpu",
        "tensorflow",
        "keras",
        "tf2onnx",
        "onnxruntime",
        "numpy",
        "opencv-python-headless",
    ),
}


def prediction_part(settings: Settings, *, classes: Sequence[str]) -> dict[str, Any]:
    """`task`, `input`, `output` and `depends_on`: enough to run the model once `thresholds` is there."""
    side = settings.side_px
    shared = {"channels": "RGB", "fov_width_px": side, "size_px": [side, side], "value_range": [0, 1]}
    whole = {
        "tile_px": None,
        "overlap_px": None,
        "framing": "field of view centred in a square, black around it",
    }
    if isinstance(settings, ResnetSettings):
        return {
            "task": "classifier",
            "input": {"layout": "NCHW", "mean": list(MEAN), "std": list(STD), **shared, **whole},
            "output": {
                "names": ["logit", "cam"],
                "activation": "sigmoid",
                "applied": False,
                "classes": ["DR"],
            },
            "depends_on": [],
        }
    return {
        "task": "segmenter",
        "input": {"layout": "NHWC", "mean": [0.0] * 3, "std": [1.0] * 3, **shared, **whole},
        "output": {
            "names": ["probability"],
            "activation": "softmax",
            "applied": True,
            "background": True,
            "classes": list(classes),
            "minimum_component_px": settings.minimum_component_px,
        },
        "depends_on": [],
    }


def person_part(
    *,
    request: TrainRequest,
    preset: Preset,
    settings: Settings,
    manifest: Manifest,
    initialisation: str,
    history: Sequence[Mapping[str, Any]],
    seconds: float,
) -> dict[str, Any]:
    """What was done, with what, on what, and what the model is not for."""
    described = provenance(settings)
    fell_back = isinstance(settings, ResnetSettings) and initialisation.startswith("random")
    if fell_back:  # whatever was asked for
        described["initialisation"] = {"value": "random", "source": "ours", "why": initialisation}
    return {
        "card_version": CARD_VERSION,
        "title": preset.title,
        "preset": preset.name,
        "preset_is_study": preset.is_study and settings == preset.settings and not fell_back,
        "initialisation": initialisation,
        "settings": described,
        "seed": request.seed,
        "attempt": request.attempt,
        "provenance": dict(request.provenance),
        "split": {"by": "patient", "folds": manifest.counts()},
        "history": [dict(epoch) for epoch in history],
        "packages": _packages(preset.task),
        "hardware": {
            "machine": platform.machine(),
            "cores": os.cpu_count(),
            "threads": request.threads,
            "gpu": None,
        },
        "python": platform.python_version(),
        "trained_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "training_seconds": round(seconds, 1),
        "intended_use": INTENDED_USE,
        "limits": _limits(settings, initialisation=initialisation, manifest=manifest),
    }


def _limits(settings: Settings, *, initialisation: str, manifest: Manifest) -> list[str]:
    limits = ["Trained on the images of this dataset version only; other cameras and people were not tested."]
    test_images = manifest.counts()["test"]["images"]
    if test_images < 50:
        limits.append(f"The test fold has {test_images} image(s): the intervals of its scores are wide.")
    limits.append(
        "A threshold or calibration that saw training images is too hopeful; the card says which did."
    )
    if isinstance(settings, ResnetSettings):
        if initialisation.startswith("random"):
            limits.append(f"Started from {initialisation}.")
        limits.append("DR means any DR; referable DR is not predicted.")
    if isinstance(settings, UnetSettings):
        limits.append(
            f"Sees the field of view at {settings.side_px} px: smaller lesions are missed. "
            "Soft exudates, drusen and artefacts can be taken for hard exudates."
        )
    return limits


def _packages(task: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in PACKAGES[task]:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
