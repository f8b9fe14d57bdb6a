"""Answers of a reading that point at a place: the landmarks of the retina, and pinned comments."""

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from annotations.models import FundusImage
from annotations.services.label_errors import InvalidReading

POINTS = ("disc", "fovea")
MAX_PINS = 200
MAX_PIN_TEXT = 2_000


def check_places(answers: Mapping[str, Any], *, image: FundusImage) -> None:
    """Raise InvalidReading unless `landmarks` and `pins`, where given, are whole and lie in the image."""
    if "landmarks" in answers:
        _check_landmarks(answers["landmarks"], image)
    if "pins" in answers:
        _check_pins(answers["pins"], image)


def _check_landmarks(landmarks: Any, image: FundusImage) -> None:
    if not isinstance(landmarks, dict) or set(landmarks) - {*POINTS, "disc_diameter"}:
        raise _bad("landmarks", "Landmarks are an object of disc, fovea and disc_diameter.")
    for name in POINTS:
        if name in landmarks and not _is_place(landmarks[name], image):
            raise _bad(name, f"The {name} must be [x, y] inside the image.")
    diameter = landmarks.get("disc_diameter", 1)
    if not _is_number(diameter) or not 0 < diameter <= image.width:
        raise _bad("disc_diameter", "The disc's diameter must be positive and at most the image's width.")


def _check_pins(pins: Any, image: FundusImage) -> None:
    if not isinstance(pins, list) or len(pins) > MAX_PINS:
        raise _bad("pins", f"Pinned comments are a list of at most {MAX_PINS}.")
    for number, pin in enumerate(pins, start=1):
        if not isinstance(pin, dict) or set(pin) != {"uuid", "x", "y", "text"}:
            raise _bad("pins", f"Pinned comment {number} needs uuid, x, y and text, and nothing else.")
        text = pin["text"]
        if not isinstance(text, str) or not 0 < len(text.strip()) <= MAX_PIN_TEXT:
            raise _bad("pins", f"Pinned comment {number} needs a text of 1 to {MAX_PIN_TEXT:,} characters.")
        if not _is_place([pin["x"], pin["y"]], image) or not _is_uuid(pin["uuid"]):
            raise _bad("pins", f"Pinned comment {number} needs a uuid and a place inside the image.")
    if len({pin["uuid"] for pin in pins}) < len(pins):
        raise _bad("pins", "Two pinned comments have the same uuid.")


def _is_place(value: Any, image: FundusImage) -> bool:
    if not isinstance(value, list) or len(value) != 2 or not all(map(_is_number, value)):
        return False
    x, y = value
    return bool(0 <= x <= image.width and 0 <= y <= image.height)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_uuid(value: Any) -> bool:
    try:
        return str(UUID(value)) == str(value).lower()
    except (ValueError, AttributeError, TypeError):
        return False


def _bad(field: str, message: str) -> InvalidReading:
    return InvalidReading(message, remedy="Mark the place in the image again.", detail={"field": field})
