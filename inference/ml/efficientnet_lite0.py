"""The classifier in torch: EfficientNet-Lite0 with a logit for each class, its maps, and its loss."""

from typing import Any, cast

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional

from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.lite0_weights import IMAGENET, RANDOM, load_lite0


class EfficientnetLite0(nn.Module):
    """EfficientNet-Lite0 whose last layer gives one logit a class, and the class activation map behind each.

    Shape: pictures 0 to 1, float (N, 3, S, S) -> logits (N, C) and maps (N, C, S/32, S/32), in logit units: a
    map's mean plus the bias is the logit. Reference: Tan and Le 2019; Zhou et al. 2016 for the maps.
    """

    def __init__(self, *, classes: int) -> None:
        super().__init__()
        self.network = cast(Any, timm.create_model("tf_efficientnet_lite0", pretrained=False))
        self.network.reset_classifier(classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and class activation maps of normalised images."""
        features: Tensor = self.network.forward_features(images)
        head: nn.Linear = self.network.classifier
        logits = head(features.mean((2, 3)))
        return logits, functional.conv2d(features, head.weight[:, :, None, None])


def build_efficientnet_lite0(
    settings: EfficientnetLite0Settings, *, classes: int
) -> tuple[EfficientnetLite0, str]:
    """The network, and how it was initialised, for the run's log and the model's card."""
    model = EfficientnetLite0(classes=classes)
    if settings.initialisation == "random":
        return model, RANDOM
    whole = timm.create_model("tf_efficientnet_lite0", pretrained=False)
    load_lite0(whole)
    body = {name: value for name, value in whole.state_dict().items() if not name.startswith("classifier.")}
    model.network.load_state_dict(body, strict=False)
    return model, IMAGENET


def known_cross_entropy(logits: Tensor, truth: Tensor, *, smoothing: float) -> Tensor:
    """Mean cross-entropy over the known answers, each moved towards one half by the share `smoothing`.

    Shape: (N, C) each; truth 1, 0, or NaN where the reading does not say: such an answer gives no gradient.
    A batch that says nothing has loss 0. Reference: Szegedy et al. 2016 for label smoothing.
    """
    known = ~torch.isnan(truth)
    target = torch.where(known, truth, 0.5) * (1 - smoothing) + smoothing / 2
    losses = functional.binary_cross_entropy_with_logits(logits, target, reduction="none")
    return (losses * known).sum() / known.sum().clamp(min=1)
