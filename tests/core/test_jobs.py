"""The life of a job's row."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.errors import Conflict
from core.models import AuditEvent, Job
from core.services.job_context import JobContext
from core.services.jobs import (
    LEASE,
    LostLease,
    cancel_job,
    claim_job,
    finish_job,
    queue_job,
    release_job,
    renew_lease,
    retry_job,
)
from core.services.sweeping import sweep_jobs
from core.states import FINAL_STATES, JOB_MOVES, JobState

QueueJob = Callable[..., Job]
S = JobState


def in_state(job: Job, state: JobState) -> Job:
    fields = {"lease_until": timezone.now() + LEASE} if state is S.RUNNING else {}
    Job.objects.filter(pk=job.pk).update(state=state, attempt=1, lease_owner="worker 1", **fields)
    job.refresh_from_db()
    return job


def claim(job: Job) -> None:
    claim_job(job_id=job.pk, owner="worker 2")


def end(state: JobState) -> Callable[[Job], None]:
    return lambda job: finish_job(job_id=job.pk, attempt=1, state=state)


def cancel(job: Job) -> None:
    cancel_job(job=job, by=None)


def retry(job: Job) -> None:
    retry_job(job_id=job.pk, attempt=1)


def lose(job: Job) -> None:
    sweep_jobs(now=timezone.now() + 2 * LEASE)


MOVES: list[tuple[JobState, Callable[[Job], None], JobState]] = [
    (S.QUEUED, claim, S.RUNNING),
    (S.QUEUED, cancel, S.CANCELLED),
    (S.RUNNING, end(S.SUCCEEDED), S.SUCCEEDED),
    (S.RUNNING, end(S.FAILED), S.FAILED),
    (S.RUNNING, end(S.CANCELLED), S.CANCELLED),
    (S.RUNNING, retry, S.QUEUED),
    (S.RUNNING, lose, S.QUEUED),
]


@pytest.mark.parametrize(("was", "move", "becomes"), MOVES)
def test_each_move_of_the_table_is_made(
    queue: QueueJob, was: JobState, move: Callable[[Job], None], becomes: JobState
) -> None:
    job = in_state(queue(), was)

    move(job)

    job.refresh_from_db()
    assert becomes in JOB_MOVES[was]
    assert job.state == becomes


@pytest.mark.parametrize("was", JobState)
@pytest.mark.parametrize(
    ("move", "to"),
    [(claim, S.RUNNING), (cancel, S.CANCELLED), (retry, S.QUEUED), (lose, S.QUEUED)]
    + [(end(state), state) for state in sorted(FINAL_STATES)],
)
def test_no_move_outside_the_table_is_made(
    queue: QueueJob, was: JobState, move: Callable[[Job], None], to: JobState
) -> None:
    job = in_state(queue(), was)

    try:
        with transaction.atomic():
            move(job)
    except (LostLease, Conflict):
        pass

    job.refresh_from_db()
    assert job.state == was or job.state in JOB_MOVES[was]


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_an_ended_job_never_moves_again(queue: QueueJob, state: JobState) -> None:
    job = in_state(queue(), state)

    assert claim_job(job_id=job.pk, owner="worker 2") is None
    with pytest.raises(Conflict, match="already ended"):
        cancel_job(job=job, by=None)


def test_a_job_is_claimed_once(queue: QueueJob) -> None:
    job = queue()

    first, second = claim_job(job_id=job.pk, owner="worker 1"), claim_job(job_id=job.pk, owner="worker 2")

    assert first is not None
    assert second is None


def test_a_job_whose_lease_ran_out_is_claimed_by_the_next_worker(claimed_job: Job) -> None:
    later = timezone.now() + LEASE + timedelta(seconds=1)

    again = claim_job(job_id=claimed_job.pk, owner="worker 2", now=later)

    assert again is not None
    assert again.attempt == 2


def test_a_worker_that_was_thought_dead_can_not_publish(claimed_job: Job) -> None:
    claim_job(job_id=claimed_job.pk, owner="worker 2", now=timezone.now() + 2 * LEASE)

    for late in (
        lambda: finish_job(job_id=claimed_job.pk, attempt=1, state=S.SUCCEEDED),
        lambda: renew_lease(job_id=claimed_job.pk, attempt=1),
        lambda: JobContext(claimed_job).fenced().__enter__(),
        lambda: JobContext(claimed_job).progress(1, 2),
    ):
        with pytest.raises(LostLease), transaction.atomic():
            late()


def test_a_fenced_write_renews_the_lease(claimed_job: Job) -> None:
    Job.objects.filter(pk=claimed_job.pk).update(lease_until=timezone.now())

    with JobContext(claimed_job).fenced():
        pass

    claimed_job.refresh_from_db()
    assert claimed_job.lease_until is not None
    assert claimed_job.lease_until > timezone.now() + LEASE / 2


def test_cancelling_a_running_job_asks_it_to_stop(claimed_job: Job, administrator: User) -> None:
    cancel_job(job=claimed_job, by=administrator)

    assert claimed_job.state == S.RUNNING
    assert renew_lease(job_id=claimed_job.pk, attempt=1) is True
    assert AuditEvent.objects.filter(action="job.cancel", object_id=str(claimed_job.pk)).exists()


def test_a_released_job_loses_no_attempt(claimed_job: Job) -> None:
    release_job(job_id=claimed_job.pk, attempt=1)

    claimed_job.refresh_from_db()
    assert claimed_job.state == S.QUEUED
    assert claimed_job.max_attempts - claimed_job.attempt == 3


def test_a_cancelled_job_is_not_queued_again_when_its_worker_stops(claimed_job: Job) -> None:
    cancel_job(job=claimed_job, by=None)

    release_job(job_id=claimed_job.pk, attempt=1)

    claimed_job.refresh_from_db()
    assert claimed_job.state == S.CANCELLED


def test_a_second_request_with_the_same_key_returns_the_first_job(
    queue: QueueJob, specialist: User, reviewer: User
) -> None:
    first = queue(by=specialist, idempotency_key="import-1")

    assert queue(by=specialist, idempotency_key="import-1") == first
    assert queue(by=reviewer, idempotency_key="import-1") != first
    assert queue(by=specialist) != queue(by=specialist)


def test_a_job_of_a_kind_nobody_does_is_refused(db: None) -> None:
    with pytest.raises(KeyError):
        queue_job(kind=f"nobody.{uuid4()}", payload={}, by=None)
