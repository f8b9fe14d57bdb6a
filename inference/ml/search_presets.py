"""Named searches for better settings: which preset they start from, what they vary, and how they judge.

A trial trains the preset with other settings and is judged by its validation images alone: neither a trial
nor the choice between trials ever looks at a test image. Optuna does the choosing (`search_study`).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from inference.ml.architectures.base import Task
from inference.ml.errors import InvalidSettings
from inference.ml.presets import PRESETS, Preset, settings_for
from inference.ml.resnet_settings import Balancing
from inference.ml.settings import Settings

Method = Literal["grid", "tpe"]
Params = Mapping[str, Any]
MOST_TRIALS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOf:
    """A setting that takes one of some values."""

    name: str
    values: tuple[str | int | float, ...]

    @property
    def first(self) -> str | int | float:
        """One value of it."""
        return self.values[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A setting between two numbers, both included; `step`: whole numbers so far apart; `log`: log-uniform.

    A name that ends in `.1`, `.2`, … is one place of a setting that is a list.
    """

    name: str
    low: float
    high: float
    step: int = 0
    log: bool = False

    @property
    def first(self) -> float:
        """One value of it."""
        return self.low


Dimension = OneOf | Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a search makes as high as it can: the mean of the validation figures whose name ends so."""

    title: str
    ending: str

    def of(self, metrics: Mapping[str, Any]) -> float | None:
        """Its value from the metrics of one epoch; None where no validation image gave a figure."""
        found = [
            float(value)
            for name, value in metrics.items()
            if name.startswith("validation_") and name.endswith(f"_{self.ending}") and value is not None
        ]
        known = [value for value in found if math.isfinite(value)]
        return sum(known) / len(known) if known else None


AUC = Objective(title="AUC on validation images", ending="auc")
DICE = Objective(title="mean Dice of the lesion classes on validation images", ending="dice")
AUPR = Objective(title="mean AUPR of the lesion classes on validation images", ending="aupr")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPreset:
    """One named search.

    `preset`: the training preset that each trial starts from, `changes`: what all trials change of it.
    `grid` tries every combination, `tpe` (tree-structured Parzen estimator) learns from earlier trials.
    `trials`: how many there are unless a person says otherwise. `prunes`: a trial that is worse after an
    epoch than the median of the others was is stopped.
    """

    name: str
    task: Task
    title: str
    description: str
    preset: str
    method: Method
    dimensions: tuple[Dimension, ...]
    objective: Objective
    trials: int
    prunes: bool
    changes: Mapping[str, Any] = field(default_factory=dict)
    is_study: bool = False

    @property
    def base(self) -> Preset:
        """The training preset."""
        return PRESETS[self.preset]

    @property
    def most_trials(self) -> int:
        """The combinations of a grid; a limit of ours elsewhere."""
        if self.method == "tpe":
            return MOST_TRIALS
        return math.prod(len(one.values) for one in self.dimensions if isinstance(one, OneOf))

    def settings(self, params: Params, *, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What a trial with these values changes of the training preset; `changes` are a person's own.

        Raises InvalidSettings, also where a person sets what the search varies.
        """
        searched = _gathered(params)
        if both := sorted(set(searched) & set(changes)):
            raise InvalidSettings(
                f"the search itself chooses {', '.join(both)}", remedy="Leave it out, or train one run."
            )
        together = {**self.changes, **changes, **searched}
        settings_for(self.base, together)
        return together

    def example(self, *, changes: Mapping[str, Any]) -> Settings:
        """The settings of one corner of the space. Raises InvalidSettings."""
        corner = {one.name: one.first for one in self.dimensions}
        return settings_for(self.base, self.settings(corner, changes=changes))


def _gathered(params: Params) -> dict[str, Any]:
    """Values by setting: `filters.1` and `filters.2` become the list `filters`."""
    gathered: dict[str, Any] = {}
    for name, value in params.items():
        setting, dot, _ = name.partition(".")
        if dot:
            gathered.setdefault(setting, []).append(value)
        else:
            gathered[setting] = value
    return gathered


def _filters(name: str, lows: tuple[int, ...], highs: tuple[int, ...]) -> tuple[Numbers, ...]:
    """The study's filters of each level, 32 apart."""
    return tuple(
        Numbers(name=f"{name}.{place}", low=low, high=high, step=32)
        for place, (low, high) in enumerate(zip(lows, highs, strict=True), start=1)
    )


# The study names the first and the last level; those between lie evenly between them.
LOW_FILTERS, HIGH_FILTERS = (32, 64, 96, 128), (128, 256, 384, 512)

