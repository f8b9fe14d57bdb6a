"""The segmenter in Keras on TensorFlow: U-Net, its loss and its augmentation.

Import this only in a process that does not import torch.
"""

import logging
import os
from collections.abc import Sequence
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")  # the torch backend moves image and mask differently
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import tensorflow as tf

from inference.ml.settings import Augmentation
from inference.ml.unet_settings import UnetSettings

DICE_SMOOTHING = 1.0
logger = logging.getLogger(__name__)


def build_unet(settings: UnetSettings, *, classes: int, side: int) -> Any:
    """U-Net: float images (N, side, side, 3) in 0 to 1 -> softmax (N, side, side, 1 + classes), background
    first.

    Encoder blocks with max pooling, a bottleneck, a decoder with nearest upsampling and skip concatenation.
    Reference: Ronneberger et al. 2015; the study's variant of it.
    """
    tensor = inputs = keras.layers.Input((side, side, 3), name="image")
    skips = []
    for filters in settings.encoder_filters:
        tensor = _block(tensor, filters, settings)
        skips.append(tensor)
        tensor = keras.layers.MaxPooling2D()(tensor)
    tensor = _block(tensor, settings.bottleneck_filters, settings)
    for filters, skip in zip(settings.decoder_filters, reversed(skips), strict=True):
        tensor = keras.layers.UpSampling2D(interpolation="nearest")(tensor)
        tensor = keras.layers.Concatenate()([skip, tensor])
        tensor = _block(tensor, filters, settings)
    outputs = keras.layers.Conv2D(
        1 + classes, 1, activation="softmax", kernel_regularizer=keras.regularizers.L2(settings.l2)
    )(tensor)
    return keras.Model(inputs, outputs, name="unet")


def _block(tensor: Any, filters: int, settings: UnetSettings) -> Any:
    for _ in range(settings.convolutions):
        tensor = keras.layers.Conv2D(
            filters,
            settings.kernel_px,
            padding="same",
            use_bias=not settings.batch_normalization,
            kernel_initializer="he_normal",
            kernel_regularizer=keras.regularizers.L2(settings.l2),
        )(tensor)
        if settings.batch_normalization:
            tensor = keras.layers.BatchNormalization(momentum=0.9)(tensor)
        tensor = keras.layers.ReLU()(tensor)
    return tensor


class SyncedAugmentation:
    """Keras' augmentation layers called on images and masks together, so that both move alike.

    Masks are moved by nearest neighbour and hold whole numbers before and after. Each image has its own draw.
    """

    def __init__(self, settings: Augmentation, *, seed: int, interpolation: str = "bilinear") -> None:
        layers = keras.layers
        how: dict[str, Any] = {
            "fill_mode": settings.fill,
            "interpolation": interpolation,
            "data_format": None,
        }
        sides = {
            (True, True): "horizontal_and_vertical",
            (True, False): "horizontal",
            (False, True): "vertical",
        }
        flips = sides.get((settings.horizontal_flip, settings.vertical_flip))
        turn, zoom = settings.rotation_degrees / 360, settings.zoom
        self._layers = [
            *([layers.RandomFlip(flips, seed=seed)] if flips else []),
            layers.RandomRotation((-turn, turn), seed=seed + 1, **how),
            layers.RandomTranslation(
                (-settings.height_shift, settings.height_shift),
                (-settings.width_shift, settings.width_shift),
                seed=seed + 2,
                **how,
            ),
            layers.RandomZoom((-zoom, zoom), seed=seed + 3, **how),
        ]

    def __call__(self, images: Any, masks: Any) -> tuple[Any, Any]:
        """Float images (N, H, W, 3) and float masks (N, H, W, M) of whole numbers, moved in step."""
        both = {"images": images, "segmentation_masks": masks}
        for layer in self._layers:
            both = layer(both, training=True)
        return both["images"], both["segmentation_masks"]

    @property
    def variables(self) -> list[Any]:
        """The random generators' states, for checkpoints."""
        return [variable for layer in self._layers for variable in layer.variables]


def segmentation_loss(
    target: Any, known: Any, inside: Any, predicted: Any, *, settings: UnetSettings, classes: int
) -> Any:
    """Cross-entropy, and with `cross_entropy_dice` one minus the mean Dice of the lesion classes added.

    Shape: target int (N, H, W), 0 background; known float (N, C), 0 where nobody looked for the class; inside
    float (N, H, W), 1 inside the FOV; predicted softmax (N, H, W, 1 + C).

    A class that nobody looked for is left out, never taken as absent: where such an image shows background,
    the target is "background or that class", so the loss is -log of the sum of both probabilities.
    """
    one_hot = tf.one_hot(target, 1 + classes)
    unknown = tf.pad(1.0 - known, [[0, 0], [1, 0]])  # background is always known
    allowed = tf.maximum(one_hot, one_hot[..., :1] * unknown[:, None, None, :])
    likelihood = tf.clip_by_value(tf.reduce_sum(allowed * predicted, -1), 1e-7, 1.0)
    weight = 1.0 + (settings.lesion_weight - 1.0) * tf.cast(target > 0, tf.float32)
    if settings.loss_inside_fov:
        weight *= inside
    loss = tf.reduce_sum(-tf.math.log(likelihood) * weight) / tf.maximum(tf.reduce_sum(weight), 1.0)
    if settings.loss == "cross_entropy_dice":
        loss += 1.0 - _pooled_dice(one_hot[..., 1:], predicted[..., 1:], known, inside)
    return loss


def _pooled_dice(truth: Any, predicted: Any, known: Any, inside: Any) -> Any:
    """Soft Dice inside the FOV, pooled over the batch's images with that label, mean over classes."""
    counted = inside[..., None] * known[:, None, None, :]
    both = tf.reduce_sum(truth * predicted * counted, [0, 1, 2])
    each = tf.reduce_sum((truth + predicted) * counted, [0, 1, 2])
    return tf.reduce_mean((2 * both + DICE_SMOOTHING) / (each + DICE_SMOOTHING))


def limit_threads(threads: int) -> None:
    """Let TensorFlow use that many cores. Too late once it has run something."""
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError as problem:
        logger.warning("TensorFlow keeps its number of threads: %s", problem)


def assign_all(variables: Sequence[Any], values: Sequence[Any]) -> None:
    """Set variables to stored values, in order."""
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
