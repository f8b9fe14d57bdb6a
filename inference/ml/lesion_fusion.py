"""The network of the classifier that sees the picture and reads a segmenter's findings."""

import numpy as np
import torch
from torch import Tensor, nn

from inference.ml.architectures.base import FitJob
from inference.ml.efficientnet_lite0 import build_efficientnet_lite0
from inference.ml.lesion_fusion_settings import LesionFusionSettings

LEAST_SPREAD = 1e-3  # of a number that hardly changes over the training images


class LesionFusion(nn.Module):
    """The picture's logits plus what a small network makes of the findings.

    Shape: pictures float (N, 3, S, S), findings float (N, F) -> logits (N, C) and maps (N, C, S/32, S/32).
    The sum keeps the maps exact: a map's mean plus the bias is what the picture alone says. `middle` and
    `spread` (F,): of the training images, for the findings to be of order 1.
    """

    def __init__(
        self,
        picture: nn.Module,
        *,
        classes: int,
        middle: Tensor,
        spread: Tensor,
        units: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.picture = picture
        self.middle: Tensor
        self.spread: Tensor
        self.register_buffer("middle", middle)
        self.register_buffer("spread", spread)
        self.findings = nn.Sequential(nn.Linear(len(middle), units), nn.ReLU(), nn.Linear(units, classes))
        for parameter in self.findings[-1].parameters():  # at first the picture speaks alone
            nn.init.zeros_(parameter)
        self._dropout = dropout

    def forward(self, images: Tensor, lesions: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and class activation maps of normalised images with their findings."""
        logits, maps = self.picture(images)
        known = (lesions - self.middle) / self.spread
        if self.training and self._dropout:
            kept = torch.rand(len(known), 1) >= self._dropout  # drawn on the CPU, so that a run can go on
            known = known * kept.to(known.device)
        return logits + self.findings(known), maps


def build_lesion_fusion(job: FitJob) -> tuple[LesionFusion, str]:
    """The network for a job whose images come with findings, and how it was initialised."""
    settings: LesionFusionSettings = job.settings
    picture, initialisation = build_efficientnet_lite0(settings, classes=len(job.classes))
    lesions = torch.from_numpy(np.asarray(job.train.lesions))
    network = LesionFusion(
        picture,
        classes=len(job.classes),
        middle=lesions.mean(0),
        spread=lesions.std(0, correction=0).clamp(min=LEAST_SPREAD),
        units=settings.lesion_units,
        dropout=settings.lesion_dropout,
    )
    return network, initialisation
