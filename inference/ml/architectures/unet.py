"""The study's U-Net in Keras: softmax over background and the lesion classes."""

from collections.abc import Sequence
from typing import Any

from inference.ml.architectures.base import RUNTIME_PACKAGES, Architecture, FitJob, Fitted, picture_input
from inference.ml.unet_settings import UnetSettings


def _fit(job: FitJob) -> Fitted:
    from inference.ml.unet_export import export_segmenter
    from inference.ml.unet_fit import fit_segmenter

    model, initialisation, history = fit_segmenter(job)
    job.emit({"event": "exporting"})
    onnx = export_segmenter(model, examples=job.examples)
    return Fitted(onnx=onnx, initialisation=initialisation, history=history)


def _prediction_part(settings: UnetSettings, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "input": {"layout": "NHWC", "mean": [0.0] * 3, "std": [1.0] * 3, **picture_input(settings)},
        "output": {
            "names": ["probability"],
            "activation": "softmax",
            "applied": True,
            "background": True,
            "classes": list(classes),
            "minimum_component_px": settings.minimum_component_px,
        },
    }


def _limits(settings: UnetSettings) -> list[str]:
    return [
        f"Sees the field of view at {settings.side_px} px: smaller lesions are missed. "
        "Soft exudates, drusen and artefacts can be taken for hard exudates."
    ]


UNET = Architecture(
    name="unet",
    task="segmenter",
    settings=UnetSettings,
    packages=("tensorflow-cpu", "tensorflow", "keras", "tf2onnx", *RUNTIME_PACKAGES),
    fit=_fit,
    prediction_part=_prediction_part,
    limits=_limits,
)
