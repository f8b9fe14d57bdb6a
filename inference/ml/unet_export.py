"""The trained segmenter as one ONNX file that gives what Keras gives."""

from typing import Any

import numpy as np
import tensorflow as tf
import tf2onnx
from numpy.typing import NDArray

from inference.ml.export_check import require_equal

OPSET = 17
TOLERANCE = 1e-4  # of probabilities


def export_segmenter(model: Any, *, examples: NDArray[np.uint8]) -> bytes:
    """ONNX bytes with the output `probability` (1, S, S, 1 + C), checked on real images uint8 (N, S, S, 3).

    Raises ExportMismatch when ONNX Runtime differs from Keras by more than the tolerance.
    """
    side = examples.shape[1]
    signature = [tf.TensorSpec((1, side, side, 3), tf.float32, name="image")]

    def call(image: Any) -> dict[str, Any]:
        return {"probability": model(image, training=False)}

    predict = tf.function(call, input_signature=signature)

    proto, _ = tf2onnx.convert.from_function(predict, input_signature=signature, opset=OPSET)
    onnx: bytes = proto.SerializeToString()
    inputs = examples.astype(np.float32) / np.float32(255)
    expected = np.concatenate([predict(tf.constant(one[None]))["probability"].numpy() for one in inputs])
    require_equal(onnx, inputs={"image": inputs}, expected={"probability": expected}, tolerance=TOLERANCE)
    return onnx
