"""What the sweeper brings back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent, Job
from core.services import publishing, sweeping
from core.services.jobs import LEASE, cancel_job, claim_job
from core.services.sweeping import sweep_jobs
from core.states import JobState

QueueJob = Callable[..., Job]


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """A broker that forgets: everything published is in the list, nothing waits in its queues."""
    sent: list[Job] = []

    def send(job: Job) -> bool:
        Job.objects.filter(pk=job.pk).update(published_at=timezone.now())
        sent.append(job)
        return True

    monkeypatch.setattr(publishing, "publish", send)
    monkeypatch.setattr(publishing, "messages_waiting", lambda queue: 0)
    return sent


def test_a_job_whose_worker_died_is_queued_again(claimed_job: Job, broker: list[Job]) -> None:
    counts = sweep_jobs(now=timezone.now() + 2 * LEASE)

    claimed_job.refresh_from_db()
    assert claimed_job.state == JobState.QUEUED
    assert counts["requeued"] == 1
    assert broker == [claimed_job]


def test_a_job_with_a_live_worker_is_left_alone(claimed_job: Job, broker: list[Job]) -> None:
    assert not any(sweep_jobs().values())


def test_a_job_that_kills_its_worker_three_times_fails_and_says_so(
    queue: QueueJob, broker: list[Job]
) -> None:
    job, now = queue(), timezone.now()
    for attempt in range(3):
        assert claim_job(job_id=job.pk, owner=f"worker {attempt}", now=now)
        now += 2 * LEASE
        sweep_jobs(now=now)

    job.refresh_from_db()
    assert (job.state, job.error_code) == (JobState.FAILED, "worker_died")
    assert "3 attempts" in job.error_message
    assert AuditEvent.objects.filter(action="job.failed", object_id=str(job.pk)).count() == 1


def test_a_cancelled_job_whose_worker_died_is_cancelled(claimed_job: Job, broker: list[Job]) -> None:
    cancel_job(job=claimed_job, by=None)

    sweep_jobs(now=timezone.now() + 2 * LEASE)

    claimed_job.refresh_from_db()
    assert claimed_job.state == JobState.CANCELLED


def test_a_job_that_was_never_published_is(queue: QueueJob, broker: list[Job]) -> None:
    job = queue()

    assert sweep_jobs(now=timezone.now() + timedelta(seconds=5))["published"] == 1
    assert broker == [job]


def test_a_job_nobody_claimed_is_published_again_after_a_while(queue: QueueJob, broker: list[Job]) -> None:
    queue()
    now = timezone.now()
    sweep_jobs(now=now + timedelta(seconds=5))

    assert sweep_jobs(now=now + timedelta(seconds=15))["published"] == 0
    assert sweep_jobs(now=now + sweeping.REPUBLISH_AFTER + timedelta(seconds=5))["published"] == 1


def test_messages_do_not_pile_up_behind_a_long_job(
    queue: QueueJob, broker: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue()
    monkeypatch.setattr(publishing, "messages_waiting", lambda queue: 1)

    assert sweep_jobs(now=timezone.now() + timedelta(hours=1))["published"] == 0


def test_a_broker_that_is_away_costs_one_question(queue: QueueJob, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(publishing, "messages_waiting", lambda queue: asked.append(queue))
    queue()
    queue(kind="test.train")

    assert sweep_jobs(now=timezone.now() + timedelta(minutes=5))["published"] == 0
    assert len(asked) == 1
