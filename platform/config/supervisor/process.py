"""One part as a process: started in a group of its own, ended as a group."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psutil

from config.environment import ROOT
from config.supervisor import guard
from config.supervisor.console import StartError
from config.supervisor.parts import Part

KEEP_LOG_BYTES = 20 * 1024**2
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)


def adopt_orphans() -> None:
    """Make orphans of our parts our own children, so that they can be found and ended."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Get SIGTERM when the process that started this one dies."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _in_child(parent: int) -> Callable[[], None]:
    """Return what a new part runs before its program: it must not outlive the supervisor."""

    def prepare() -> None:
        end_with_parent()
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return prepare


def open_log(path: Path) -> IO[bytes]:
    """Open a log for appending; one that has grown large is set aside once."""
    if path.exists() and path.stat().st_size > KEEP_LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


class Guard:
    """The process that ends the parts when the supervisor can't; see guard.py."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The guard's process number."""
        return self._process.pid

    def tell(self, sign: str, group: int) -> None:
        """Add (`+`) or remove (`-`) one process group."""
        assert self._process.stdin is not None  # noqa: S101 - for the type checker
        try:
            self._process.stdin.write(f"{sign}{group}\n")
            self._process.stdin.flush()
        except OSError:
            pass  # the guard was killed; PR_SET_PDEATHSIG is left

    def close(self) -> None:
        """Dismiss it; the groups it still knows of get ended."""
        self._process.communicate()


class PartProcess:
    """A part that is started, ends by itself or on request, and can be started again."""

    def __init__(self, *, part: Part, environment: dict[str, str], guard: Guard) -> None:
        self.part = part
        self.failures = 0
        self.started_at = 0.0
        self.start_again_at: float | None = None
        self._environment = environment
        self._guard = guard
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the program; raises StartError when it can't even be executed."""
        self.start_again_at = None
        self.started_at = time.monotonic()
        try:
            with open_log(self.part.log) as log:
                self._process = subprocess.Popen(
                    self.part.command,
                    cwd=ROOT,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_in_child(os.getpid()),  # safe: the supervisor has one thread
                )
        except OSError as error:
            raise StartError(f"{self.part.name} can't be started: {error}") from error
        self._guard.tell("+", self._process.pid)

    @property
    def pid(self) -> int | None:
        """The process group's number while the program runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def ended(self) -> int | None:
        """Return the exit status (negative: the signal) once the program has ended, None while it runs."""
        status = self._process.poll() if self._process else None
        if status is not None:
            self.signal(signal.SIGKILL)  # what a killed leader left behind
        return status

    def forget(self) -> None:
        """Take note of an end that was dealt with."""
        if self._process is not None:
            self._guard.tell("-", self._process.pid)
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program and everything it started in its group."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, number)
            except (ProcessLookupError, PermissionError):
                return


def stop_all(processes: list[PartProcess], *, hurry: Callable[[], bool]) -> None:
    """Ask the parts to end, then make them; `hurry` says that the person won't wait any longer."""
    heirs = _descendants()
    asked_at = time.monotonic()
    for process in processes:
        process.signal(signal.SIGTERM)
    waiting = [process for process in processes if process.pid is not None]
    while waiting:
        for process in waiting:
            if hurry() or time.monotonic() - asked_at > process.part.stop_within_s:
                process.signal(signal.SIGKILL)
        time.sleep(0.05)
        waiting = [process for process in waiting if process.pid is not None]
    for process in processes:
        process.signal(signal.SIGKILL)
        process.forget()
    _end(heirs | _descendants())


def _descendants() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _end(leftovers: set[psutil.Process]) -> None:
    """End what a part had started in a session of its own, such as a training run."""
    rest = [process for process in leftovers if not _is_guard(process)]
    _, alive = psutil.wait_procs(rest, timeout=2)
    for process in alive:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(alive, timeout=2)


def _is_guard(process: psutil.Process) -> bool:
    try:
        return guard.__file__ in process.cmdline()
    except psutil.Error:
        return False


def reap_orphans(known: set[int]) -> None:
    """Collect ended orphans that were handed to us, so that they don't stay as zombies."""
    for process in psutil.Process().children():
        try:
            if process.pid not in known and process.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(process.pid, os.WNOHANG)
        except (psutil.Error, ChildProcessError):
            continue
