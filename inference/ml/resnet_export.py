"""The trained classifier as one ONNX file that gives what torch gives."""

import numpy as np
import torch
from numpy.typing import NDArray

from inference.ml.export_check import require_equal
from inference.ml.resnet import DrClassifier, normalise

TOLERANCE = 1e-3  # of logits and map values, which are of order 1


def export_classifier(model: DrClassifier, *, examples: NDArray[np.uint8]) -> bytes:
    """ONNX bytes with outputs `logit` and `cam`, checked on real images uint8 (N, S, S, 3).

    Raises ExportMismatch when ONNX Runtime differs from torch by more than the tolerance.
    """
    model = model.eval()
    inputs = normalise(torch.from_numpy(examples))
    program = torch.onnx.export(
        model,
        (inputs[:1],),
        dynamo=True,
        input_names=["image"],
        output_names=["logit", "cam"],
        external_data=False,
        dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    onnx: bytes = program.model_proto.SerializeToString()
    with torch.inference_mode():
        expected = {name: value.numpy() for name, value in zip(("logit", "cam"), model(inputs), strict=True)}
    require_equal(onnx, inputs={"image": inputs.numpy()}, expected=expected, tolerance=TOLERANCE)
    return onnx
