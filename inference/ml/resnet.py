"""The classifier in torch: ResNet-50 with one logit, its loss and its augmentation."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional
from torchvision.models import resnet50

from inference.ml.resnet_input import MEAN, STD
from inference.ml.resnet_settings import ResnetSettings
from inference.ml.settings import Augmentation
from inference.ml.weights import RANDOM, StartWeights, imagenet_resnet50


class DrClassifier(nn.Module):
    """ResNet-50 whose last layer gives one logit for DR, and the class activation map behind it.

    Shape: (N, 3, S, S) normalised float -> logit (N, 1) and map (N, 1, S/32, S/32), in logit units: the map's
    mean plus the bias is the logit. Reference: Zhou et al. 2016, "Learning deep features for discriminative
    localization".
    """

    def __init__(self) -> None:
        super().__init__()
        self.network = resnet50(weights=None)
        self.network.fc = nn.Linear(self.network.fc.in_features, 1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Logit and class activation map."""
        network = self.network
        features = network.maxpool(network.relu(network.bn1(network.conv1(images))))
        features = network.layer4(network.layer3(network.layer2(network.layer1(features))))
        logit = network.fc(features.mean((2, 3)))
        activation = functional.conv2d(features, network.fc.weight[:, :, None, None])
        return logit, activation


def build_classifier(settings: ResnetSettings) -> tuple[DrClassifier, str]:
    """The network and a sentence on how it was initialised, for the run's log and the model's card."""
    model = DrClassifier()
    start = StartWeights(state=None, description=RANDOM)
    if settings.initialisation == "imagenet":
        start = imagenet_resnet50()
    if start.state is not None:
        body = {name: value for name, value in start.state.items() if not name.startswith("fc.")}
        model.network.load_state_dict(body, strict=False)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = settings.batchnorm_momentum
    return model, start.description


def weighted_cross_entropy(logits: Tensor, labels: Tensor, *, no_dr_weight: float) -> Tensor:
    """Mean over the batch of -[y log p + w (1 - y) log(1 - p)], p = sigmoid(logit).

    Shape: (N,) each, labels 0 or 1. The mean is plain: it divides by N, not by the sum of the weights as
    torch's own weighted mean does. Reference: the study's weighted cross-entropy, w in {2, 2.5, 3}.
    """
    dr_term = labels * functional.logsigmoid(logits)
    no_dr_term = no_dr_weight * (1 - labels) * functional.logsigmoid(-logits)
    return -(dr_term + no_dr_term).mean()


def normalise(images: Tensor) -> Tensor:
    """uint8 (N, S, S, 3) to float32 (N, 3, S, S) with ImageNet's mean and spread."""
    scaled = images.permute(0, 3, 1, 2).float() / 255
    mean, std = torch.tensor(MEAN)[:, None, None], torch.tensor(STD)[:, None, None]
    return (scaled - mean) / std


def augment(images: Tensor, settings: Augmentation) -> Tensor:
    """Rotate, shift, zoom and flip each float image (N, 3, S, S) by its own draw, in one bilinear resampling.

    Pixels from outside repeat the border ("nearest"). Draws come from torch's global generator.
    """
    count = len(images)
    angle = _symmetric(count, math.radians(settings.rotation_degrees))
    scale = 1 + _symmetric(count, settings.zoom)
    flip_x = _signs(count, allowed=settings.horizontal_flip)
    flip_y = _signs(count, allowed=settings.vertical_flip)
    shift_x = _symmetric(count, 2 * settings.width_shift)  # the grid is 2 wide
    shift_y = _symmetric(count, 2 * settings.height_shift)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [
        torch.stack([cos * flip_x, -sin * flip_y, shift_x], 1),
        torch.stack([sin * flip_x, cos * flip_y, shift_y], 1),
    ]
    grid = functional.affine_grid(torch.stack(rows, 1), list(images.shape), align_corners=False)
    return functional.grid_sample(images, grid, padding_mode="border", align_corners=False)


def _symmetric(count: int, reach: float) -> Tensor:
    return (torch.rand(count) * 2 - 1) * reach


def _signs(count: int, *, allowed: bool) -> Tensor:
    return 1.0 - 2.0 * torch.randint(0, 2, (count,)).float() if allowed else torch.ones(count)
