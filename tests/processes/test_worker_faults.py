"""The train worker is killed in the middle of a job, or the job is cancelled."""

from pathlib import Path

import psutil
import pytest

from tests.processes.conftest import StartStack
from tests.processes.stack import RunningStack, wait_for

pytestmark = pytest.mark.processes


def beats(stack: RunningStack, job: str) -> list[tuple[int, int]]:
    """Attempt and process number of every beat of the job's child."""
    path = Path(stack.data_dir / f"beats-{job}.log")
    if not path.exists():
        return []
    rows = [line.split() for line in path.read_text().splitlines()]
    return [(int(row[0]), int(row[1])) for row in rows if len(row) == 2]


def test_a_killed_train_worker_loses_no_job_and_leaves_no_child(stack: RunningStack) -> None:
    job = stack.queue("test.child", seconds=5)[0]
    wait_for(lambda: len(beats(stack, job)) > 5, within_s=30, what="the child works")
    child = psutil.Process(beats(stack, job)[-1][1])

    for process in [stack.worker("train")]:
        process.kill()

    wait_for(lambda: not child.is_running(), within_s=3, what="the orphaned child ends")
    wait_for(lambda: beats(stack, job)[-1][0] == 2, within_s=90, what="the job is picked up again")
    stack.wait_for_state(job, "succeeded", within_s=30)
    assert stack.job(job)["attempt"] == 2
    assert stack.effects("finished")[job] == 1


def test_a_job_that_kills_its_worker_gets_three_attempts(start_stack: StartStack) -> None:
    stack = start_stack(prepared="empty", environment={"TEST_LEASE_S": "3"})
    stack.wait_until_ready()

    job = stack.queue("test.poison")[0]
    stack.wait_for_state(job, "failed", within_s=90)

    assert stack.effects("started")[job] == 3
    assert stack.job(job)["error_code"] == "worker_died"
    assert "worker-train ended (signal 9); starting it again" in stack.said()
    after = stack.queue("test.child", seconds=0.2)[0]
    stack.wait_for_state(after, "succeeded", within_s=60)


def test_cancelling_ends_the_child_within_five_seconds(stack: RunningStack) -> None:
    job = stack.queue("test.child", seconds=120)[0]
    wait_for(lambda: len(beats(stack, job)) > 3, within_s=30, what="the child works")
    child = psutil.Process(beats(stack, job)[-1][1])

    status, _ = stack.client.ask(f"/api/jobs/{job}/cancel/", {})

    assert status == 200
    stack.wait_for_state(job, "cancelled", within_s=5)
    assert not child.is_running()
    assert stack.effects("finished")[job] == 0
