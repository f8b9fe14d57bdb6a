"""The settings of the classifier on EfficientNet-Lite0: any DR and referable DR from the whole FOV."""

from dataclasses import dataclass
from typing import Literal

from inference.ml.errors import InvalidSettings
from inference.ml.settings import Movement, Settings, between, ours

STEP_PX = 32  # five halvings in the network


@dataclass(frozen=True, slots=True, kw_only=True)
class EfficientnetLite0Settings(Movement, Settings):
    """An EfficientNet-Lite0 with a logit for any DR and one for referable DR; no part of the study.

    Batches are half with DR, half without, and nothing is weighted: never both at once.
    """

    initialisation: Literal["imagenet", "random"] = ours(
        "imagenet", "few labelled images: what ImageNet taught saves most of the training"
    )
    side_px: int = ours(512, "width of the field of view: small hemorrhages are still seen")
    batch_size: int = ours(16, "images a step, half of them with DR")
    epochs: int = ours(40, "a few hundred images need that many looks")
    learning_rate: float = ours(1e-3, "peak of one cycle, AdamW")
    weight_decay: float = ours(1e-2, "AdamW's usual")
    gradient_clip: float = ours(1.0, "largest norm of a gradient: single steps must not wreck the network")
    averaging: float = ours(0.995, "share that the running average of the weights keeps; it is the model")
    label_smoothing: float = ours(0.04, "readers err: no image is certain, least of all a mislabelled one")
    rotation_degrees: float = ours(180.0, "the retina has no fixed upright: any angle")
    flips: bool = ours(default=True, why="right and left eyes mirror each other")
    scale_log: float = ours(0.15, "sizes between e^-0.15 and e^0.15: cameras differ")
    gamma_log: float = ours(0.25, "gamma between e^-0.25 and e^0.25: exposures differ")
    gain: float = ours(0.10, "each colour channel times 0.9 to 1.1: fundus pigment and lamps differ")
    brightness: float = ours(0.05, "shift of all channels, of 1")
    bf16: bool = ours(default=True, why="where the device has it: faster, no loss seen")
    views: Literal[1, 2, 4, 8] = ours(4, "flips averaged at prediction; each costs a full run")
    half_weights: bool = ours(default=False, why="true: a file of half the size; AUC stays within 0.001")
    train_fraction: float = ours(0.70, "as many as possible")
    validation_fraction: float = ours(0.15, "for calibration and thresholds: fewer would make them a guess")
    test_fraction: float = ours(0.15, "patients of whom nothing was chosen")
    target_sensitivity: float = ours(
        0.95, "the threshold is the highest that reaches it; 0.90 on images it never saw needs a margin"
    )

    def __post_init__(self) -> None:
        Settings.__post_init__(self)
        Movement.__post_init__(self)
        between(self, "batch_size", 2, 1024)
        between(self, "weight_decay", 0, 1)
        between(self, "gradient_clip", 0, 1000)
        between(self, "averaging", 0, 0.99999)
        between(self, "label_smoothing", 0, 0.5)
        between(self, "target_sensitivity", 0.5, 1)
        if self.side_px % STEP_PX:
            raise InvalidSettings(
                f"side_px must be a multiple of {STEP_PX} (five halvings), got {self.side_px}",
                remedy=f"Use a multiple of {STEP_PX}.",
            )