SEARCHES: Mapping[str, SearchPreset] = {
    search.name: search
    for search in (
        SearchPreset(
            name="study_resnet50_grid",
            task="classifier",
            title="Study ResNet-50, the grid of 40",
            description=(
                "Every combination of the published study: learning rate, images a step, optimizer and "
                "balance, 35 epochs each. A fifth of the study's training patients validate. Days on two "
                "cores."
            ),
            preset="study_resnet50",
            method="grid",
            dimensions=(
                OneOf(name="learning_rate", values=(1e-3, 1e-4)),
                OneOf(name="batch_size", values=(8, 16)),
                OneOf(name="optimizer", values=("sgd", "adam")),
                OneOf(name="balancing", values=tuple(one.value for one in Balancing)),
            ),
            changes={"train_fraction": 0.56, "validation_fraction": 0.14, "test_fraction": 0.30},
            objective=AUC,
            trials=40,
            prunes=False,
            is_study=True,
        ),
        SearchPreset(
            name="study_unet_space",
            task="segmenter",
            title="Study U-Net, the study's space",
            description=(
                "Filters, learning rate and epochs of the U-Net within the published study's ranges, chosen "
                "from what earlier trials showed. Days on two cores."
            ),
            preset="study_unet",
            method="tpe",
            dimensions=(
                *_filters("encoder_filters", LOW_FILTERS, HIGH_FILTERS),
                Numbers(name="bottleneck_filters", low=256, high=1024, step=64),
                *_filters("decoder_filters", LOW_FILTERS[::-1], HIGH_FILTERS[::-1]),
                Numbers(name="learning_rate", low=1e-4, high=1e-2, log=True),
                Numbers(name="epochs", low=50, high=100, step=10),
            ),
            objective=DICE,
            trials=30,
            prunes=True,
            is_study=True,
        ),
        SearchPreset(
            name="quick_resnet50_grid",
            task="classifier",
            title="Quick ResNet-50, nine settings",
            description="Learning rate and balance of the Quick ResNet-50. Half an hour on two cores.",
            preset="quick_resnet50",
            method="grid",
            dimensions=(
                OneOf(name="learning_rate", values=(3e-4, 1e-3, 3e-3)),
                OneOf(name="balancing", values=("none", "oversample", "weight_2")),
            ),
            objective=AUC,
            trials=9,
            prunes=True,
        ),
        SearchPreset(
            name="quick_unet_space",
            task="segmenter",
            title="Quick U-Net",
            description=(
                "Learning rate, weight of lesion pixels and share of crops on a lesion of the Quick U-Net. "
                "Half an hour on two cores."
            ),
            preset="quick_unet",
            method="tpe",
            dimensions=(
                Numbers(name="learning_rate", low=5e-4, high=1e-2, log=True),
                Numbers(name="lesion_weight", low=1, high=10, log=True),
                Numbers(name="lesion_crop_share", low=0.3, high=0.9),
            ),
            objective=DICE,
            trials=12,
            prunes=True,
        ),
        SearchPreset(
            name="cpu_efficientnet_lite0_space",
            task="classifier",
            title="Classifier without a GPU",
            description=(
                "Learning rate, weight decay, label smoothing and zoom of the classifier without a GPU. A "
                "night on two cores."
            ),
            preset="cpu_efficientnet_lite0",
            method="tpe",
            dimensions=(
                Numbers(name="learning_rate", low=3e-4, high=3e-3, log=True),
                Numbers(name="weight_decay", low=1e-3, high=1e-1, log=True),
                Numbers(name="label_smoothing", low=0, high=0.1),
                Numbers(name="scale_log", low=0, high=0.3),
            ),
            objective=AUC,
            trials=16,
            prunes=True,
        ),
        SearchPreset(
            name="cpu_unet_lite0_space",
            task="segmenter",
            title="Segmenter without a GPU",
            description=(
                "Learning rate, weight of lesion pixels, crops on a lesion and zoom of the segmenter without "
                "a GPU. A night on two cores."
            ),
            preset="cpu_unet_lite0",
            method="tpe",
            dimensions=(
                Numbers(name="learning_rate", low=3e-4, high=3e-3, log=True),
                Numbers(name="positive_weight", low=1, high=10, log=True),
                Numbers(name="lesion_crop_share", low=0.5, high=0.95),
                Numbers(name="scale_log", low=0, high=0.4),
            ),
            objective=AUPR,
            trials=16,
            prunes=True,
        ),
    )
}


def search_preset_named(name: str, *, task: str) -> SearchPreset:
    """The search of that name. Raises InvalidSettings when there is none, or it searches something else."""
    search = SEARCHES.get(name)
    if search is None or search.task != task:
        fitting = ", ".join(known.name for known in SEARCHES.values() if known.task == task)
        raise InvalidSettings(
            f"no {task} search is called {name!r}", remedy=f"Choose one of: {fitting or 'none'}."
        )
    return search
