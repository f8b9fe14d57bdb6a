"""Runs heavy work in a child process under a job: settings as JSON in, JSON lines of progress out.

TensorFlow, torch and web code never share a process. The child leads a process group of its own and is told
to stop by a signal to the group; it also ends when its standard input closes, so that a worker killed
outright leaves nobody behind.
"""

import contextlib
import json
import logging
import os
import queue
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings as django_settings

from core.errors import DomainError
from core.services.job_context import JobContext

log = logging.getLogger(__name__)

Event = dict[str, Any]
REFUSED = 2  # the exit status of a child that did not accept its settings or data
STOP_GRACE_S = 2.5  # between SIGTERM and SIGKILL: a cancel is seen within 1.5 s, so it takes under 5 s
LOG_EVERY_S = 3.0
_POLL_S = 0.2
_DRAIN_POLL_S = 0.02
_DRAIN_S = 5.0
_STDERR_LINES = 60
_LINE_CHARS = 1 << 20


class ChildRefused(DomainError):
    """The child did not accept its settings or data; code, message and remedy are the child's own."""

    code = "refused"

    def __init__(self, event: Event) -> None:
        super().__init__(
            str(event.get("message") or "The work was refused."), remedy=str(event.get("remedy") or "")
        )
        self.code = str(event.get("code") or self.code)


class ChildCrashed(RuntimeError):
    """The child ended by a signal or an unexpected error; the last lines it wrote are in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildExit:
    """How a child ended: exit status (negative: minus the signal), its last error event, what it logged."""

    status: int
    error: Event | None
    stderr_tail: str

    def check(self) -> None:
        """Return for status 0. Raises ChildRefused for a refusal, ChildCrashed for everything else."""
        if self.status == 0:
            return
        if self.status == REFUSED and self.error is not None:
            raise ChildRefused(self.error)
        how = f"signal {-self.status}" if self.status < 0 else f"exit status {self.status}"
        raise ChildCrashed(f"the child process ended with {how}:\n{self.stderr_tail}")


def run_child(
    *,
    context: JobContext,
    module: str,
    arguments: Sequence[str],
    settings: Mapping[str, Any],
    on_event: Callable[[Event], None],
    on_log: Callable[[str], None] | None = None,
    threads: int = 1,
    memory_bytes: int | None = None,
) -> ChildExit:
    """Run `python -m MODULE ARGUMENTS --settings FILE --stdin-lifeline` and return how it ended.

    `on_event` is called in this thread with each JSON object the child prints, `on_log` every few seconds
    with the last lines it logged, when there are new ones. When either raises, or the job is cancelled, loses
    its lease or its worker is stopped, the child's whole group is stopped and the exception goes on.
    `memory_bytes` limits the child's writable private memory (RLIMIT_DATA).
    """
    with tempfile.TemporaryDirectory(prefix="fovea-job-") as folder:
        settings_file = Path(folder) / "settings.json"
        settings_file.write_text(json.dumps(settings), encoding="utf-8")
        command = [sys.executable, "-m", module, *arguments, "--settings", str(settings_file)]
        command.append("--stdin-lifeline")
        child = _Child(command, environment=_environment(threads), memory_bytes=memory_bytes)
        try:
            child.follow(on_event, on_log, context.check_cancelled)
        finally:
            child.stop()
        return child.exit()


class _Child:
    """A running child: its group, its two output pipes read by threads, its lifeline."""

    def __init__(
        self, command: Sequence[str], *, environment: dict[str, str], memory_bytes: int | None
    ) -> None:
        self._lines: queue.Queue[str] = queue.Queue(maxsize=1000)
        self._tail: deque[str] = deque(maxlen=_STDERR_LINES)
        self._logged = 0
        self._error: Event | None = None
        self._abandoned = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=django_settings.ROOT,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if memory_bytes is not None:
            resource.prlimit(self._process.pid, resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
        self._readers = [
            threading.Thread(target=self._read_stdout, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_stderr, args=(self._process.stderr,), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def follow(
        self,
        on_event: Callable[[Event], None],
        on_log: Callable[[str], None] | None,
        check: Callable[[], None],
    ) -> None:
        """Hand events and log lines on until the child has ended and its output is read."""
        checked_at = logged_at = 0.0
        told = 0
        ended_at: float | None = None
        while True:
            if on_log is not None and self._logged != told and time.monotonic() - logged_at >= LOG_EVERY_S:
                told, logged_at = self._logged, time.monotonic()
                on_log(self._log_tail())
            if time.monotonic() - checked_at >= _POLL_S:
                check()
                checked_at = time.monotonic()
            if ended_at is None and self._has_ended():
                ended_at = time.monotonic()
                self._signal(signal.SIGKILL)  # its own children, which may hold the pipes open
            self._hand_on(on_event, wait_s=_POLL_S if ended_at is None else _DRAIN_POLL_S)
            if ended_at is not None and self._has_said_all(ended_at) and self._lines.empty():
                return

    def _has_said_all(self, ended_at: float) -> bool:
        """Whether its last line was read; one that left its group may hold the pipe open a while."""
        return not self._readers[0].is_alive() or time.monotonic() - ended_at > _DRAIN_S

    def stop(self) -> None:
        """End the whole group: SIGTERM, then SIGKILL; no error when it has ended."""
        self._abandoned = True
        if not self._has_ended():
            self._signal(signal.SIGTERM)
            give_up = time.monotonic() + STOP_GRACE_S
            while not self._has_ended() and time.monotonic() < give_up:
                time.sleep(0.05)
        self._signal(signal.SIGKILL)
        self._process.wait()
        for reader in self._readers:
            reader.join(timeout=2)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def exit(self) -> ChildExit:
        """Return how it ended; call after `stop`."""
        return ChildExit(status=self._process.returncode, error=self._error, stderr_tail=self._log_tail())

    def _log_tail(self) -> str:
        return "".join(self._tail.copy())[-8000:]  # the reader goes on appending

    def _hand_on(self, on_event: Callable[[Event], None], *, wait_s: float) -> None:
        try:
            line = self._lines.get(timeout=wait_s)
        except queue.Empty:
            return
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            log.warning("child %d printed a line that is no JSON object: %.200s", self._process.pid, line)
            return
        if event.get("event") == "error":
            self._error = event
        on_event(event)

    def _has_ended(self) -> bool:
        """Whether the leader has ended; it is not reaped yet, so its group's number can't be reused."""
        if self._process.returncode is not None:
            return True
        ended = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is not None

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _read_stdout(self, pipe: IO[str]) -> None:
        while line := pipe.readline(_LINE_CHARS):
            while not self._abandoned:
                try:
                    self._lines.put(line, timeout=0.5)
                    break
                except queue.Full:
                    continue
        pipe.close()

    def _read_stderr(self, pipe: IO[str]) -> None:
        while line := pipe.readline(_LINE_CHARS):
            self._tail.append(line)
            self._logged += 1
            log.debug("child %d: %s", self._process.pid, line.rstrip())
        pipe.close()


def _environment(threads: int) -> dict[str, str]:
    """Return the child's environment: importable folders, thread pins, no allocator arenas per thread."""
    root = Path(django_settings.ROOT)
    pins = {
        name: str(threads)
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    }
    return {
        **os.environ,
        **pins,
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "platform")]),
    }
