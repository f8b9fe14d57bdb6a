"""What is known of an uploaded picture before and after it is decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from imaging.arrays import RgbImage

MAX_PIXELS = 60_000_000
MAX_BYTES = 200_000_000

Source = Path | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file's header says; `width` and `height` are those after EXIF orientation."""

    format: str
    mode: str
    width: int
    height: int
    orientation: int
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFacts:
    """What the camera wrote beside the picture and may be kept: nothing that names a person or a place.

    `eye` is OD, OS or empty; `camera` is maker and model.
    """

    eye: str = ""
    exam_date: date | None = None
    camera: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A picture as uint8 RGB (H, W, 3), upright.

    `conversion` says by which rule the file's values became these; empty: they are the file's own.
    """

    header: Header
    rgb: RgbImage
    conversion: str = ""
    facts: CameraFacts = field(default_factory=CameraFacts)
