"""Shapes of core's answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import AuditEvent, Job
from core.selectors.health import HealthStatus

STATUSES = [status.value for status in HealthStatus]
FACTS = {"type": "object", "additionalProperties": {}}


class JobOutput(serializers.ModelSerializer[Job]):
    """A job as its page shows it."""

    requested_by = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = [
            "id",
            "kind",
            "queue",
            "state",
            "title",
            "result",
            "progress_done",
            "progress_total",
            "progress_message",
            "attempt",
            "max_attempts",
            "cancel_requested",
            "error_code",
            "error_message",
            "error_remedy",
            "requested_by",
            "created_at",
            "started_at",
            "finished_at",
        ]
        read_only_fields = fields

    def get_requested_by(self, job: Job) -> str | None:
        """The requester's user name; null for the system."""
        return job.requested_by.get_username() if job.requested_by else None

    @extend_schema_field(FACTS)
    def get_result(self, job: Job) -> dict[str, Any]:
        """What the handler returned."""
        return dict(job.result)


class PartOutput(serializers.Serializer[Any]):
    """Whether a part works."""

    ok = serializers.BooleanField()


class PartDetailOutput(PartOutput):
    """Whether a part works, and what is wrong."""

    detail = serializers.CharField(allow_blank=True)


class WorkerHealthOutput(serializers.Serializer[Any]):
    """A worker as anybody may see it; the scheduler has no queue."""

    queues = serializers.ListField(child=serializers.CharField())
    last_seen_at = serializers.DateTimeField()
    alive = serializers.BooleanField()


class HealthOutput(serializers.Serializer[Any]):
    """What works: `ok`; `degraded`: work is accepted and waits; `down`: nothing does."""

    status = serializers.ChoiceField(choices=STATUSES)
    database = PartOutput()
    broker = PartOutput()
    workers = WorkerHealthOutput(many=True)


class WorkerOutput(WorkerHealthOutput):
    """A worker as administrators see it."""

    name = serializers.CharField()
    host = serializers.CharField()
    pid = serializers.IntegerField()
    started_at = serializers.DateTimeField()


class DiskOutput(serializers.Serializer[Any]):
    """Room on the data folder's disk."""

    total_bytes = serializers.IntegerField()
    free_bytes = serializers.IntegerField()


class SystemOutput(serializers.Serializer[Any]):
    """The machine room: workers, broker, disk."""

    workers = WorkerOutput(many=True)
    broker = PartDetailOutput()
    disk = DiskOutput()


class AuditEventOutput(serializers.ModelSerializer[AuditEvent]):
    """One line of the audit log."""

    class Meta:
        model = AuditEvent
        fields = [
            "sequence",
            "at",
            "actor_name",
            "action",
            "object_type",
            "object_id",
            "before",
            "after",
            "reason",
            "hash",
        ]
        read_only_fields = fields
