"""What a run tells its parent: one JSON object a line on standard output; all else goes to standard error."""

import json
import math
import os
import signal
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

Emit = Callable[[dict[str, Any]], None]

EXIT_PARENT_GONE = 3
EXIT_TERMINATED = 128 + signal.SIGTERM


def claim_stdout() -> Emit:
    """Keep the real standard output for events alone and send every other print to standard error.

    Works on file descriptors, so that TensorFlow's C++ messages can't end up between two events.
    """
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    lock = threading.Lock()

    def emit(event: dict[str, Any]) -> None:
        with lock:
            events.write(json.dumps(finite(event), ensure_ascii=False, allow_nan=False) + "\n")
            events.flush()

    return emit


def finite(value: Any) -> Any:
    """The value with NaN and infinities as None (JSON has neither)."""
    if isinstance(value, dict):
        return {key: finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def with_memory(emit: Emit) -> Emit:
    """The same, with the resident memory of this process in each step event, where the system tells it."""

    def tell(event: dict[str, Any]) -> None:
        memory = resident_bytes() if event.get("event") == "step" else None
        emit(event if memory is None else {**event, "memory_bytes": memory})

    return tell


def counted(emit: Emit, event: str, *, total: int) -> Callable[[], None]:
    """Each call tells that one more of `total` things is done, in an event of this name."""
    numbers = count(1)

    def tell() -> None:
        emit({"event": event, "done": next(numbers), "total": total})

    return tell


def resident_bytes() -> int | None:
    """Memory that this process holds now, in bytes; None where there is no /proc."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def exit_with_parent() -> None:
    """End this process as soon as standard input closes: a killed worker leaves no orphan that trains on.

    Checkpoints and models are written atomically, so ending at any moment is safe.
    """

    def wait() -> None:
        while os.read(0, 4096):
            pass
        os._exit(EXIT_PARENT_GONE)

    threading.Thread(target=wait, name="stdin-lifeline", daemon=True).start()


def exit_on_terminate() -> None:
    """Let SIGTERM end the process between two steps, cleaning up on the way out."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(EXIT_TERMINATED)

    signal.signal(signal.SIGTERM, leave)
