"""ONNX files of half the size: weights stored as float16, cast back when the model is loaded."""

import onnx
from onnx import TensorProto, helper, numpy_helper

LARGE = 20_000  # numbers in a tensor worth halving; rounding small ones (depthwise filters) costs most


def halved(content: bytes) -> bytes:
    """The same model with its large float32 weights rounded to float16; sums stay in float32.

    Debug texts are dropped. ONNX Runtime casts the weights once, when it loads the model: prediction is as
    fast as before.
    """
    model = onnx.load_model_from_string(content)
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype != "float32" or values.size < LARGE:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values.astype("float16"), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    for node in nodes:
        node.doc_string = ""
        del node.metadata_props[:]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.value_info[:]
    del model.metadata_props[:]
    return bytes(model.SerializeToString())
