"""Tells workers through the broker that a job waits. Never in the request's way: the row is the truth."""

import logging
from functools import partial

from django.db import transaction
from django.utils import timezone

from core.models import Job
from core.states import JobState

log = logging.getLogger(__name__)


def publish_on_commit(job: Job) -> None:
    """Publish the job's id after the surrounding transaction commits, off the web thread."""
    transaction.on_commit(partial(publish_soon, job))


def publish_soon(job: Job) -> None:
    """Publish without waiting for the broker (a hung one blocks for seconds)."""
    raise NotImplementedError


def publish(job: Job) -> bool:
    """Publish the job's id now; False when the broker can't be reached, and the sweeper tries again."""
    from core.tasks import run_job

    try:
        run_job.apply_async(args=[str(job.pk)], queue=job.queue)
    except Exception as error:  # noqa: BLE001 - kombu raises many kinds, all of them mean: later
        log.warning("job %s waits, the broker does not answer: %s", job.pk, error)
        return False
    Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(published_at=timezone.now())
    return True
