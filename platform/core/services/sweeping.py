"""Brings back what dead workers and lost messages left behind. Runs every 15 s and at a worker's start.

Any number of sweepers may run at once: each move is one conditional UPDATE.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from core.models import Job
from core.services import audit, publishing
from core.states import JobState

log = logging.getLogger(__name__)

REPUBLISH_AFTER = timedelta(seconds=30)
_AT_ONCE = 500


def sweep_jobs(*, now: datetime | None = None) -> dict[str, int]:
    """Requeue or end jobs whose worker died, and publish again those nobody claimed.

    Returns the counts `cancelled, failed, requeued, published`.
    """
    now = now or timezone.now()
    ended = {"cancelled": 0, "failed": 0, "requeued": 0}
    for job in Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now)[:_AT_ONCE]:
        if outcome := _bring_back(job, now):
            ended[outcome] += 1
            log.warning("job %s %s: worker %s died; %s", job.pk, job.kind, job.lease_owner, outcome)
    return {**ended, "published": _publish_waiting(now)}


@transaction.atomic
def _bring_back(job: Job, now: datetime) -> str | None:
    """Move one job whose lease ran out; returns what became of it, None when somebody else was first."""
    lost = Job.objects.filter(pk=job.pk, attempt=job.attempt, state=JobState.RUNNING, lease_until__lt=now)
    if lost.filter(cancel_requested=True).update(
        state=JobState.CANCELLED, lease_owner="", lease_until=None, finished_at=now
    ):
        outcome = "cancelled"
    elif lost.filter(attempt__gte=F("max_attempts")).update(
        state=JobState.FAILED,
        lease_owner="",
        lease_until=None,
        finished_at=now,
        error_code="worker_died",
        error_message=f"The worker died during each of {job.attempt} attempts at this job.",
        error_remedy="Look at the worker's log and its memory, then start the work again.",
    ):
        outcome = "failed"
    elif lost.filter(cancel_requested=False).update(
        state=JobState.QUEUED, lease_owner="", lease_until=None, published_at=None
    ):
        return "requeued"
    else:
        return None
    after = {"state": outcome, "attempt": job.attempt, "error_code": "worker_died"}
    audit.record(actor=None, action=f"job.{outcome}", obj=job, after=after)
    return outcome


def _publish_waiting(now: datetime) -> int:
    """Publish waiting jobs again where the broker holds fewer messages than jobs wait.

    The comparison keeps messages from piling up behind one long job.
    """
    waiting = Job.objects.filter(state=JobState.QUEUED)
    unsent = Q(published_at__isnull=True, created_at__lt=now - timedelta(seconds=2))
    overdue = unsent | Q(published_at__lt=now - REPUBLISH_AFTER)
    published = 0
    for row in waiting.order_by().values("queue").annotate(jobs=Count("pk")):
        depth = publishing.messages_waiting(row["queue"])
        if depth is None:
            return published  # the broker is away: the next sweep tries again
        if depth >= row["jobs"]:
            continue
        for job in waiting.filter(overdue, queue=row["queue"]).order_by("created_at")[:_AT_ONCE]:
            if not publishing.publish(job):
                return published
            published += 1
    return published
