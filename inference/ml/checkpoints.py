"""Checkpoints that survive a crash at any moment and that an outdated attempt can't overwrite.

A checkpoint is `epoch-0003.attempt-2.ckpt` beside a `.json` that names its sha256. It is written to a
temporary file, flushed to the disk and renamed; the `.json` comes last, so a checkpoint without one was never
finished. `attempt.json` names the newest attempt; it is read, and every file renamed, under one file lock.
"""

import fcntl
import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from inference.ml.errors import StaleAttempt

KEPT = 2
SPACING_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A finished epoch (1 is the first) whose content matches its checksum."""

    epoch: int
    content: bytes
    history: list[dict[str, Any]]

    def resumed(self, *, initialisation: str) -> dict[str, Any]:
        """The event of a training that goes on from here; `record` is what was told of this epoch."""
        return {
            "event": "resumed",
            "epoch": self.epoch,
            "initialisation": initialisation,
            "record": self.history[-1],
        }


class CheckpointFolder:
    """The checkpoints of one run, seen by one attempt of it.

    `fingerprint` names settings and data: checkpoints made from others are ignored.
    Raises StaleAttempt on creation, save or publishing once a newer attempt has registered.
    """

    def __init__(self, folder: Path, *, attempt: int, fingerprint: str) -> None:
        self._folder = folder
        self._attempt = attempt
        self._fingerprint = fingerprint
        folder.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._require_newest()
            for leftover in folder.glob(".*.tmp"):  # half-written by an attempt that was killed
                leftover.unlink(missing_ok=True)
            write_durably(folder / "attempt.json", json.dumps({"attempt": attempt}).encode())

    def save(self, content: bytes, *, epoch: int, history: list[dict[str, Any]]) -> Path:
        """Store the state after `epoch` and drop all but the newest two."""
        name = f"epoch-{epoch:04d}.attempt-{self._attempt}"
        path = self._folder / f"{name}.ckpt"
        note = {
            "epoch": epoch,
            "attempt": self._attempt,
            "fingerprint": self._fingerprint,
            "sha256": hashlib.sha256(content).hexdigest(),
            "history": history,
        }
        with self._locked():
            self._require_newest()
            write_durably(path, content)
            write_durably(path.with_suffix(".json"), json.dumps(note).encode())
            self._prune()
        return path

    def newest(self) -> Checkpoint | None:
        """The furthest checkpoint of this run that is complete and undamaged, whichever attempt made it."""
        for note_path in self._notes():
            checkpoint = self._read(note_path)
            if checkpoint is not None:
                return checkpoint
        return None

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the run while results are put in place. Raises StaleAttempt."""
        with self._locked():
            self._require_newest()
            yield

    def _read(self, note_path: Path) -> Checkpoint | None:
        try:
            note = json.loads(note_path.read_text(encoding="utf-8"))
            content = note_path.with_suffix(".ckpt").read_bytes()
        except (OSError, ValueError):
            return None
        if (
            note.get("fingerprint") != self._fingerprint
            or note["sha256"] != hashlib.sha256(content).hexdigest()
        ):
            return None
        return Checkpoint(epoch=note["epoch"], content=content, history=note["history"])

    def _notes(self) -> list[Path]:
        """Notes of checkpoints, furthest epoch first, newer attempts before older ones."""
        return sorted(self._folder.glob("epoch-*.attempt-*.json"), key=_epoch_and_attempt, reverse=True)

    def _prune(self) -> None:
        for note_path in self._notes()[KEPT:]:
            note_path.unlink(missing_ok=True)
            note_path.with_suffix(".ckpt").unlink(missing_ok=True)

    def _require_newest(self) -> None:
        path = self._folder / "attempt.json"
        newest = json.loads(path.read_text(encoding="utf-8"))["attempt"] if path.exists() else 0
        if newest > self._attempt:
            raise StaleAttempt(attempt=self._attempt, newest=newest)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / "lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


class BackgroundSaver:
    """Saves checkpoints while the next epochs train: flushing 300 MB takes longer than a quick epoch.

    At most one checkpoint in SPACING_S seconds, and always one of the last epoch. `saved` is told an epoch's
    record only once a checkpoint holds that epoch. A failed save raises at the next one, or on leaving the
    `with` block.
    """

    def __init__(
        self, folder: CheckpointFolder, *, epochs: int, saved: Callable[[dict[str, Any]], None]
    ) -> None:
        self._folder = folder
        self._epochs = epochs
        self._saved = saved
        self._began = -math.inf
        self._untold: list[dict[str, Any]] = []
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="checkpoint")
        self._running: Future[None] | None = None

    def epoch_done(self, state: Callable[[], bytes], *, history: list[dict[str, Any]]) -> None:
        """Save `state()` where a checkpoint is due; `history` ends with this epoch's record."""
        self._untold.append(history[-1])
        now = time.monotonic()
        if now - self._began < SPACING_S and history[-1]["epoch"] < self._epochs:
            return
        self._wait()
        self._began = now
        self._running = self._pool.submit(self._save, state(), list(history), self._untold)
        self._untold = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self._pool.shutdown(wait=True)
        if kind is None:
            self._wait()

    def _save(self, content: bytes, history: list[dict[str, Any]], untold: list[dict[str, Any]]) -> None:
        self._folder.save(content, epoch=history[-1]["epoch"], history=history)
        for record in untold:
            self._saved(record)

    def _wait(self) -> None:
        if self._running is not None:
            self._running.result()


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file so that after a power cut it holds either the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _epoch_and_attempt(note_path: Path) -> tuple[int, int]:
    epoch, attempt = note_path.stem.removeprefix("epoch-").split(".attempt-")
    return int(epoch), int(attempt)
