"""Waiting for a job on the command line: workers do it, or this process when there are none."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.db import connections

from core.errors import Conflict
from core.models import Job
from core.selectors.health import workers_seen
from core.services.job_runner import run_job
from core.services.jobs import cancel_job, has_ended

LOOK_EVERY_S = 1.0
Say = Callable[[str], object]


def wait_for_job(job: Job, *, say: Say) -> Job:
    """Return the job once it has ended, telling of its progress. Ctrl-C cancels it.

    Without a living worker on its queue the job is claimed and done in this process.
    """
    try:
        return _wait(job, say=say)
    except KeyboardInterrupt:
        with suppress(Conflict):
            cancel_job(job=job, by=job.requested_by)
        raise


def _wait(job: Job, *, say: Say) -> Job:
    told = ""
    while True:
        job.refresh_from_db()
        if has_ended(job):
            return job
        if job.state == "queued" and not has_worker(job.queue):
            with _telling(job, say=say):
                run_job(job_id=job.pk)
            continue
        told = _tell(job, told, say)
        time.sleep(LOOK_EVERY_S)


def has_worker(queue: str) -> bool:
    """Whether a worker that takes jobs of this queue was seen lately."""
    return any(worker.alive and queue in worker.queues for worker in workers_seen())


@contextmanager
def _telling(job: Job, *, say: Say) -> Iterator[None]:
    """Tell of the job's progress from a thread while this one does the work."""
    stop = threading.Event()

    def watch() -> None:
        told = ""
        try:
            while not stop.wait(LOOK_EVERY_S):
                with suppress(Exception):  # the database may be busy; the next look tells
                    told = _tell(Job.objects.get(pk=job.pk), told, say)
        finally:
            connections.close_all()

    thread = threading.Thread(target=watch, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)


def _tell(job: Job, told: str, say: Say) -> str:
    """Print the job's message when it has changed; returns it."""
    message = job.progress_message or f"{job.state}, waiting for a worker"
    if message != told:
        say(message)
    return message
