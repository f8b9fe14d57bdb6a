"""What training, card and presets need to know of an architecture, and what fitting it is given."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from inference.ml.checkpoints import CheckpointFolder
from inference.ml.data import Prepared
from inference.ml.events import Emit
from inference.ml.settings import Settings

Task = Literal["classifier", "segmenter"]
History = list[dict[str, Any]]

RUNTIME_PACKAGES = ("onnxruntime", "numpy", "opencv-python-headless")
WHOLE_IMAGE = {
    "tile_px": None,
    "overlap_px": None,
    "framing": "field of view centred in a square, black around it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FitJob:
    """One network to train: on `train`, watching `validation` (which may be empty).

    `examples`: uint8 (N, S, S, 3), real images on which the export must agree with its framework.
    `started`: facts for the event of that name. `start`: weights to go on from, of an earlier `Fitted`.
    """

    settings: Any
    classes: tuple[str, ...]
    train: Prepared
    validation: Prepared
    examples: NDArray[np.uint8]
    seed: int
    threads: int
    checkpoints: CheckpointFolder
    emit: Emit
    started: Mapping[str, Any]
    start: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A trained network as ONNX, how it started, its epochs, and its weights if it can go on from them."""

    onnx: bytes
    initialisation: str
    history: History
    weights: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """One kind of network.

    `fit` trains (or goes on from the newest checkpoint) and exports; it imports its framework when called,
    for torch and TensorFlow never share a process. `prediction_part(settings, classes)` is the card's
    `input` and `output`, `limits(settings)` what a person must know of this kind of model.
    `gpu()` names the GPU it would train on here, if any.
    `reads_lesions`: a classifier that also reads a segmenter's findings.
    `soft_masks`: trained on the share of each pixel that a mask covers, not on yes or no.
    """

    name: str
    task: Task
    settings: type[Settings]
    packages: tuple[str, ...]
    fit: Callable[[FitJob], Fitted]
    prediction_part: Callable[[Any, Sequence[str]], dict[str, Any]]
    limits: Callable[[Any], list[str]]
    soft_masks: bool = False
    reads_lesions: bool = False
    gpu: Callable[[], str | None] = lambda: None


def picture_input(settings: Settings) -> dict[str, Any]:
    """The part of a card's `input` that every architecture shares: the whole FOV in a square, RGB 0 to 1."""
    side = settings.side_px
    shape = {"channels": "RGB", "fov_width_px": side, "size_px": [side, side], "value_range": [0, 1]}
    return {**shape, **WHOLE_IMAGE}


def torch_gpu() -> str | None:
    """The GPU that torch would train on here, if any."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None
