"""The segmenter in torch: a U-Net on EfficientNet-Lite0, one sigmoid for each lesion class, and its loss."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.ml.lite0_weights import IMAGENET, RANDOM, load_lite0
from inference.ml.unet_lite0_settings import UnetLite0Settings

ENCODER = "tu-tf_efficientnet_lite0"
DICE_SMOOTHING = 1.0


def build_unet_lite0(settings: UnetLite0Settings, *, classes: int) -> tuple[nn.Module, str]:
    """The network, and how it was initialised, for the run's log and the model's card.

    Shape: normalised float (N, 3, H, W) -> logits (N, classes, H, W); H and W are multiples of 32.
    Reference: segmentation_models_pytorch's Unet; Tan and Le 2019 for the encoder.
    """
    import segmentation_models_pytorch as smp

    network: Any = smp.Unet(ENCODER, encoder_weights=None, in_channels=3, classes=classes)
    if settings.initialisation == "random":
        return network, RANDOM
    load_lite0(network.encoder)
    return network, IMAGENET


def lesion_loss(
    logits: Tensor, truth: Tensor, counted: Tensor, known: Tensor, *, positive_weight: float
) -> Tensor:
    """Cross-entropy plus (1 - Dice pooled over the batch), where pixels count and where somebody looked.

    Shape: logits (N, C, H, W); truth the same, the share of each pixel that is lesion; counted (N, C or 1, H,
    W), the share that counts: in the FOV, and not unsure; known (N, C), 0 where nobody looked for that class:
    it is left out, never taken as absent. A batch without any known class has loss 0.
    """
    counted = counted * known[:, :, None, None]
    entropy = functional.binary_cross_entropy_with_logits(
        logits, truth, weight=counted, pos_weight=logits.new_full((), positive_weight), reduction="sum"
    )
    said = torch.sigmoid(logits)
    both = (said * truth * counted).sum((0, 2, 3))
    each = ((said + truth) * counted).sum((0, 2, 3))
    dice = (2 * both + DICE_SMOOTHING) / (each + DICE_SMOOTHING)
    looked = (known.sum(0) > 0).float()
    lost = ((1 - dice) * looked).sum() / looked.sum().clamp(min=1)
    return entropy / counted.sum().clamp(min=1) + lost
