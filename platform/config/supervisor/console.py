"""What the person at the terminal reads."""

import sys
from pathlib import Path


class StartError(Exception):
    """Fovea can't start; the message is one line that says why and what to do."""


def say(line: str) -> None:
    """Write one line to the terminal at once, also into a pipe; a closed terminal is no reason to stop."""
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except OSError:
        pass


def complain(line: str) -> None:
    """Write one line to standard error."""
    try:
        sys.stderr.write(f"fovea: {line}\n")
        sys.stderr.flush()
    except OSError:
        pass


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, or an empty text."""
    try:
        with log.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - 8192))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
