"""One job from claim to end."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from core.errors import Invalid
from core.job_handlers import Handler
from core.models import Job
from core.services import heartbeat, job_context
from core.services.job_context import JobContext
from core.services.job_runner import run_job
from core.services.jobs import cancel_job, claim_job, queue_job
from core.states import JobState
from core.tasks import run_job as run_job_task

QueueJob = Callable[..., Job]
Handle = Callable[[Handler], None]


def ended(job: Job) -> Job:
    done = run_job(job_id=job.pk)
    assert done is not None
    return done


def test_a_job_ends_with_what_its_handler_returned(queue: QueueJob, handle: Handle) -> None:
    handle(lambda context: {"images": context.payload["images"]})

    job = ended(queue(payload={"images": 3}))

    assert (job.state, job.result) == (JobState.SUCCEEDED, {"images": 3})
    assert job.finished_at is not None


def test_a_job_delivered_twice_is_done_once(queue: QueueJob, handle: Handle) -> None:
    runs: list[int] = []
    handle(lambda context: runs.append(1))
    job = queue()

    run_job_task(str(job.pk))
    run_job_task(str(job.pk))

    assert runs == [1]


def test_a_refusal_fails_the_job_at_once_and_says_what_to_do(queue: QueueJob, handle: Handle) -> None:
    def refuse(context: JobContext) -> None:
        raise Invalid("Row 3 has no file name.", remedy="Add it.")

    handle(refuse)

    job = ended(queue())

    assert (job.state, job.attempt) == (JobState.FAILED, 1)
    assert (job.error_code, job.error_message, job.error_remedy) == (
        "invalid",
        "Row 3 has no file name.",
        "Add it.",
    )


def test_an_unexpected_error_is_tried_three_times_and_keeps_its_trace_to_the_log(
    queue: QueueJob,
    handle: Handle,
    run_queued_jobs: Callable[[], list[Job]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_down(context: JobContext) -> None:
        raise ZeroDivisionError("secret value 42")

    handle(break_down)
    job = queue()

    run_queued_jobs()

    job.refresh_from_db()
    assert (job.state, job.attempt, job.error_code) == (JobState.FAILED, 3, "internal_error")
    assert "ZeroDivisionError" in job.error_message
    assert "42" not in job.error_message
    assert caplog.text.count("ZeroDivisionError: secret value 42") == 3


def test_a_cancelled_job_stops_at_its_next_progress(queue: QueueJob, handle: Handle) -> None:
    def count(context: JobContext) -> None:
        context.progress(1, 3)
        cancel_job(job=context.job, by=None)
        context.progress(2, 3)
        raise AssertionError("it went on")

    handle(count)

    assert ended(queue()).state == JobState.CANCELLED


def test_the_work_of_a_worker_that_lost_its_lease_is_dropped(queue: QueueJob, handle: Handle) -> None:
    def lose(context: JobContext) -> dict[str, Any]:
        Job.objects.filter(pk=context.job.pk).update(attempt=2, lease_owner="worker 2")
        return {"by": "worker 1"}

    handle(lose)

    job = ended(queue())

    assert (job.state, job.attempt, job.result) == (JobState.RUNNING, 2, {})


def test_progress_is_written_at_most_twice_a_second_and_at_the_end(
    queue: QueueJob, handle: Handle, django_assert_max_num_queries: Any
) -> None:
    seen: list[int] = []

    def count(context: JobContext) -> None:
        context.has_heartbeat = True  # so that only progress asks the database
        with django_assert_max_num_queries(4):
            for done in range(1, 1001):
                context.progress(done, 1000)
        seen.append(Job.objects.get(pk=context.job.pk).progress_done)

    handle(count)
    ended(queue())

    assert seen == [1000]


def test_a_stopping_worker_gives_its_job_back(
    queue: QueueJob, handle: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops = threading.Event()
    monkeypatch.setattr(job_context, "worker_stops", stops)

    def stop(context: JobContext) -> None:
        stops.set()
        context.check_cancelled()

    handle(stop)

    job = ended(queue())

    assert job.state == JobState.QUEUED
    assert job.max_attempts - job.attempt == 3


def test_a_job_of_a_kind_this_version_does_not_know_fails(queue: QueueJob) -> None:
    job = queue()
    Job.objects.filter(pk=job.pk).update(kind="of.the.future")

    assert ended(job).error_code == "unknown_kind"


@pytest.fixture
def quick_heartbeat(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.JOB_HEARTBEAT = True
    monkeypatch.setattr(heartbeat, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(heartbeat, "RENEW_EVERY_S", 0.1)


def wait_until(true: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + 10
    while not true() and time.monotonic() < give_up:
        time.sleep(0.02)
    return true()


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_renews_the_lease_and_sees_a_cancel(handle: Handle, quick_heartbeat: None) -> None:
    leases: list[bool] = []

    def work(context: JobContext) -> None:
        first = context.job.lease_until
        assert first is not None
        leases.append(
            wait_until(lambda: Job.objects.filter(pk=context.job.pk, lease_until__gt=first).exists())
        )
        cancel_job(job=context.job, by=None)
        wait_until(lambda: context.cancel_seen)
        context.check_cancelled()

    handle(work)
    job = queue_job(kind="test.work", payload={}, by=None)

    assert ended(job).state == JobState.CANCELLED
    assert leases == [True]


@pytest.mark.django_db(transaction=True)
def test_the_heartbeat_notices_that_another_attempt_owns_the_job(
    handle: Handle, quick_heartbeat: None
) -> None:
    noticed: list[bool] = []

    def work(context: JobContext) -> None:
        Job.objects.filter(pk=context.job.pk).update(attempt=2)
        noticed.append(wait_until(lambda: context.lease_lost))

    handle(work)

    ended(queue_job(kind="test.work", payload={}, by=None))

    assert noticed == [True]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_exactly_one_gets_the_job(handle: Handle) -> None:
    job = queue_job(kind="test.work", payload={}, by=None)
    start, claims = threading.Barrier(6), []

    def claim(number: int) -> None:
        start.wait()
        try:
            claims.append(claim_job(job_id=job.pk, owner=f"worker {number}"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(claims) == 6
    assert len([claim for claim in claims if claim]) == 1
