"""Writes an untrained model version of a preset's shape: `python _untrained_models.py PRESET FOLDER`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from inference.ml.card import prediction_part  # noqa: E402
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings  # noqa: E402
from inference.ml.model_store import write_model  # noqa: E402
from inference.ml.presets import PRESETS  # noqa: E402
from inference.ml.resnet_settings import ResnetSettings  # noqa: E402
from inference.ml.unet_lite0_settings import UnetLite0Settings  # noqa: E402
from inference.ml.unet_settings import UnetSettings  # noqa: E402

CLASSES = ("HE", "EX")


def main() -> None:
    """Build, export and store."""
    preset, folder = PRESETS[sys.argv[1]], Path(sys.argv[2])
    settings = preset.settings
    examples = np.full((1, settings.side_px, settings.side_px, 3), 90, np.uint8)
    classes = CLASSES if preset.task == "segmenter" else ("DR",)
    card = prediction_part(settings, classes=classes)
    if isinstance(settings, ResnetSettings):
        import torch

        from inference.ml.classifier_export import export_classifier
        from inference.ml.resnet import DrClassifier, normalise

        onnx = export_classifier(DrClassifier(), inputs=normalise(torch.from_numpy(examples)))
        thresholds = {"DR": {"value": 0.5}}
    elif isinstance(settings, UnetSettings):
        from inference.ml.unet import build_unet
        from inference.ml.unet_export import export_segmenter

        model = build_unet(settings, classes=len(CLASSES), side=settings.side_px)
        onnx = export_segmenter(model, examples=examples)
        thresholds = {name: {"value": 0.9} for name in CLASSES}
    elif isinstance(settings, UnetLite0Settings):
        from inference.ml.unet_lite0 import build_unet_lite0
        from inference.ml.unet_lite0_export import export_unet_lite0

        network, _ = build_unet_lite0(replace(settings, initialisation="random"), classes=len(CLASSES))
        onnx = export_unet_lite0(network, examples=examples, half=settings.half_weights)
        thresholds = {name: {"value": 0.9} for name in CLASSES}
    elif isinstance(settings, EfficientnetLite0Settings):
        from inference.ml.classifier_export import export_classifier
        from inference.ml.efficientnet_lite0 import EfficientnetLite0
        from inference.ml.lite0_training import as_inputs

        model = EfficientnetLite0(classes=1).eval()
        onnx = export_classifier(model, inputs=as_inputs(examples), half=settings.half_weights)
        thresholds = {"DR": {"value": 0.5}}
    else:
        raise SystemExit(f"no untrained {preset.name} is written here")
    write_model(folder, onnx=onnx, card={**card, "thresholds": thresholds})


if __name__ == "__main__":
    main()
