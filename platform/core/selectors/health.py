"""How the parts are: database, broker, workers, disk. Asked all at once, with one time limit for all."""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from core.models import WorkerSeen
from core.models.worker import SEEN_WITHIN
from core.states import Queue

Answer = TypeVar("Answer")
TIME_LIMIT_S = 1.2  # for all questions together; the page answers in under 1.5 s


class HealthStatus(StrEnum):
    """What works: everything, saving and reading only, nothing."""

    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHealth:
    """Whether a part answers, and what is wrong."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerHealth:
    """A worker that was seen, and whether it was seen lately."""

    name: str
    queues: list[str]
    host: str
    pid: int
    started_at: datetime
    last_seen_at: datetime
    alive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskSpace:
    """Room on the data folder's disk, in bytes."""

    total_bytes: int
    free_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Everything the health page says."""

    status: HealthStatus
    database: PartHealth
    broker: PartHealth
    workers: list[WorkerHealth]


class _Question(Generic[Answer]):
    """Runs a function in a thread from now on; nobody waits for it past the time limit."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self._result: Answer | None = None
        self.problem = f"no answer within {TIME_LIMIT_S} s"
        self._ask = ask
        self._give_up = time.monotonic() + TIME_LIMIT_S
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def answer(self) -> Answer | None:
        """Return the answer; None when there is none in time, and then `problem` says why."""
        self._thread.join(max(0.0, self._give_up - time.monotonic()))
        return self._result

    def _run(self) -> None:
        try:
            self._result = self._ask()
        except Exception as error:  # whatever a driver raises, the part does not work
            self.problem = f"{type(error).__name__}: {error}"[:200]


def health() -> Health:
    """Ask all parts. Down: no database. Degraded: no broker, no scheduler or a queue without a worker."""
    broker_question = _Question(_ping_broker)
    workers_question = _Question(_workers_in_thread)
    workers = workers_question.answer()
    broker = broker_health(broker_question)
    if workers is None:
        problem = workers_question.problem
        database = PartHealth(ok=False, detail=problem)
        return Health(status=HealthStatus.DOWN, database=database, broker=broker, workers=[])
    complete = broker.ok and not _missing(workers)
    return Health(
        status=HealthStatus.OK if complete else HealthStatus.DEGRADED,
        database=PartHealth(ok=True, detail=""),
        broker=broker,
        workers=workers,
    )


def broker_health(question: _Question[bool] | None = None) -> PartHealth:
    """Whether the broker answers a ping in time."""
    question = question or _Question(_ping_broker)
    ok = bool(question.answer())
    return PartHealth(ok=ok, detail="" if ok else question.problem)


def workers_seen() -> list[WorkerHealth]:
    """All workers and the scheduler, by name; the scheduler has no queue."""
    since = timezone.now() - SEEN_WITHIN
    return [
        WorkerHealth(
            name=row.name,
            queues=[name for name in row.queues.split(",") if name],
            host=row.host,
            pid=row.pid,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            alive=row.last_seen_at >= since,
        )
        for row in WorkerSeen.objects.order_by("name")
    ]


def disk_space() -> DiskSpace:
    """Return the room on the data folder's disk."""
    usage = shutil.disk_usage(settings.DATA_DIR)
    return DiskSpace(total_bytes=usage.total, free_bytes=usage.free)


def _missing(workers: list[WorkerHealth]) -> list[str]:
    served = {queue for worker in workers if worker.alive for queue in worker.queues}
    missing = [queue.value for queue in Queue if queue.value not in served]
    if not any(worker.alive and not worker.queues for worker in workers):
        missing.append("scheduler")
    return missing


def _ping_broker() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIME_LIMIT_S * 0.8,
        socket_connect_timeout=TIME_LIMIT_S * 0.8,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        return bool(client.ping())
    finally:
        client.close()


def _workers_in_thread() -> list[WorkerHealth]:
    try:
        return workers_seen()
    finally:
        connection.close()
