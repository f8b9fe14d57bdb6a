"""Opens files that nobody vouches for in a process of its own, with limits on memory and time.

A hostile file can at worst end this child. The parent writes one JSON line per file to its standard input
and reads one line back: the answer, or `{"error": {"code", "message", "remedy"}}`. The child ends with its
input.
"""

from __future__ import annotations

import errno
import json
import os
import resource
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from imaging.errors import ImagingError, UnreadableImage

MEMORY_LIMIT_BYTES = 850 << 20  # of address space, beyond what the libraries take; all together below 1 GB
TIME_LIMIT_S = 60.0  # for one file; an honest one of 60 million pixels takes a few seconds
# Large arrays come and go with every file: keeping their memory for the next one halves the time.
SURROUNDINGS = {
    "MALLOC_MMAP_THRESHOLD_": str(2 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(4 << 30),
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
DISK_FULL = "disk_full"  # no fault of the file: there is no room for what comes of it

SAVE_AGAIN = "Open the picture in an image editor, save it as JPEG or PNG, and import that."
_TOO_LARGE = "Decoding needs more memory than is allowed."
_FREE_SPACE = "Free some space on the disk of the temporary files."
_COPY_AGAIN = "Copy the file again from the camera or the archive."

Json = dict[str, Any]


class LimitedChild:
    """A process that runs a module which calls `serve`; started when first asked and after it was stopped."""

    def __init__(self, module: str, *, time_limit_s: float = TIME_LIMIT_S) -> None:
        self._module = module
        self._time_limit_s = time_limit_s
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, request: Json) -> Json:
        """Send one request; raises UnreadableImage with all that is wrong with its file."""
        process = self._running()
        assert process.stdin is not None  # noqa: S101 - for mypy: opened with pipes
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            answer: Json = json.loads(self._answer(process))
        except (OSError, ValueError) as error:
            self.stop()
            raise UnreadableImage(
                "decoding_stopped",
                f"Decoding took more than {self._time_limit_s:.0f} s or broke the decoder.",
                remedy=SAVE_AGAIN,
            ) from error
        if "error" in answer:
            wrong = answer["error"]
            raise UnreadableImage(wrong["code"], wrong["message"], remedy=wrong["remedy"])
        return answer

    def peak_memory_bytes(self) -> int:
        """The most memory that the running child ever held at once; 0 where the system does not tell."""
        status = Path(f"/proc/{self._process.pid}/status") if self._process is not None else None
        if status is None or not status.exists():
            return 0
        lines = (line.split() for line in status.read_text().splitlines())
        return next((1024 * int(words[1]) for words in lines if words[0] == "VmHWM:"), 0)

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
                [sys.executable, "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **SURROUNDINGS, "PYTHONPATH": os.pathsep.join(filter(None, folders))},
            )
        return self._process

    def _answer(self, process: subprocess.Popen[bytes]) -> bytes:
        assert process.stdout is not None  # noqa: S101 - for mypy: opened with pipes
        ready, _, _ = select.select([process.stdout], [], [], self._time_limit_s)
        if not ready:
            raise TimeoutError
        return process.stdout.readline()


def serve(answer: Callable[[Json], Json]) -> None:
    """In the child: limit memory, then answer one line with one line until the input ends."""
    _limit_memory()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_guarded(answer, json.loads(line))) + "\n")
        sys.stdout.flush()


def _guarded(answer: Callable[[Json], Json], request: Json) -> Json:
    try:
        return answer(request)
    except ImagingError as error:
        return _error(error.code, error.message, error.remedy)
    except MemoryError:
        return _error("too_large", _TOO_LARGE, SAVE_AGAIN)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _error(DISK_FULL, "The disk is full.", _FREE_SPACE)
        return _error("not_readable", f"{error.strerror}.", _COPY_AGAIN)


def _error(code: str, message: str, remedy: str) -> Json:
    return {"error": {"code": code, "message": message, "remedy": remedy}}


def _limit_memory() -> None:
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    limit = pages * resource.getpagesize() + MEMORY_LIMIT_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
