"""ResNet-50 in torch: DR or no DR, with a class activation map."""

from collections.abc import Sequence
from typing import Any

from inference.ml.architectures.base import RUNTIME_PACKAGES, Architecture, FitJob, Fitted, picture_input
from inference.ml.resnet_input import MEAN, STD
from inference.ml.resnet_settings import ResnetSettings


def _fit(job: FitJob) -> Fitted:
    import torch

    from inference.ml.classifier_export import export_classifier
    from inference.ml.resnet import normalise
    from inference.ml.resnet_fit import fit_classifier

    network, initialisation, history = fit_classifier(job)
    job.emit({"event": "exporting"})
    onnx = export_classifier(network, inputs=normalise(torch.from_numpy(job.examples)))
    return Fitted(onnx=onnx, initialisation=initialisation, history=history)


def _prediction_part(settings: ResnetSettings, classes: Sequence[str]) -> dict[str, Any]:
    return {
        "input": {"layout": "NCHW", "mean": list(MEAN), "std": list(STD), **picture_input(settings)},
        "output": {"names": ["logit", "cam"], "activation": "sigmoid", "applied": False, "classes": ["DR"]},
    }


def _limits(settings: ResnetSettings) -> list[str]:
    return ["DR means any DR; referable DR is not predicted."]


RESNET50 = Architecture(
    name="resnet50",
    task="classifier",
    settings=ResnetSettings,
    packages=("torch", "torchvision", "onnx", *RUNTIME_PACKAGES),
    fit=_fit,
    prediction_part=_prediction_part,
    limits=_limits,
)
