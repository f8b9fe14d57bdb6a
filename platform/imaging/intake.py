"""Takes uploaded pictures in, in a process of its own with limits on memory and time."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from imaging.limited_child import DISK_FULL, TIME_LIMIT_S, LimitedChild, serve

__all__ = ["DISK_FULL", "IntakeChild", "Taken", "intake_child", "take_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One picture, clean: its file's kind and hash, its size after EXIF orientation, what was found in it.

    `eye`, `exam_date` (ISO) and `camera` are what a DICOM file said, else empty.
    """

    suffix: str
    media_type: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    exif_orientation: int
    fov: dict[str, Any]
    quality: dict[str, Any]
    conversion: str
    perceptual_hash: str
    burned_text: dict[str, Any]
    eye: str
    exam_date: str
    camera: str


class IntakeChild(LimitedChild):
    """The process that decodes photographs."""

    def __init__(self, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        super().__init__("imaging.intake", time_limit_s=time_limit_s)

    def take(self, upload: Path, *, clean_copy: Path) -> Taken:
        """Check one file and write its clean copy; raises ImagingError (all that is wrong with files)."""
        return Taken(**self.ask({"path": str(upload), "out": str(clean_copy)}))


@contextmanager
def intake_child() -> Iterator[IntakeChild]:
    """Lend a child that ends with the block."""
    child = IntakeChild()
    try:
        yield child
    finally:
        child.stop()


def take_in(upload: Path, *, clean_copy: Path) -> Taken:
    """Do in this process what the child does; raises ImagingError."""
    from imaging.burned_text import SEARCHED_SIDE_PX, find_burned_text
    from imaging.decode import halved
    from imaging.fov import detect_fov
    from imaging.near_duplicates import perceptual_hash
    from imaging.quality import measure_quality
    from imaging.store import clean_image

    clean = clean_image(upload)
    rgb, facts = clean.rgb, clean.decoded.facts
    fov = detect_fov(rgb)
    # Text, quality and hash are looked for in far smaller copies; starting from a half is twice as fast.
    small = halved(rgb, longest=SEARCHED_SIDE_PX)
    small_fov = fov.scaled_to(width=small.shape[1], height=small.shape[0])
    boxes = find_burned_text(rgb, fov, small=small)
    with tempfile.NamedTemporaryFile(dir=clean_copy.parent, delete=False) as out:
        out.write(clean.data)
    Path(out.name).replace(clean_copy)
    return Taken(
        suffix=clean.suffix,
        media_type=clean.media_type,
        sha256=hashlib.sha256(clean.data).hexdigest(),
        size_bytes=len(clean.data),
        width=rgb.shape[1],
        height=rgb.shape[0],
        exif_orientation=clean.decoded.header.orientation,
        fov=fov.to_json(),
        quality=measure_quality(small, small_fov).to_json(),
        conversion=clean.decoded.conversion,
        perceptual_hash=perceptual_hash(small, small_fov),
        burned_text={"state": "found", "boxes": [list(box) for box in boxes]} if boxes else {},
        eye=facts.eye,
        exam_date=facts.exam_date.isoformat() if facts.exam_date else "",
        camera=facts.camera,
    )


def _main() -> None:
    _load_libraries()
    serve(_answer)


def _load_libraries() -> None:
    """All that `take_in` may need, before memory is limited; hashing loads more at its first use."""
    from imaging import burned_text, dicom, quality, store  # noqa: F401
    from imaging.fov import whole_frame
    from imaging.near_duplicates import perceptual_hash

    perceptual_hash(np.zeros((8, 8, 3), np.uint8), whole_frame(width=8, height=8))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    taken = take_in(Path(request["path"]), clean_copy=Path(request["out"]))
    return {name: getattr(taken, name) for name in Taken.__slots__}


if __name__ == "__main__":
    _main()
