# ruff: noqa: RUF009 - study() and ours() return dataclasses.field()
"""Every training parameter as a named, checked setting that says where its value comes from.

A field's metadata holds `source` (`"study"`: the published study states it; `"ours"`: the study leaves it
open, or it is no part of the study) and `why`. A preset may change a study value; `provenance` then
reports that value as ours.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args, get_origin, get_type_hints

from inference.ml.errors import InvalidSettings

Source = Literal["study", "ours"]


def study(default: Any, why: str = "") -> Any:
    """A field whose default the study published."""
    return field(default=default, metadata={"source": "study", "why": why})


def ours(default: Any, why: str) -> Any:
    """A field that the study leaves open or does not have; `why` gives the reason for our value."""
    return field(default=default, metadata={"source": "ours", "why": why})


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
class Augmentation:
    """Random changes of a training image and, in step, of its mask; ranges are symmetric about none."""

    rotation_degrees: float = study(20.0)
    width_shift: float = study(0.10, "fraction of the image's width")
    height_shift: float = study(0.10, "fraction of the image's height")
    zoom: float = study(0.10, "scale between 1 - zoom and 1 + zoom")
    horizontal_flip: bool = study(default=True)
    vertical_flip: bool = study(default=True)
    fill: Literal["nearest"] = study("nearest", "pixels from outside repeat the border")

    def __post_init__(self) -> None:
        _between(self, "rotation_degrees", 0, 180)
        for name in ("width_shift", "height_shift", "zoom"):
            _between(self, name, 0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResnetSettings(Augmentation):
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
        Augmentation.__post_init__(self)
        _between(self, "side_px", 32, 2048)
        _common_ranges(self)
        _between(self, "momentum", 0, 0.999)
        _between(self, "weight_decay", 0, 1)
        _between(self, "batchnorm_momentum", 0.001, 1)
        _between(self, "target_sensitivity", 0.5, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnetSettings(Augmentation):
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
        Augmentation.__post_init__(self)
        _between(self, "side_px", 32, 2048)
        _common_ranges(self)
        _between(self, "crop_px", 0, self.side_px)
        _between(self, "lesion_crop_share", 0, 1)
        _between(self, "bottleneck_filters", 4, 4096)
        _between(self, "convolutions", 1, 4)
        _between(self, "kernel_px", 1, 7)
        _between(self, "l2", 0, 1)
        _between(self, "steps_per_epoch", 0, 100_000)
        _between(self, "lesion_weight", 0.01, 1000)
        _between(self, "minimum_component_px", 1, 10_000)
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


Settings = ResnetSettings | UnetSettings


def _common_ranges(settings: Settings) -> None:
    """Ranges both models share, and fractions that add up to one."""
    _between(settings, "batch_size", 1, 1024)
    _between(settings, "epochs", 1, 10_000)
    _between(settings, "learning_rate", 1e-7, 10)
    fractions = (settings.train_fraction, settings.validation_fraction, settings.test_fraction)
    if any(not 0 <= part <= 1 for part in fractions) or abs(sum(fractions) - 1) > 1e-6 or not fractions[0]:
        raise InvalidSettings(
            f"train, validation and test fractions must add up to 1 with some training, got {fractions}",
            remedy="For example train_fraction=0.7 validation_fraction=0.1 test_fraction=0.2.",
        )


def _between(settings: Any, name: str, low: float, high: float) -> None:
    value = getattr(settings, name)
    if not low <= value <= high:  # NaN fails too
        raise InvalidSettings(
            f"{name} must lie between {low:g} and {high:g}, got {value:g}", remedy=f"Change {name}."
        )


def with_overrides(base: Settings, overrides: Mapping[str, Any]) -> Settings:
    """`base` with some settings replaced; values may be JSON or the text of a command line.

    Raises InvalidSettings for an unknown key, a wrong type or a value out of range.
    """
    kinds = get_type_hints(type(base))
    unknown = sorted(set(overrides) - set(kinds))
    if unknown:
        raise InvalidSettings(
            f"unknown setting: {', '.join(unknown)}", remedy=f"Known settings: {', '.join(sorted(kinds))}."
        )
    return dataclasses.replace(
        base, **{key: _coerce(key, kinds[key], value) for key, value in overrides.items()}
    )


def _coerce(name: str, kind: Any, value: Any) -> Any:
    """`value` as `kind`; text is parsed, anything that would lose information is refused."""
    try:
        return _converted(kind, value)
    except (TypeError, ValueError):
        raise InvalidSettings(
            f"{name} can't be {value!r}", remedy=f"{name} must be {_described(kind)}."
        ) from None


def _converted(kind: Any, value: Any) -> Any:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            raise ValueError
        return value
    if get_origin(kind) is tuple:
        parts = value.split(",") if isinstance(value, str) else list(value)
        return tuple(_converted(get_args(kind)[0], part) for part in parts)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind(value)
    if kind is bool:
        return _as_bool(value)
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if kind is int:
        if not number.is_integer():
            raise ValueError
        return int(number)
    return number


def _as_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError


def _described(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(map(str, get_args(kind)))
    if get_origin(kind) is tuple:
        return "whole numbers separated by commas"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "one of " + ", ".join(member.value for member in kind)
    return {int: "a whole number", float: "a number", bool: "true or false"}.get(kind, "text")


def as_json(settings: Settings) -> dict[str, Any]:
    """Settings as plain JSON values."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in dataclasses.asdict(settings).items()
    }


def provenance(settings: Settings) -> dict[str, dict[str, Any]]:
    """For each setting `value`, `source` ("study" only while it has the study's value) and `why`."""
    plain = as_json(settings)
    described: dict[str, dict[str, Any]] = {}
    for item in dataclasses.fields(settings):
        published = item.metadata["source"] == "study"
        kept = getattr(settings, item.name) == item.default
        why = item.metadata["why"] if kept else f"changed from {item.default}"
        source: Source = "study" if published and kept else "ours"
        described[item.name] = {"value": plain[item.name], "source": source, "why": why}
    return described
