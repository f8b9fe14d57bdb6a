"""Child processes, real ones."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.services.child_process import ChildCrashed, ChildExit, ChildRefused, Event, run_child
from core.services.job_context import JobCancelled

ROOT = Path(__file__).resolve().parents[2]


class Context:
    """The part of a JobContext that a child needs: it may ask to stop."""

    def __init__(self, *, cancel: Callable[[], bool] = lambda: False) -> None:
        self._cancel = cancel

    def check_cancelled(self) -> None:
        if self._cancel():
            raise JobCancelled


@pytest.fixture
def run() -> Callable[..., tuple[ChildExit, list[Event]]]:
    def start(what: str, *, cancel: Callable[[], bool] = lambda: False, **settings: Any) -> Any:
        events: list[Event] = []
        memory = settings.pop("memory_bytes", None)
        on_event = settings.pop("on_event", events.append)
        context: Any = Context(cancel=cancel)
        ended = run_child(
            context=context,
            module="tests.core.child_program",
            arguments=[what],
            settings=settings,
            on_event=on_event,
            threads=2,
            memory_bytes=memory,
        )
        return ended, events

    return start


Run = Callable[..., tuple[ChildExit, list[Event]]]


def is_running(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_every_event_of_a_child_arrives_in_order(run: Run) -> None:
    ended, events = run("count", to=3000)

    ended.check()
    assert [event["step"] for event in events[1:]] == list(range(3000))


def test_a_child_that_ends_before_its_lines_are_read_loses_none_and_holds_nothing_up(run: Run) -> None:
    said: list[int] = []

    def slow(event: Event) -> None:
        if event["event"] == "started":
            time.sleep(2)  # the child fills the queue and the pipe, and ends
        else:
            said.append(event["step"])

    began = time.monotonic()
    run("count", to=1500, on_event=slow)

    assert said == list(range(1500))
    assert time.monotonic() - began < 20


def test_a_child_leads_a_group_of_its_own_with_its_threads_pinned(run: Run) -> None:
    _, events = run("count", to=0)

    assert events[0]["pid"] == events[0]["group"] != os.getpgid(0)
    assert events[0]["omp"] == "2"


def test_a_refusal_carries_the_childs_code_and_remedy(run: Run) -> None:
    ended, _ = run("refuse")

    with pytest.raises(ChildRefused) as refused:
        ended.check()
    assert refused.value.code == "one_class_only"
    assert str(refused.value) == "All 9 images have DR. Add others."


def test_a_crash_is_told_with_the_last_lines_of_the_childs_log(run: Run) -> None:
    ended, _ = run("crash")

    with pytest.raises(ChildCrashed, match=r"(?s)exit status 1.*about to fail.*RuntimeError: broken"):
        ended.check()


def test_the_log_of_a_child_can_be_followed_while_it_runs() -> None:
    told: list[str] = []

    with pytest.raises(JobCancelled):
        run_child(
            context=Context(cancel=lambda: bool(told)),  # type: ignore[arg-type]
            module="tests.core.child_program",
            arguments=["talk"],
            settings={},
            on_event=lambda event: None,
            on_log=told.append,
        )

    assert told == ["epoch 1 is done\n"]


@pytest.mark.parametrize("what", ["sleep", "stubborn"])
def test_a_cancelled_child_is_gone_within_five_seconds(run: Run, what: str) -> None:
    pids: list[int] = []
    started = time.monotonic()

    with pytest.raises(JobCancelled):
        run_child(
            context=Context(cancel=lambda: bool(pids)),  # type: ignore[arg-type]
            module="tests.core.child_program",
            arguments=[what],
            settings={},
            on_event=lambda event: pids.append(event["pid"]),
        )

    assert time.monotonic() - started < 5
    assert not is_running(pids[0])


def test_a_child_is_stopped_when_its_events_can_not_be_stored() -> None:
    pids: list[int] = []

    def refuse(event: Event) -> None:
        pids.append(event["pid"])
        raise ValueError("the database is away")

    with pytest.raises(ValueError, match="away"):
        run_child(
            context=Context(),  # type: ignore[arg-type]
            module="tests.core.child_program",
            arguments=["sleep"],
            settings={},
            on_event=refuse,
        )

    assert not is_running(pids[0])


def test_what_a_child_started_ends_with_it(run: Run) -> None:
    started = time.monotonic()

    ended, events = run("orphan")

    assert ended.status == 0
    assert time.monotonic() - started < 10
    assert not is_running(events[1]["pid"])


def test_a_child_over_its_memory_limit_fails_alone(run: Run) -> None:
    ended, events = run("eat", bytes=2 * 1024**3, memory_bytes=512 * 1024**2)

    assert ended.status != 0
    assert "MemoryError" in ended.stderr_tail
    assert [event["event"] for event in events] == ["started"]


def test_a_child_ends_when_its_worker_is_killed_outright(tmp_path: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER], stdout=subprocess.PIPE, text=True, cwd=ROOT, env=worker_environment()
    )
    assert worker.stdout is not None
    pid = int(worker.stdout.readline())
    assert is_running(pid)

    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()

    give_up = time.monotonic() + 5
    while is_running(pid) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert not is_running(pid)


WORKER = """
import django; django.setup()
from core.services.child_process import run_child
class Context:
    def check_cancelled(self): pass
run_child(context=Context(), module="tests.core.child_program", arguments=["sleep"], settings={},
          on_event=lambda event: print(event["pid"], flush=True))
"""


def worker_environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    return {**os.environ, "PYTHONPATH": path, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
