"""Workers that were seen alive."""

from datetime import timedelta

from django.db import models

SEEN_WITHIN = timedelta(seconds=45)  # a worker that was not seen for longer counts as gone


class WorkerSeen(models.Model):
    """One worker process group, renewed by its heartbeat; the health page reads it without a broker."""

    name = models.CharField(max_length=200, unique=True)
    queues = models.CharField(max_length=200)
    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
