"""A long piece of work: the queue of record."""

import uuid

from django.conf import settings
from django.db import models

from core.states import JobState, Queue


class Job(models.Model):
    """One long piece of work. The row is the truth; the broker only wakes workers.

    Every write by a worker carries the `attempt` it claimed, so one that was thought dead can't publish.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=64)
    queue = models.CharField(max_length=16, choices=Queue.choices, default=Queue.SHORT)
    state = models.CharField(max_length=16, choices=JobState.choices, default=JobState.QUEUED)
    title = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict, blank=True)
    progress_done = models.PositiveBigIntegerField(default=0)
    progress_total = models.PositiveBigIntegerField(default=0)
    progress_message = models.CharField(max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    max_attempts = models.PositiveSmallIntegerField(default=3)
    lease_owner = models.CharField(max_length=200, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_requested = models.BooleanField(default=False)
    idempotency_key = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - NULLs do not clash
    error_code = models.CharField(max_length=64, blank=True)
    error_message = models.TextField(blank=True)
    error_remedy = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["state", "queue", "created_at"], name="job_state_queue_created"),
            models.Index(fields=["requested_by", "created_at"], name="job_requester_created"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["requested_by", "idempotency_key"], name="job_idempotent_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.state})"
