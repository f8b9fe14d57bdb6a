"""The trained U-Net as one ONNX file that gives what torch gives."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from inference.ml.export_check import require_equal
from inference.ml.half_weights import halved
from inference.ml.lite0_training import as_inputs

TOLERANCE = 1e-3  # of probabilities
HALF_TOLERANCE = 0.02  # of 3 photographs no pixel moved by more than 0.0025


class Probabilities(nn.Module):
    """The network's logits as probabilities (1, C, S, S)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, image: Tensor) -> Tensor:
        """One sigmoid for each class."""
        return torch.sigmoid(self.network(image))


def export_unet_lite0(network: nn.Module, *, examples: NDArray[np.uint8], half: bool) -> bytes:
    """ONNX bytes with the output `probability` (1, C, S, S), checked on real images uint8 (N, S, S, 3).

    `half` stores the weights in half precision. Raises ExportMismatch when ONNX Runtime differs from torch
    by more than the tolerance.
    """
    model = Probabilities(network).eval().to(memory_format=torch.contiguous_format)
    inputs = as_inputs(examples).contiguous()
    program = torch.onnx.export(
        model,
        (inputs[:1],),
        dynamo=True,
        input_names=["image"],
        output_names=["probability"],
        external_data=False,
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    onnx: bytes = program.model_proto.SerializeToString()
    with torch.inference_mode():
        expected = np.concatenate([model(one[None]).numpy() for one in inputs])
    checks = {"inputs": {"image": inputs.numpy()}, "expected": {"probability": expected}}
    require_equal(onnx, **checks, tolerance=TOLERANCE)
    if half:
        onnx = halved(onnx)
        require_equal(onnx, **checks, tolerance=HALF_TOLERANCE)
    return onnx
