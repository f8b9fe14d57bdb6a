"""Takes uploaded pictures in, in a process of its own with limits on memory and time."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaging.limited_child import DISK_FULL, TIME_LIMIT_S, LimitedChild, serve

__all__ = ["DISK_FULL", "IntakeChild", "Taken", "intake_child", "take_in"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One picture, clean: its file's kind and hash, its size after EXIF orientation, FOV and quality JSON."""

    suffix: str
    media_type: str
    sha256: str
    size_bytes: int
    width: int
    height: int
    exif_orientation: int
    fov: dict[str, Any]
    quality: dict[str, Any]


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
    from imaging.decode import MAX_BYTES, read_header
    from imaging.fov import detect_fov
    from imaging.quality import measure_quality
    from imaging.store import clean_image

    if upload.stat().st_size > MAX_BYTES:
        read_header(upload)  # refuses it
    data = upload.read_bytes()
    header = read_header(data)
    clean = clean_image(data)
    fov = detect_fov(clean.rgb)
    with tempfile.NamedTemporaryFile(dir=clean_copy.parent, delete=False) as out:
        out.write(clean.data)
    Path(out.name).replace(clean_copy)
    return Taken(
        suffix=clean.suffix,
        media_type=clean.media_type,
        sha256=hashlib.sha256(clean.data).hexdigest(),
        size_bytes=len(clean.data),
        width=clean.rgb.shape[1],
        height=clean.rgb.shape[0],
        exif_orientation=header.orientation,
        fov=fov.to_json(),
        quality=measure_quality(clean.rgb, fov).to_json(),
    )


def _main() -> None:
    from imaging import decode, fov, quality, store  # noqa: F401 - loaded before memory is limited

    serve(_answer)


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    taken = take_in(Path(request["path"]), clean_copy=Path(request["out"]))
    return {name: getattr(taken, name) for name in Taken.__slots__}


if __name__ == "__main__":
    _main()
