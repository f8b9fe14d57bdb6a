"""What workers and the scheduler do beside jobs."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from core import scheduler, worker_life
from core.models import Job, WorkerSeen
from core.scheduler import LocalScheduler
from core.services import publishing, workers

QueueJob = Callable[..., Job]


@pytest.fixture
def swept(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    ran: list[str] = []
    monkeypatch.setitem(scheduler.LOCAL, "core.sweep", lambda: ran.append("sweep"))
    monkeypatch.setitem(scheduler.LOCAL, "core.chores", lambda: ran.append("clear"))
    monkeypatch.setattr(scheduler, "close_old_connections", lambda: None)
    yield ran


def test_the_scheduler_sweeps_at_its_start_and_needs_no_broker(
    db: None, swept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalScheduler, "_ensure_connected", lambda self: pytest.fail("it asked the broker"))
    beat = LocalScheduler(app=current_app._get_current_object())

    assert sorted(swept) == ["clear", "sweep"]
    assert beat.tick() > 0
    assert [row.queues for row in WorkerSeen.objects.all()] == [""]


def test_an_error_in_a_sweep_does_not_end_the_scheduler(
    db: None, swept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise OSError("the database is away")

    monkeypatch.setitem(scheduler.LOCAL, "core.sweep", fail)
    LocalScheduler(app=current_app._get_current_object())

    assert swept == ["clear"]


def test_every_entry_of_the_schedule_has_its_function(settings: Any) -> None:
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} == set(scheduler.LOCAL)


@pytest.fixture
def waiting_since_long(queue: QueueJob, monkeypatch: pytest.MonkeyPatch) -> Job:
    job = queue()
    Job.objects.filter(pk=job.pk).update(published_at=timezone.now() - timedelta(minutes=5))
    monkeypatch.setattr(workers, "idle_seconds", lambda: 300.0)
    monkeypatch.setattr(publishing, "messages_waiting", lambda queue: 1)
    return job


def test_a_worker_that_hears_nothing_while_jobs_wait_is_stalled(waiting_since_long: Job) -> None:
    assert worker_life.is_stalled(["short"])
    assert not worker_life.is_stalled(["train"])


@pytest.mark.parametrize(("idle_s", "messages"), [(0.0, 1), (30.0, 1), (300.0, 0), (300.0, None)])
def test_a_busy_worker_and_one_without_messages_are_not_stalled(
    waiting_since_long: Job, monkeypatch: pytest.MonkeyPatch, idle_s: float, messages: int | None
) -> None:
    monkeypatch.setattr(workers, "idle_seconds", lambda: idle_s)
    monkeypatch.setattr(publishing, "messages_waiting", lambda queue: messages)

    assert not worker_life.is_stalled(["short"])


def test_a_worker_is_busy_while_it_does_a_job() -> None:
    with workers.activity():
        assert workers.idle_seconds() == 0.0

    assert workers.idle_seconds() < 5


def test_a_worker_that_stops_in_good_order_leaves_the_list(db: None) -> None:
    workers.mark_seen(name="short@here", queues="short")

    worker_life.end_life(sender=SimpleNamespace(hostname="short@here"))

    assert not WorkerSeen.objects.exists()
