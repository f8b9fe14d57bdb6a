"""Which jobs somebody may see."""

from typing import Any

from django.db.models import Q, QuerySet

from core.actions import Action
from core.models import Job
from core.states import JobState


def jobs_for(user: Any) -> QuerySet[Job]:
    """All jobs for those who may see them, else the person's own; requester joined."""
    jobs = Job.objects.select_related("requested_by")
    return jobs if user.can(Action.SEE_ALL_JOBS) else jobs.filter(requested_by=user)


def jobs_ahead_of(job: Job) -> int | None:
    """How many jobs of its queue wait or run ahead of a queued job; None when it waits no more."""
    if job.state != JobState.QUEUED:
        return None
    ahead = Q(state=JobState.RUNNING) | Q(state=JobState.QUEUED, created_at__lt=job.created_at)
    return Job.objects.filter(ahead, queue=job.queue).exclude(pk=job.pk).count()
