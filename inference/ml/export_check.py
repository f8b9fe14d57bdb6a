"""Refuses an exported model that does not compute what its framework computes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.ml.errors import ExportMismatch


def require_equal(
    onnx: bytes,
    *,
    inputs: Mapping[str, NDArray[np.float32]],
    expected: Mapping[str, NDArray[Any]],
    tolerance: float,
) -> float:
    """Run the model on `inputs`, one image at a time, and return the largest difference found.

    Differences count as they are where an output stays below 1, and as a share of its largest value above:
    float32 gives no more. Raises ExportMismatch when one exceeds `tolerance` or is not a number.
    """
    session = onnxruntime.InferenceSession(onnx, providers=["CPUExecutionProvider"])
    names = list(expected)
    worst = 0.0
    for index in range(len(next(iter(inputs.values())))):
        one = {name: value[index : index + 1] for name, value in inputs.items()}
        for name, got in zip(names, session.run(names, one), strict=True):
            wanted = expected[name][index : index + 1].astype(np.float64)
            difference = np.abs(got - wanted).max() / max(1.0, float(np.abs(wanted).max()))
            worst = max(worst, float(difference)) if np.isfinite(difference) else float("nan")
            if not worst <= tolerance:
                raise ExportMismatch(
                    "export_mismatch",
                    f"output {name} of the ONNX model differs by {worst:g}, more than {tolerance:g}",
                    remedy="The model was not stored. Train again; if it recurs, report it with the log.",
                )
    return worst
