"""The running Fovea: starts the parts in order, restarts what ends, stops everything."""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from config.supervisor import health, parts
from config.supervisor.console import StartError, complain, last_line, say
from config.supervisor.parts import Part
from config.supervisor.process import Guard, PartProcess, reap_orphans, stop_all
from config.supervisor.settings import StackSettings

BROKER_READY_S = 60.0
HEALTHY_S = 180.0  # a few seconds on an idle machine
FAILURES_AT_START = 3  # a part that ends this often before Fovea is ready never will be
STEADY_S = 60.0  # a part that ran this long starts again without delay
LONGEST_DELAY_S = 30.0
SAME_REQUEST_S = 1.0  # signals this close together are one: make passes on what the terminal also sent
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """The person asked Fovea to stop."""


class Stack:
    """All parts of one Fovea. Use `run`; it returns once everything has ended."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self.environment = settings.child_environment()
        self._processes: list[PartProcess] = []
        self._visitor: PartProcess | None = None  # a program that runs once, during the start
        self._stops = 0
        self._last_stop = float("-inf")
        self._ready = False
        self._wake, write_end = os.pipe()
        os.set_blocking(write_end, False)
        os.set_blocking(self._wake, False)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        for number in STOP_SIGNALS:
            signal.signal(number, self._note_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # wakes the loop
        self._guard = Guard()

    def _note_stop(self, _number: int, _frame: Any) -> None:
        now = time.monotonic()
        if now - self._last_stop > SAME_REQUEST_S:
            self._stops += 1
        self._last_stop = now

    def run(self, *, prepare: Callable[["Stack"], None], announce: Callable[[float], None]) -> None:
        """Start everything, call `announce` when it is healthy, and watch until asked to stop.

        Raises StartError when a part doesn't come up. Whatever happens, nothing is left running.
        """
        began = time.monotonic()
        try:
            self._start_broker()
            prepare(self)
            for part in parts.programs(self.settings):
                self._launch(part)
            self._wait_until(self._healthy, HEALTHY_S, "Fovea")
            self._ready = True
            announce(time.monotonic() - began)
            while True:
                self._tick()
        except Stopped:
            say("Stopping Fovea …")
        finally:
            self._stop()
        say("Fovea has stopped.")

    def run_once(self, part: Part) -> int:
        """Run a program to its end, as part of the start; returns its exit status."""
        process = PartProcess(part=part, environment=self.environment, guard=self._guard)
        process.start()
        self._visitor = process
        try:
            while (status := process.ended()) is None:
                self._tick()
        except (Stopped, StartError):
            stop_all([process], hurry=lambda: self._stops > 1)
            raise
        finally:
            self._visitor = None
        process.forget()
        return status

    def _launch(self, part: Part) -> None:
        process = PartProcess(part=part, environment=self.environment, guard=self._guard)
        self._processes.append(process)
        process.start()

    def _start_broker(self) -> None:
        part = parts.broker(self.settings)
        if part is not None:
            socket_path = self.settings.broker_socket
            socket_path.unlink(missing_ok=True)
            self._launch(part)
            self._wait_until(lambda: health.broker_answers(socket_path), BROKER_READY_S, "The broker")

    def _wait_until(self, ready: Callable[[], bool], within_s: float, what: str) -> None:
        deadline = time.monotonic() + within_s
        while not ready():
            self._tick(0.2)
            if time.monotonic() > deadline:
                raise StartError(
                    f"{what} was not ready within {within_s:.0f} seconds{self._reason()}. "
                    f"The logs are in {self.settings.logs}"
                )

    def _healthy(self) -> bool:
        return health.health(self.settings).get("status") == "ok"

    def _reason(self) -> str:
        answer = {key: value for key, value in health.health(self.settings).items() if key != "workers"}
        return f" ({answer})" if len(answer) > 1 else ""

    def _tick(self, seconds: float = 0.5) -> None:
        """Sleep until something happens, then deal with it. Raises Stopped."""
        select.select([self._wake], [], [], seconds)
        signalled = False
        with suppress(BlockingIOError):
            signalled = bool(os.read(self._wake, 4096))
        if self._stops:
            raise Stopped
        for process in self._processes:
            self._look_after(process)
        if signalled:
            ours = [*self._processes, *([self._visitor] if self._visitor else [])]
            reap_orphans({process.pid for process in ours if process.pid} | {self._guard.pid})

    def _look_after(self, process: PartProcess) -> None:
        """Note that a part has ended, or start it again when its delay is over."""
        now = time.monotonic()
        if process.start_again_at is not None:
            if now >= process.start_again_at:
                process.start()
            return
        status = process.ended()
        if status is None:
            return
        steady = now - process.started_at > STEADY_S
        process.failures = 1 if steady else process.failures + 1
        process.forget()
        if process.part.name == "broker" and parts.has_damaged_file(process.part.log):
            self._set_broker_file_aside(process)
        self._give_up_at_start(process)
        delay_s = min(LONGEST_DELAY_S, 2.0 ** (process.failures - 1))
        process.start_again_at = now + delay_s
        complain(
            f"{process.part.name} ended ({_ending(status)}); starting it again in {delay_s:.0f} s, "
            f"see {process.part.log}"
        )

    def _set_broker_file_aside(self, process: PartProcess) -> None:
        """Let the broker begin empty: the jobs are in the database, and the sweeper sends them again."""
        folder = self.settings.data_dir / "valkey"
        aside = folder.with_name(f"valkey-damaged-{int(time.time())}")
        folder.rename(aside)
        folder.mkdir(mode=0o700)
        process.part.log.rename(aside / "broker.log")
        complain(f"the broker's file was damaged and is set aside in {aside}; no job is lost")

    def _give_up_at_start(self, process: PartProcess) -> None:
        if not self._ready and process.failures >= FAILURES_AT_START:
            reason = last_line(process.part.log) or "no reason given"
            raise StartError(f"{process.part.name} does not start: {reason} (log: {process.part.log})")

    def _stop(self) -> None:
        """End the programs first and the broker last, so that nothing complains about a missing broker."""
        asked = self._stops
        broker = [process for process in self._processes if process.part.name == "broker"]
        others = [process for process in self._processes if process not in broker]
        stop_all(others, hurry=lambda: self._stops > asked)
        stop_all(broker, hurry=lambda: self._stops > asked)
        self._guard.close()


def _ending(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"
