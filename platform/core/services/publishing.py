"""Tells workers through the broker that a job waits. Never in the request's way: the row is the truth.

A broker that hangs blocks its caller for seconds, so requests hand ids to one background thread. What that
thread drops or fails to send, the sweeper sends.
"""

import contextlib
import logging
import os
import queue
import threading
from functools import partial
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from kombu.exceptions import ChannelError

from core.models import Job
from core.states import JobState

log = logging.getLogger(__name__)

TASK_NAME = "core.run_job"
_WAITING_AT_MOST = 1000

Waiting = tuple[UUID, str]


class _Publisher:
    """One daemon thread per process and a bounded list of ids to publish."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._started_in: int | None = None
        self._waiting: queue.Queue[Waiting] = queue.Queue(_WAITING_AT_MOST)

    def add(self, waiting: Waiting) -> None:
        """Take an id without ever waiting; a full list leaves it to the sweeper."""
        self._start_once_per_process()
        try:
            self._waiting.put_nowait(waiting)
        except queue.Full:
            log.warning("job %s is left to the sweeper: too many wait to be published", waiting[0])

    def forget(self) -> None:
        """Leave everything that waits to the sweeper."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._waiting.get_nowait()

    def _start_once_per_process(self) -> None:
        with self._lock:
            if self._started_in == os.getpid():  # a forked child has the list but not the thread
                return
            self._started_in = os.getpid()
            self._waiting = queue.Queue(_WAITING_AT_MOST)
            threading.Thread(target=self._run, name="job-publisher", daemon=True).start()

    def _run(self) -> None:
        while True:
            job_id, queue_name = self._waiting.get()
            try:
                send(job_id=job_id, queue=queue_name)
            except Exception:
                log.exception("job %s is left to the sweeper", job_id)
            finally:
                self._waiting.task_done()
                close_old_connections()


_publisher = _Publisher()


def publish_on_commit(job: Job) -> None:
    """Publish the job's id after the surrounding transaction commits, off the web thread."""
    transaction.on_commit(partial(publish_soon, job))


def publish_soon(job: Job) -> None:
    """Hand the job's id to the publisher thread and return at once, whatever the broker does."""
    if settings.PUBLISH_JOBS:
        _publisher.add((job.pk, job.queue))


def publish(job: Job) -> bool:
    """Publish the job's id now, waiting for the broker; False when it can't be reached."""
    return send(job_id=job.pk, queue=job.queue)


def send(*, job_id: UUID, queue: str) -> bool:
    """Send the id to the workers of a queue and note the time; False when the broker does not take it."""
    try:
        current_app.send_task(TASK_NAME, args=[str(job_id)], queue=queue, retry=False)
    except Exception as error:  # kombu raises many kinds, all of them mean: later
        log.warning("job %s waits, the broker does not answer: %s", job_id, error)
        return False
    Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(published_at=timezone.now())
    return True


def messages_waiting(queue: str) -> int | None:
    """Return how many messages the broker holds for a queue; None when it does not answer."""
    try:
        with current_app.connection_for_write() as connection:
            channel = connection.channel()
            try:
                return int(channel.queue_declare(queue=queue, passive=True).message_count)
            except ChannelError:
                return 0  # nothing was ever sent there
    except Exception as error:  # kombu raises many kinds
        log.warning("the broker does not answer: %s", error)
        return None
