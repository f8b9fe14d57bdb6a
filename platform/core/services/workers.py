"""Notes which workers are alive, without asking the broker."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from core.models import WorkerSeen

FORGET_AFTER = timedelta(days=1)


_activity_lock = threading.Lock()
_running = 0
_idle_since = time.monotonic()


@contextmanager
def activity() -> Iterator[None]:
    """Mark this process as busy with a job while the block runs."""
    global _running, _idle_since
    with _activity_lock:
        _running += 1
    try:
        yield
    finally:
        with _activity_lock:
            _running -= 1
            _idle_since = time.monotonic()


def idle_seconds() -> float:
    """Return for how long this process has done no job; 0 while it does one."""
    with _activity_lock:
        return 0.0 if _running else time.monotonic() - _idle_since


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
