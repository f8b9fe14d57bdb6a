"""Which jobs somebody may see."""

from typing import Any

from django.db.models import QuerySet

from core.actions import Action
from core.models import Job


def jobs_for(user: Any) -> QuerySet[Job]:
    """All jobs for those who may see them, else the person's own; requester joined."""
    jobs = Job.objects.select_related("requested_by")
    return jobs if user.can(Action.SEE_ALL_JOBS) else jobs.filter(requested_by=user)
