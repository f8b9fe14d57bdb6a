"""Notes which workers are alive, without asking the broker."""

import os
import socket
from datetime import timedelta

from django.db import close_old_connections
from django.utils import timezone

from core.models import WorkerSeen

SEEN_WITHIN = timedelta(seconds=45)
FORGET_AFTER = timedelta(days=1)

__all__ = ["FORGET_AFTER", "SEEN_WITHIN", "close_old_connections", "host", "mark_gone", "mark_seen"]


def host() -> str:
    """Return this machine's name."""
    return socket.gethostname()


def mark_seen(*, name: str, queues: str) -> None:
    """Write that a worker is alive now, and forget those unseen for a day."""
    now = timezone.now()
    alive = {"queues": queues, "host": host(), "pid": os.getpid(), "last_seen_at": now}
    if not WorkerSeen.objects.filter(name=name, pid=os.getpid()).update(**alive):
        WorkerSeen.objects.update_or_create(name=name, defaults={**alive, "started_at": now})
        WorkerSeen.objects.filter(last_seen_at__lt=now - FORGET_AFTER).delete()


def mark_gone(*, name: str) -> None:
    """Take a worker that stops in good order off the list."""
    WorkerSeen.objects.filter(name=name, pid=os.getpid()).delete()
