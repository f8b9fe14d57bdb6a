"""Model folders small enough for tests, with real ONNX graphs that Fovea's engine runs."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.ml.model_store import write_model

SIDE = 64


def write_classifier(
    folder: Path,
    *,
    bias: float = 2.0,
    gain: float = 0.0,
    threshold: float = 0.5,
    referable_bias: float | None = None,
    provenance: dict[str, Any] | None = None,
) -> str:
    """A classifier whose logit is the bias, whatever it sees; its activation map is the red channel.

    `gain`, times the mean of the red channel, is added to the logit.

    With `referable_bias` it says referable DR, too: that is its logit, and the map is red and green.
    """
    biases = [bias] if referable_bias is None else [bias, referable_bias]
    count = len(biases)
    nodes = [
        helper.make_node("Slice", ["image", "zero", "end", "axis"], ["cam"]),
        helper.make_node("GlobalAveragePool", ["cam"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
        helper.make_node("Mul", ["flat", "gain"], ["seen"]),
        helper.make_node("Add", ["seen", "bias"], ["logit"]),
    ]
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [
            helper.make_tensor_value_info("logit", TensorProto.FLOAT, [1, count]),
            helper.make_tensor_value_info("cam", TensorProto.FLOAT, [1, count, SIDE, SIDE]),
        ],
        initializer=[
            _numbers("zero", [0], np.int64),
            _numbers("end", [count], np.int64),
            _numbers("axis", [1], np.int64),
            _numbers("gain", [[gain] * count], np.float32),
            _numbers("bias", [biases], np.float32),
        ],
    )
    card = {
        **_shared("classifier", layout="NCHW"),
        "output": {
            "names": ["logit", "cam"],
            "activation": "sigmoid",
            "applied": False,
            "classes": ["DR", "REF"][:count],
        },
        "thresholds": {name: {"value": threshold} for name in ["DR", "REF"][:count]},
        "provenance": provenance or {},
        "metrics": {"test": {"at_threshold": {"auc": {"value": 0.9, "low": 0.8, "high": 1.0}}}},
    }
    return write_model(folder, onnx=_content(graph), card=card)


def write_segmenter(folder: Path, *, steepness: float = 20.0) -> str:
    """A segmenter that calls dark red pixels hemorrhage and bright yellow ones exudate."""
    weights = np.array(
        [[0.0, 0.0, 0.0], [0.2, -2.0, -0.6], [-0.2, 2.2, 1.2]], np.float32
    )  # background, HE, EX by red, green, blue
    nodes = [
        helper.make_node("MatMul", ["image", "weights"], ["raw"]),
        helper.make_node("Add", ["raw", "bias"], ["shifted"]),
        helper.make_node("Mul", ["shifted", "steepness"], ["steep"]),
        helper.make_node("Softmax", ["steep"], ["probability"], axis=-1),
    ]
    graph = helper.make_graph(
        nodes,
        "segmenter",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, SIDE, SIDE, 3])],
        initializer=[
            _numbers("weights", weights.T, np.float32),
            _numbers("bias", [0.0, 0.12, -1.6], np.float32),
            _numbers("steepness", [steepness], np.float32),
        ],
    )
    card = {
        **_shared("segmenter", layout="NHWC"),
        "output": {
            "names": ["probability"],
            "activation": "softmax",
            "applied": True,
            "background": True,
            "classes": ["HE", "EX"],
            "minimum_component_px": 1,
        },
        "thresholds": {"HE": {"value": 0.5}, "EX": {"value": 0.5}},
        "metrics": {"test": {}},
    }
    return write_model(folder, onnx=_content(graph), card=card)


def _shared(task: str, *, layout: str) -> dict[str, Any]:
    return {
        "task": task,
        "title": f"Tiny {task}",
        "preset": f"tiny_{task}",
        "depends_on": [],
        "limits": ["made for tests"],
        "input": {
            "layout": layout,
            "channels": "RGB",
            "fov_width_px": SIDE,
            "size_px": [SIDE, SIDE],
            "mean": [0.0, 0.0, 0.0],
            "std": [1.0, 1.0, 1.0],
            "value_range": [0, 1],
        },
    }


def _numbers(name: str, values: Any, kind: type[np.generic]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, kind), name)


def _content(graph: onnx.GraphProto) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content
