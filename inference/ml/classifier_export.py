"""A trained classifier as one ONNX file that gives what torch gives."""

import torch
from torch import Tensor, nn

from inference.ml.export_check import require_equal
from inference.ml.half_weights import halved

NAMES = ("logit", "cam")
TOLERANCE = 1e-3  # of logits and map values, which are of order 1
HALF_TOLERANCE = 0.2  # of 105 photographs' logits none moved by more than 0.05, and no AUC by 0.001


def export_classifier(model: nn.Module, *, inputs: Tensor, half: bool = False) -> bytes:
    """ONNX bytes with outputs `logit` (N, C) and `cam` (N, C, h, w), checked on real normalised images.

    Shape of `inputs`: float (N, 3, S, S). `half` stores the weights in half precision. Raises ExportMismatch
    when ONNX Runtime differs from torch by more than the tolerance.
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
    if half:
        onnx = halved(onnx)
        require_equal(onnx, inputs={"image": inputs.numpy()}, expected=expected, tolerance=HALF_TOLERANCE)
    return onnx
