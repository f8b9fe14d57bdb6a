"""The settings of the classifier that also reads a segmenter's findings."""

from dataclasses import dataclass

from inference.ml.efficientnet_lite0_settings import EfficientnetLite0Settings
from inference.ml.settings import between, ours


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionFusionSettings(EfficientnetLite0Settings):
    """The EfficientNet-Lite0 classifier, whose logits a small network over the findings adds to."""

    lesion_units: int = ours(32, "hidden units over the findings: twenty numbers need no more")
    lesion_dropout: float = ours(
        0.25,
        "share of the training images shown without findings: where the segmenter learned from them they are "
        "better than they will be, and the picture must count too",
    )

    def __post_init__(self) -> None:
        EfficientnetLite0Settings.__post_init__(self)
        between(self, "lesion_units", 1, 1024)
        between(self, "lesion_dropout", 0, 0.9)
