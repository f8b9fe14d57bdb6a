"""Every training parameter as a named, checked setting that says where its value comes from.

Each architecture has its own settings in `<architecture>_settings.py`; here is what they share.

A field's metadata holds `source` (`"study"`: the published study states it; `"ours"`: the study leaves it
open, or it is no part of the study) and `why`. A preset may change a study value; `provenance` then
reports that value as ours.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from inference.ml.errors import InvalidSettings

Source = Literal["study", "ours"]
SettingsT = TypeVar("SettingsT", bound="Settings")


def study(default: Any, why: str = "") -> Any:
    """A field whose default the study published."""
    return field(default=default, metadata={"source": "study", "why": why})


def ours(default: Any, why: str) -> Any:
    """A field that the study leaves open or does not have; `why` gives the reason for our value."""
    return field(default=default, metadata={"source": "ours", "why": why})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the settings of every architecture have; each gives its own values and reasons."""

    side_px: int
    batch_size: int
    epochs: int
    learning_rate: float
    train_fraction: float
    validation_fraction: float
    test_fraction: float

    def __post_init__(self) -> None:
        between(self, "side_px", 32, 2048)
        between(self, "batch_size", 1, 1024)
        between(self, "epochs", 1, 10_000)
        between(self, "learning_rate", 1e-7, 10)
        fractions = (self.train_fraction, self.validation_fraction, self.test_fraction)
        if (
            any(not 0 <= part <= 1 for part in fractions)
            or abs(sum(fractions) - 1) > 1e-6
            or not fractions[0]
        ):
            raise InvalidSettings(
                f"train, validation and test fractions must add up to 1 with some training, got {fractions}",
                remedy="For example train_fraction=0.7 validation_fraction=0.1 test_fraction=0.2.",
            )


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
        between(self, "rotation_degrees", 0, 180)
        for name in ("width_shift", "height_shift", "zoom"):
            between(self, name, 0, 0.5)


@dataclass(frozen=True, kw_only=True)
class FinalTraining:
    """For networks that can go on, once scored, with the held-out images; `final_epochs` 0: they don't."""

    final_epochs: int

    def __post_init__(self) -> None:
        between(self, "final_epochs", 0, 10_000)


@dataclass(frozen=True, kw_only=True)
class Movement:
    """How far training pictures are turned, scaled and tinted at random; each network gives its values."""

    rotation_degrees: float
    flips: bool
    scale_log: float
    gamma_log: float
    gain: float
    brightness: float

    def __post_init__(self) -> None:
        between(self, "rotation_degrees", 0, 180)
        between(self, "scale_log", 0, 1)
        between(self, "gamma_log", 0, 1)
        between(self, "gain", 0, 0.9)
        between(self, "brightness", 0, 0.5)


def between(settings: Any, name: str, low: float, high: float) -> None:
    """Raise InvalidSettings unless the number of that name lies in the range."""
    value = getattr(settings, name)
    if not low <= value <= high:  # NaN fails too
        raise InvalidSettings(
            f"{name} must lie between {low:g} and {high:g}, got {value:g}", remedy=f"Change {name}."
        )


def with_overrides(base: SettingsT, overrides: Mapping[str, Any]) -> SettingsT:
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
        named = {str(option): option for option in get_args(kind)}
        if isinstance(value, bool) or str(value) not in named:
            raise ValueError
        return named[str(value)]
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
        return (
            "whole numbers separated by commas" if get_args(kind)[0] is int else "numbers separated by commas"
        )
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
