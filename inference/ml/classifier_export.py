"""A trained classifier as one ONNX file that gives what torch gives."""

import torch
from torch import Tensor, nn

from inference.ml.engine import LESIONS
from inference.ml.export_check import require_equal
from inference.ml.half_weights import halved

NAMES = ("logit", "cam")
TOLERANCE = 1e-3  # of logits and map values, which are of order 1
HALF_TOLERANCE = 0.2  # of 105 photographs' logits none moved by more than 0.05, and no AUC by 0.001


def export_classifier(
    model: nn.Module, *, inputs: Tensor, lesions: Tensor | None = None, half: bool = False
) -> bytes:
    """ONNX bytes with outputs `logit` (N, C) and `cam` (N, C, h, w), checked on real normalised images.

    Shape of `inputs`: float (N, 3, S, S); of `lesions`, for a model that reads findings, float (N, F). `half`
    stores the weights in half precision. Raises ExportMismatch when ONNX Runtime differs from torch by more
    than the tolerance.
    """
    model = model.eval()
    given = {"image": inputs} if lesions is None else {"image": inputs, LESIONS: lesions}
    program = torch.onnx.export(
        model,
        tuple(values[:1] for values in given.values()),
        dynamo=True,
        input_names=list(given),
        output_names=list(NAMES),
        external_data=False,
        dynamic_shapes=tuple({0: torch.export.Dim.DYNAMIC} for _ in given),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    onnx: bytes = program.model_proto.SerializeToString()
    with torch.inference_mode():
        expected = {name: value.numpy() for name, value in zip(NAMES, model(*given.values()), strict=True)}
    feeds = {name: values.numpy() for name, values in given.items()}
    require_equal(onnx, inputs=feeds, expected=expected, tolerance=TOLERANCE)
    if half:
        onnx = halved(onnx)
        require_equal(onnx, inputs=feeds, expected=expected, tolerance=HALF_TOLERANCE)
    return onnx
