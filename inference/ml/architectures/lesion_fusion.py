"""EfficientNet-Lite0 that also reads what a segmenter found: any DR and referable DR, with maps of each."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from inference.ml.architectures.base import Architecture, FitJob, Fitted, torch_gpu
from inference.ml.architectures.efficientnet_lite0 import EFFICIENTNET_LITE0
from inference.ml.lesion_fusion_settings import LesionFusionSettings


def _fit(job: FitJob) -> Fitted:
    import torch

    from inference.ml.classifier_export import export_classifier
    from inference.ml.efficientnet_lite0_fit import fit_lite0_classifier
    from inference.ml.lesion_fusion import build_lesion_fusion
    from inference.ml.lite0_training import as_inputs

    network, initialisation, history = fit_lite0_classifier(job, build=build_lesion_fusion)
    job.emit({"event": "exporting"})
    count = len(job.examples)
    lesions = np.asarray(job.train.lesions)[:count]
    return Fitted(
        onnx=export_classifier(
            network,
            inputs=as_inputs(job.train.images[:count]),
            lesions=torch.from_numpy(lesions),
            half=job.settings.half_weights,
        ),
        initialisation=initialisation,
        history=history,
    )


def _prediction_part(settings: LesionFusionSettings, classes: Sequence[str]) -> dict[str, Any]:
    return EFFICIENTNET_LITE0.prediction_part(settings, classes)


def _limits(settings: LesionFusionSettings) -> list[str]:
    return [
        *EFFICIENTNET_LITE0.limits(settings),
        "Reads the findings of one segmenter and works with that one only; what that one takes for a lesion "
        "counts here, too. Its heat map shows what the picture says, not the findings.",
    ]


LESION_FUSION = Architecture(
    name="lesion_fusion",
    task="classifier",
    settings=LesionFusionSettings,
    packages=EFFICIENTNET_LITE0.packages,
    fit=_fit,
    prediction_part=_prediction_part,
    limits=_limits,
    reads_lesions=True,
    gpu=torch_gpu,
)
