"""The append-only, hash-chained record of who did what."""

from django.conf import settings
from django.db import models


class AuditEvent(models.Model):
    """One change, written in the same transaction as the change itself.

    `hash` is the SHA-256 over this row's content and the previous row's hash; triggers refuse updates and
    deletes on SQLite and PostgreSQL (migration `audit_append_only`).
    """

    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(max_length=150, blank=True)
    action = models.CharField(max_length=64, db_index=True)
    object_type = models.CharField(max_length=64, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)
    reason = models.TextField(blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-sequence"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["object_id"], name="audit_object_id"),
            models.Index(fields=["actor", "-sequence"], name="audit_actor"),
            models.Index(fields=["action", "-sequence"], name="audit_action"),
            models.Index(fields=["at", "sequence"], name="audit_time"),
        ]

    def __str__(self) -> str:
        return f"#{self.sequence} {self.action}"


class AuditHead(models.Model):
    """Where the audit log ends: one row, moved on by each event, so that a log that was cut off tells.

    Triggers refuse to remove it and to move it back (`core.audit_triggers`).
    """

    ONLY = 1  # the row's primary key

    sequence = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"the log ends with #{self.sequence}"
