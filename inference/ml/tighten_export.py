"""The tightener's network as a small ONNX file: weights in half precision, sums in single."""

import numpy as np
import torch

from inference.ml.export_check import require_equal
from inference.ml.half_weights import halved
from inference.ml.tighten_crops import CANVAS_PX, FACTS, STEP_PX
from inference.ml.tighten_net import TightenNet

TOLERANCE = 0.05  # of logits: what half precision may change


def export_tightener(network: TightenNet) -> bytes:
    """ONNX bytes: `picture` float32 (N, 4, H, W) and `facts` (N, FACTS) to logits (N, 1, H, W).

    H and W are any multiples of 16. Raises ExportMismatch when ONNX Runtime says something else than torch.
    """
    random = np.random.default_rng(0)
    picture = random.normal(0, 1, (2, 4, CANVAS_PX, CANVAS_PX + STEP_PX)).astype(np.float32)
    facts = random.normal(0, 0.5, (2, FACTS)).astype(np.float32)
    given = torch.from_numpy(picture), torch.from_numpy(facts)
    network = network.eval().to(memory_format=torch.contiguous_format)
    count = torch.export.Dim("count", min=1, max=4096)
    high, wide = (torch.export.Dim(name, min=2, max=64) for name in ("high", "wide"))
    program = torch.onnx.export(
        network,
        given,
        dynamo=True,
        input_names=["picture", "facts"],
        output_names=["logits"],
        external_data=False,
        dynamic_shapes=({0: count, 2: STEP_PX * high, 3: STEP_PX * wide}, {0: count}),
        verbose=False,
    )
    if program is None:
        raise RuntimeError("torch.onnx.export gave no program")
    small = halved(program.model_proto.SerializeToString())
    with torch.inference_mode():
        expected = {"logits": network(*given).numpy()}
    require_equal(small, inputs={"picture": picture, "facts": facts}, expected=expected, tolerance=TOLERANCE)
    return small
