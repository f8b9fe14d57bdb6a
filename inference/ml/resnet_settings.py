# ruff: noqa: RUF009 - study() and ours() return dataclasses.field()
"""The settings of the ResNet-50 classifier: the study's, and ours where it names none."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from inference.ml.settings import Augmentation, Settings, between, ours, study


class Balancing(StrEnum):
    """How unequal class sizes are met in training; one value, so never two ways at once."""

    NONE = "none"
    OVERSAMPLE = "oversample"
    WEIGHT_2 = "weight_2"
    WEIGHT_2_5 = "weight_2.5"
    WEIGHT_3 = "weight_3"

    @property
    def no_dr_weight(self) -> float:
        """Weight w of the no-DR term in -[y log p + w (1-y) log(1-p)]; 1 where none is asked for."""
        return float(self.value.removeprefix("weight_")) if self.value.startswith("weight_") else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ResnetSettings(Augmentation, Settings):
    """A ResNet-50 that tells DR (1) from no DR (0) on the whole field of view."""

    architecture: Literal["resnet50"] = study("resnet50", "torchvision")
    initialisation: Literal["imagenet", "random"] = study(
        "imagenet", "random where no weights can be had; the card then says so"
    )
    side_px: int = study(256, "square input; the study resizes to 256 x 256")
    batch_size: int = study(16)
    epochs: int = study(35)
    optimizer: Literal["sgd", "adam", "adamw"] = study("sgd")
    momentum: float = study(0.9, "of SGD; unused otherwise")
    learning_rate: float = study(1e-4)
    balancing: Balancing = study(Balancing.OVERSAMPLE, "no DR drawn with replacement, training fold only")
    weight_decay: float = ours(0.0, "the study names none; PyTorch's default")
    one_cycle: bool = ours(default=False, why="the study names no schedule")
    batchnorm_momentum: float = ours(0.1, "PyTorch's default")
    refresh_statistics: bool = ours(
        default=False, why="measure batch normalisation anew after each epoch; short runs need it"
    )
    augment: bool = ours(default=True, why="the study augments; whether for this model too it does not say")
    train_fraction: float = ours(0.70, "inferred: the study reports train and test only")
    validation_fraction: float = ours(0.0, "the study reports no validation fold here")
    test_fraction: float = ours(0.30, "inferred: the study reports train and test only")
    target_sensitivity: float = ours(0.90, "the threshold is the highest that reaches it")

    def __post_init__(self) -> None:
        Settings.__post_init__(self)
        Augmentation.__post_init__(self)
        between(self, "momentum", 0, 0.999)
        between(self, "weight_decay", 0, 1)
        between(self, "batchnorm_momentum", 0.001, 1)
        between(self, "target_sensitivity", 0.5, 1)
