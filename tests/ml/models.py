"""Tiny ONNX models built by hand, so that prediction is tested without training anything."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from inference.ml.lesion_facts import VERSION, fact_names
from inference.ml.model_store import StoredModel, model_id


def red_segmenter(*, side: int = 64, threshold: float = 0.5, minimum_component_px: int = 1) -> StoredModel:
    """HE by how red a pixel is, EX by how green: softmax over (0, 20 (R - G) - 8, 20 (G - R) - 8)."""
    weight = np.array([[0, 0, 0], [20, -20, 0], [-20, 20, 0]], np.float32)[:, :, None, None]
    nodes = [
        helper.make_node("Transpose", ["image"], ["chw"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["chw", "weight", "bias"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["softmax"], axis=1),
        helper.make_node("Transpose", ["softmax"], ["probability"], perm=[0, 2, 3, 1]),
    ]
    graph = helper.make_graph(
        nodes,
        "red",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, side, side, 3])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, side, side, 3])],
        [
            numpy_helper.from_array(weight, "weight"),
            numpy_helper.from_array(np.array([0, -8, -8], np.float32), "bias"),
        ],
    )
    card = {
        "task": "segmenter",
        "input": _input(side, layout="NHWC"),
        "output": {
            "names": ["probability"],
            "activation": "softmax",
            "applied": True,
            "background": True,
            "classes": ["HE", "EX"],
            "minimum_component_px": minimum_component_px,
        },
        "thresholds": {"HE": {"value": threshold}, "EX": {"value": threshold}},
        "depends_on": [],
    }
    return _stored(graph, card)


def leaning_segmenter(*, side: int = 64) -> StoredModel:
    """HE where a pixel's right and lower neighbours are brighter: one sigmoid, no background, no symmetry."""
    weight = np.zeros((1, 3, 3, 3), np.float32)
    weight[0, :, 1, 2], weight[0, :, 2, 1], weight[0, :, 1, 1] = 2, 1, -3
    nodes = [
        helper.make_node("Conv", ["image", "weight"], ["scores"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["scores"], ["probability"]),
    ]
    graph = helper.make_graph(
        nodes,
        "leaning",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, 1, side, side])],
        [numpy_helper.from_array(weight, "weight")],
    )
    card = {
        "task": "segmenter",
        "input": _input(side, layout="NCHW"),
        "output": {
            "names": ["probability"],
            "activation": "sigmoid",
            "applied": True,
            "background": False,
            "classes": ["HE"],
        },
        "thresholds": {"HE": {"value": 0.5}},
        "depends_on": [],
    }
    return _stored(graph, card)


def bright_classifier(*, side: int = 64, bias: float = -2) -> StoredModel:
    """Logit = 8 x mean brightness + bias; the activation map is brightness in 8 x 8 fields."""
    weight = np.full((1, 3, 1, 1), 8 / 3, np.float32)
    nodes = [
        helper.make_node("AveragePool", ["image"], ["pooled"], kernel_shape=[8, 8], strides=[8, 8]),
        helper.make_node("Conv", ["pooled", "weight"], ["cam"]),
        helper.make_node("ReduceMean", ["cam"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("Add", ["mean", "bias"], ["logit"]),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side])],
        [
            helper.make_tensor_value_info("logit", TensorProto.FLOAT, [1, 1]),
            helper.make_tensor_value_info("cam", TensorProto.FLOAT, [1, 1, side // 8, side // 8]),
        ],
        [
            numpy_helper.from_array(weight, "weight"),
            numpy_helper.from_array(np.array([bias], np.float32), "bias"),
        ],
    )
    card = {
        "task": "classifier",
        "input": _input(side, layout="NCHW"),
        "output": {"names": ["logit", "cam"], "activation": "sigmoid", "applied": False, "classes": ["DR"]},
        "thresholds": {"DR": {"value": 0.5}},
        "depends_on": [],
    }
    return _stored(graph, card)


def lesion_classifier(segmenter: StoredModel, *, side: int = 64, facts: tuple[str, ...] = ()) -> StoredModel:
    """Logit = log(1 + number of HE lesions) + log(1 + number of EX lesions), whatever the picture shows; the
    activation map is its red channel.
    """
    nodes = [
        helper.make_node("Slice", ["image", "zero", "one", "axis"], ["cam"]),
        helper.make_node("MatMul", ["lesions", "weights"], ["logit"]),
    ]
    weights = np.zeros((10, 1), np.float32)
    weights[[0, 5]] = 1
    graph = helper.make_graph(
        nodes,
        "lesions",
        [
            helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, side, side]),
            helper.make_tensor_value_info("lesions", TensorProto.FLOAT, [1, 10]),
        ],
        [
            helper.make_tensor_value_info("logit", TensorProto.FLOAT, [1, 1]),
            helper.make_tensor_value_info("cam", TensorProto.FLOAT, [1, 1, side, side]),
        ],
        [
            numpy_helper.from_array(weights, "weights"),
            *(
                numpy_helper.from_array(np.array([value], np.int64), name)
                for name, value in (("zero", 0), ("one", 1), ("axis", 1))
            ),
        ],
    )
    told = {"facts": list(facts or fact_names(["HE", "EX"])), "version": VERSION}
    card = {
        "task": "classifier",
        "input": {**_input(side, layout="NCHW"), "lesions": told},
        "output": {"names": ["logit", "cam"], "activation": "sigmoid", "applied": False, "classes": ["DR"]},
        "thresholds": {"DR": {"value": 0.5}},
        "depends_on": [segmenter.id],
    }
    return _stored(graph, card)


def _input(side: int, *, layout: str) -> dict[str, Any]:
    return {
        "layout": layout,
        "channels": "RGB",
        "fov_width_px": side,
        "size_px": [side, side],
        "value_range": [0, 1],
        "mean": [0.0] * 3,
        "std": [1.0] * 3,
    }


def _stored(graph: Any, card: dict[str, Any]) -> StoredModel:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    content = model.SerializeToString()
    return StoredModel(id=model_id(content, card), onnx=content, card=card)
