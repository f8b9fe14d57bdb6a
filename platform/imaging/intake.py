"""Takes uploaded pictures in, in a process of its own with limits on memory and time.

A hostile file can at worst end this child. The parent writes one JSON line per file to its standard
input, `{"path": ..., "out": ...}`, and reads one line back: what was found in the file, whose clean copy
then lies at `out`, or `{"error": {"code", "message", "remedy"}}`. The child ends with its input.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaging.errors import ImagingError, UnreadableImage

MEMORY_LIMIT_BYTES = 3 << 29  # 1.5 GB of address space beyond what the libraries take
DISK_FULL = "disk_full"  # no fault of the file: there is no room for its clean copy
TIME_LIMIT_S = 60.0  # for one file; an honest one of 60 million pixels takes a few seconds


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


class IntakeChild:
    """The process that decodes; started at first use and again after it was stopped."""

    def __init__(self, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._process: subprocess.Popen[bytes] | None = None

    def take(self, upload: Path, *, clean_copy: Path) -> Taken:
        """Check one file and write its clean copy; raises ImagingError (all that is wrong with files)."""
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - for mypy: opened with pipes
        line = json.dumps({"path": str(upload), "out": str(clean_copy)}) + "\n"
        try:
            process.stdin.write(line.encode())
            process.stdin.flush()
            answer = json.loads(self._answer(process))
        except (OSError, ValueError) as error:
            self.stop()
            raise _killed_by_it() from error
        if "error" in answer:
            raise UnreadableImage(
                answer["error"]["code"], answer["error"]["message"], remedy=answer["error"]["remedy"]
            )
        return Taken(**answer)

    def stop(self) -> None:
        """End the child."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            folders = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "imaging.intake"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))},
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None  # noqa: S101 - for mypy: opened with pipes
        ready, _, _ = select.select([process.stdout], [], [], self._time_limit_s)
        if not ready:
            raise TimeoutError
        return process.stdout.readline()


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
    """Answer one line with one line until the input ends."""
    from imaging import decode, fov, quality, store  # noqa: F401 - loaded before memory is limited

    _limit_memory()
    for line in sys.stdin:
        request = json.loads(line)
        answer = _answer_to(Path(request["path"]), Path(request["out"]))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answer_to(upload: Path, clean_copy: Path) -> dict[str, Any]:
    try:
        taken = take_in(upload, clean_copy=clean_copy)
    except ImagingError as error:
        return {"error": {"code": error.code, "message": error.message, "remedy": error.remedy}}
    except MemoryError:
        return {"error": {"code": "too_large", "message": _TOO_LARGE, "remedy": _SAVE_AGAIN}}
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return {"error": {"code": DISK_FULL, "message": "The disk is full.", "remedy": _FREE_SPACE}}
        return {"error": {"code": "not_readable", "message": f"{error.strerror}.", "remedy": _COPY_AGAIN}}
    return {name: getattr(taken, name) for name in Taken.__slots__}


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + MEMORY_LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _killed_by_it() -> UnreadableImage:
    return UnreadableImage(
        "decoding_stopped",
        f"Decoding took more than {TIME_LIMIT_S:.0f} s or broke the decoder.",
        remedy=_SAVE_AGAIN,
    )


_TOO_LARGE = "Decoding needs more memory than is allowed."
_SAVE_AGAIN = "Open the photograph in an image editor, save it as JPEG or PNG, and import that."
_FREE_SPACE = "Free some space on the disk of the temporary files."
_COPY_AGAIN = "Copy the file again from the camera or the archive."

if __name__ == "__main__":
    _main()
