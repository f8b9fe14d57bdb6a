"""Scores a registered segmenter on a folder. Only commands import this module: it loads ONNX Runtime."""

import json
from pathlib import Path
from typing import Any

from core.errors import Invalid
from inference.errors import refusals_of_ml
from inference.ml.checkpoints import write_durably
from inference.ml.engine import Segmenter
from inference.ml.evaluate import evaluate_folder
from inference.ml.events import finite
from inference.ml.model_store import load_model
from inference.models import ModelVersion
from inference.services.model_files import local_model_folder


def evaluate_on_folder(
    *, model: ModelVersion, images: Path, masks: Path, out: Path, threads: int = 1
) -> dict[str, Any]:
    """Write and return, per class, `aupr, dice, iou, recall, precision, accuracy`, each `{value, low, high}`.

    Beside the classes: `model`, `mean` over the classes and `images` scored per class. Raises Invalid for
    a folder that does not exist, MlRefusal for a model that is no segmenter or was changed, unreadable
    images and masks of another size.
    """
    for folder in (images, masks):
        if not folder.is_dir():
            raise Invalid(f"There is no folder {folder}.", remedy="Check the path.")
    folder = local_model_folder(model)
    with refusals_of_ml():
        segmenter = Segmenter(load_model(folder, expected_id=model.pk), threads=threads)
        report = evaluate_folder(segmenter, images=images, masks=masks, threads=threads)
    metrics: dict[str, Any] = finite(
        {**report["classes"], "mean": report["mean"], "images": report["images"], "model": model.pk}
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_durably(out, json.dumps(metrics, indent=1).encode() + b"\n")
    return metrics
