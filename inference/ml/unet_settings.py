"""The settings of the Keras U-Net: the study's, and ours where it names none."""

from dataclasses import dataclass
from typing import Literal

from inference.ml.errors import InvalidSettings
from inference.ml.settings import Augmentation, Settings, between, ours, study


@dataclass(frozen=True, slots=True, kw_only=True)
class UnetSettings(Augmentation, Settings):
    """A U-Net with softmax over background and the lesion classes."""

    side_px: int = study(256, "square input; the study resizes the whole image to 256 x 256")
    crop_px: int = ours(0, "side of the training crops; 0 trains on the whole image, as the study does")
    lesion_crop_share: float = ours(0.0, "share of crops centred on a lesion; only with crop_px")
    encoder_filters: tuple[int, ...] = ours(
        (64, 128, 256, 512), "inside the study's search range; depth is ours"
    )
    bottleneck_filters: int = ours(1024, "inside the study's search range")
    decoder_filters: tuple[int, ...] = ours(
        (512, 256, 128, 64), "inside the study's search range; mirrors it"
    )
    convolutions: int = ours(2, "a block; the original U-Net's")
    kernel_px: int = ours(3, "the original U-Net's")
    batch_normalization: bool = ours(default=False, why="the study names none")
    l2: float = ours(1e-5, "the study uses L2 but gives no factor")
    optimizer: Literal["adam"] = ours("adam", "the study names none for this model")
    learning_rate: float = ours(1e-3, "inside the study's search range 1e-4 to 1e-2")
    one_cycle: bool = ours(default=False, why="the study names no schedule")
    batch_size: int = study(8)
    epochs: int = ours(100, "the upper end of the study's 50 to 100")
    steps_per_epoch: int = ours(0, "0: each training image once")
    loss: Literal["cross_entropy", "cross_entropy_dice"] = ours("cross_entropy", "the study names none")
    lesion_weight: float = ours(1.0, "weight of lesion pixels in the cross-entropy")
    loss_inside_fov: bool = ours(default=False, why="the study scores the whole square")
    augment: bool = study(default=True)
    train_fraction: float = study(0.70)
    validation_fraction: float = study(0.10)
    test_fraction: float = study(0.20)
    minimum_component_px: int = ours(1, "smaller findings are dropped; pixels of the model's input")

    def __post_init__(self) -> None:
        Settings.__post_init__(self)
        Augmentation.__post_init__(self)
        between(self, "crop_px", 0, self.side_px)
        between(self, "lesion_crop_share", 0, 1)
        between(self, "bottleneck_filters", 4, 4096)
        between(self, "convolutions", 1, 4)
        between(self, "kernel_px", 1, 7)
        between(self, "l2", 0, 1)
        between(self, "steps_per_epoch", 0, 100_000)
        between(self, "lesion_weight", 0.01, 1000)
        between(self, "minimum_component_px", 1, 10_000)
        self._check_shape()

    def _check_shape(self) -> None:
        """Encoder and decoder mirror each other and every pooling halves evenly."""
        if not 1 <= len(self.encoder_filters) <= 6 or len(self.encoder_filters) != len(self.decoder_filters):
            raise InvalidSettings(
                "encoder_filters and decoder_filters must have the same length, 1 to 6",
                remedy="Give one number for each level, for example 64,128,256,512 and 512,256,128,64.",
            )
        if any(not 4 <= filters <= 4096 for filters in (*self.encoder_filters, *self.decoder_filters)):
            raise InvalidSettings(
                "filters must lie between 4 and 4096", remedy="Change the number of filters."
            )
        step = 2**self.depth
        for name in ("side_px", "crop_px"):
            if getattr(self, name) % step:
                raise InvalidSettings(
                    f"{name} must be a multiple of {step} ({self.depth} poolings), got {getattr(self, name)}",
                    remedy=f"Use a multiple of {step}.",
                )

    @property
    def depth(self) -> int:
        """Number of poolings."""
        return len(self.encoder_filters)

    @property
    def train_side_px(self) -> int:
        """Side of what one training step sees: the crop, or the whole square."""
        return self.crop_px or self.side_px
