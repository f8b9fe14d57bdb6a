"""The broker is killed, away or hung: no work is lost, none is done twice, and pages go on."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from tests.processes.stack import RunningStack, patience, wait_for

pytestmark = pytest.mark.processes


@contextmanager
def broker_kept_away(stack: RunningStack) -> Iterator[None]:
    """Kill the broker and let it not come back: a folder stands where its socket belongs."""
    socket = stack.data_dir / "valkey.sock"
    stack.broker().kill()
    socket.unlink()
    socket.mkdir()
    try:
        yield
    finally:
        socket.rmdir()


@contextmanager
def broker_hung(stack: RunningStack) -> Iterator[None]:
    """Stop the broker in its tracks: it accepts connections and never answers."""
    broker = stack.broker()
    broker.suspend()
    try:
        yield
    finally:
        broker.resume()


def ended(stack: RunningStack, jobs: list[str]) -> int:
    finished = stack.effects("finished")
    return sum(finished[job] > 0 for job in jobs)


def all_ended(stack: RunningStack, jobs: list[str]) -> bool:
    return ended(stack, jobs) == len(jobs)


def states(stack: RunningStack, jobs: list[str]) -> set[str]:
    return {stack.job(job)["state"] for job in jobs}


def test_a_killed_broker_costs_no_job_of_200_and_repeats_none(stack: RunningStack) -> None:
    jobs = stack.queue("test.note", count=200, seconds=0.03)
    wait_for(lambda: ended(stack, jobs) > 20, within_s=30, what="some jobs done")

    stack.broker().send_signal(signal.SIGKILL)
    wait_for(lambda: all_ended(stack, jobs), within_s=100, what="all 200 jobs done")

    finished, started = stack.effects("finished"), stack.effects("started")
    assert {finished[job] for job in jobs} == {1}
    assert {started[job] for job in jobs} == {1}
    wait_for(lambda: states(stack, jobs) == {"succeeded"}, within_s=10, what="all succeeded")


@pytest.mark.parametrize("fault", [broker_kept_away, broker_hung])
def test_pages_answer_and_work_is_taken_while_the_broker_does_not_answer(
    stack: RunningStack, fault: object
) -> None:
    assert callable(fault)
    with fault(stack):
        wait_for(lambda: stack.health() == "degraded", within_s=15, what="health degraded")
        began = time.monotonic()
        jobs = stack.queue("test.note", count=3)
        assert stack.client.ask("/api/jobs/")[0] == 200
        assert stack.client.ask("/api/session/")[0] == 200
        assert time.monotonic() - began < 3 * patience()
        time.sleep(3)
        assert states(stack, jobs) == {"queued"}

    wait_for(lambda: all_ended(stack, jobs), within_s=100, what="the waiting jobs done")
    assert {stack.effects("finished")[job] for job in jobs} == {1}


def test_a_job_delivered_again_runs_once(stack: RunningStack) -> None:
    blocker, job = stack.queue("test.note", seconds=2)[0], stack.queue("test.note", seconds=0.5)[0]
    status, answer = stack.client.ask(f"/api/test-jobs/{job}/deliver/", {"times": 5})
    assert (status, answer) == (200, {"sent": 5})

    wait_for(lambda: all_ended(stack, [blocker, job]), within_s=30, what="both jobs done")
    marker = stack.queue("test.note")  # comes after the repeats in the same queue
    wait_for(lambda: all_ended(stack, marker), within_s=30, what="the repeats were taken")

    assert stack.effects("started")[job] == 1
    assert stack.job(job)["attempt"] == 1


def test_the_broker_keeps_its_socket_to_its_owner(stack: RunningStack) -> None:
    assert stack.data_dir.stat().st_mode & 0o077 == 0
    assert (stack.data_dir / "valkey.sock").stat().st_mode & 0o077 == 0
    listening = psutil.Process(stack.broker().pid).net_connections(kind="inet")
    assert listening == []
