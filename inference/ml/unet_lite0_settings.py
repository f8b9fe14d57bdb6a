"""The settings of the U-Net on EfficientNet-Lite0: crops at true retinal scale, independent sigmoids."""

from dataclasses import dataclass
from typing import Literal

from inference.ml.errors import InvalidSettings
from inference.ml.settings import FinalTraining, Movement, Settings, between, ours

STEP_PX = 32  # five halvings in the encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class UnetLite0Settings(Movement, FinalTraining, Settings):
    """A U-Net on EfficientNet-Lite0 with one sigmoid for each lesion class; no part of the study."""

    initialisation: Literal["imagenet", "random"] = ours(
        "imagenet", "few labelled images: what ImageNet taught saves most of the training"
    )
    side_px: int = ours(1440, "width of the field of view: microaneurysms are 4 to 8 px wide there")
    crop_px: int = ours(512, "side of the training crops: a lesion and what surrounds it")
    batch_size: int = ours(16, "crops a step")
    epochs: int = ours(15, "1,500 steps in all; 5,000 overfit 54 images")
    steps_per_epoch: int = ours(100, "a checkpoint and a look at the validation images after so many")
    learning_rate: float = ours(1e-3, "peak of one cycle, AdamW")
    weight_decay: float = ours(1e-2, "AdamW's usual")
    gradient_clip: float = ours(1.0, "largest norm of a gradient: single steps must not wreck the encoder")
    averaging: float = ours(0.998, "share that the running average of the weights keeps; it is the model")
    lesion_crop_share: float = ours(
        0.8, "crops around a lesion; the others lie anywhere in the field of view"
    )
    crop_weights: tuple[float, ...] = ours(
        (0.40, 0.25, 0.20, 0.15), "chance of HE, EX, MA, SE at a crop's middle; another class has the last"
    )
    jitter_px: float = ours(64.0, "spread of a crop's middle around its lesion (normal)")
    rotation_degrees: float = ours(180.0, "the retina has no fixed upright: any angle")
    flips: bool = ours(default=True, why="right and left eyes mirror each other")
    scale_log: float = ours(0.25, "sizes between e^-0.25 and e^0.25: cameras differ")
    gamma_log: float = ours(0.35, "gamma between e^-0.35 and e^0.35: exposures differ")
    gain: float = ours(0.15, "each colour channel times 0.85 to 1.15: fundus pigment and lamps differ")
    brightness: float = ours(0.08, "shift of all channels, of 1")
    positive_weight: float = ours(4.0, "of lesion pixels in the cross-entropy: they are under 2 % of all")
    rectangles: Literal["tighten", "fill"] = ours(
        "tighten",
        "half of a rectangle is healthy: learn its lesion's contour, leave the rest out of the loss",
    )
    bf16: bool = ours(default=True, why="where the device has it: 1.6 times as fast on two cores")
    views: Literal[1, 2, 4, 8] = ours(8, "flips and turns averaged at prediction; each costs a full run")
    half_weights: bool = ours(default=False, why="true: a file of half the size; AUPR stays within 0.002")
    minimum_component_px: int = ours(3, "smaller findings are dropped; pixels of the model's input")
    train_fraction: float = ours(0.80, "as many as possible: lesions differ from image to image")
    validation_fraction: float = ours(0.10, "thresholds only: five images hold hundreds of lesions")
    test_fraction: float = ours(0.10, "enough to see a broken model; more would cost accuracy")
    final_epochs: int = ours(
        5, "once scored, on all images: a quarter more of them; 0 leaves test images to compare models on"
    )

    def __post_init__(self) -> None:
        Settings.__post_init__(self)
        Movement.__post_init__(self)
        FinalTraining.__post_init__(self)
        between(self, "steps_per_epoch", 1, 100_000)
        between(self, "weight_decay", 0, 1)
        between(self, "gradient_clip", 0, 1000)
        between(self, "averaging", 0, 0.99999)
        between(self, "lesion_crop_share", 0, 1)
        between(self, "jitter_px", 0, 1000)
        between(self, "positive_weight", 0.01, 1000)
        between(self, "minimum_component_px", 1, 10_000)
        if not self.crop_weights or any(weight < 0 for weight in self.crop_weights):
            raise InvalidSettings(
                "crop_weights can't be empty or below 0", remedy="For example 0.4,0.25,0.2,0.15."
            )
        for name in ("side_px", "crop_px"):
            if getattr(self, name) % STEP_PX:
                raise InvalidSettings(
                    f"{name} must be a multiple of {STEP_PX} (five poolings), got {getattr(self, name)}",
                    remedy=f"Use a multiple of {STEP_PX}.",
                )
        between(self, "crop_px", STEP_PX, self.side_px)
