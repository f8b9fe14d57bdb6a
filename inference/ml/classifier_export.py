"""A trained classifier as one ONNX file that gives what torch gives."""

import torch
from torch import Tensor, nn

from inference.ml.export_check import require_equal

NAMES = ("logit", "cam")
TOLERANCE = 1e-3  # of logits and map values, which are of order 1


def export_classifier(model: nn.Module, *, inputs: Tensor) -> bytes:
    """ONNX bytes with outputs `logit` (N, C) and `cam` (N, C, h, w), checked on real normalised images.

    Shape of `inputs`: float (N, 3, S, S). Raises ExportMismatch when ONNX Runtime differs from torch by more
    than the tolerance.
    """
    model = model.eval()
    program = torch.onnx.export(
        model,
        (inputs[:1],),
        dynamo=True,
        input_names=["image"],
        output_names=list(NAMES),
        external_data=False,
        dynamic_shapes=({0: torch.export.Dim.DYNAMIC},),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    onnx: bytes = program.model_proto.SerializeToString()
    with torch.inference_mode():
        expected = {name: value.numpy() for name, value in zip(NAMES, model(inputs), strict=True)}
    require_equal(onnx, inputs={"image": inputs.numpy()}, expected=expected, tolerance=TOLERANCE)
    return onnx
