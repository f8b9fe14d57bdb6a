"""What a Celery worker does beside its jobs: it says that it lives, sweeps at its start, notices a stall."""

import logging
import os
import signal
import threading
import time
from datetime import timedelta
from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down
from django.db import close_old_connections, connections
from django.utils import timezone

from core.models import Job
from core.services import publishing, workers
from core.services.job_context import worker_stops
from core.services.sweeping import sweep_jobs
from core.states import JobState

log = logging.getLogger(__name__)

SEEN_EVERY_S = 10.0
STALLED_AFTER_S = 60.0
_EX_TEMPFAIL = 75


def start_life(sender: Any, **_: Any) -> None:
    """Start the thread that reports this worker; it goes on while a solo worker is busy."""
    queues = sorted(sender.app.amqp.queues.consume_from)
    thread = threading.Thread(
        target=_live, args=(str(sender.hostname), queues), name="worker-life", daemon=True
    )
    thread.start()


def ask_jobs_to_stop(**_: Any) -> None:
    """Let a running job notice, so that it goes back to the queue at its next check."""
    worker_stops.set()


def end_life(sender: Any, **_: Any) -> None:
    """Take this worker off the list of those seen."""
    try:
        workers.mark_gone(name=str(sender.hostname))
    except Exception as error:  # the database may have been stopped first
        log.warning("could not take this worker off the list: %s", error)


def _live(name: str, queues: list[str]) -> None:
    swept = False
    while not worker_stops.is_set():
        try:
            workers.mark_seen(name=name, queues=",".join(queues))
            if not swept:
                sweep_jobs()
                swept = True
            if is_stalled(queues):
                _restart(name)
        except Exception as error:  # the database may be away for a moment
            log.warning("worker %s could not report itself: %s", name, error)
            connections.close_all()
        finally:
            close_old_connections()
        worker_stops.wait(SEEN_EVERY_S)


def is_stalled(queues: list[str]) -> bool:
    """Whether this worker has been idle while jobs waited and the broker held messages for it.

    A Celery worker sometimes stays deaf after its broker was restarted (celery #8030, #8990).
    """
    if workers.idle_seconds() < STALLED_AFTER_S:
        return False
    since = timezone.now() - timedelta(seconds=STALLED_AFTER_S)
    waiting = Job.objects.filter(state=JobState.QUEUED, queue__in=queues, published_at__lt=since)
    return waiting.exists() and any(publishing.messages_waiting(queue) for queue in queues)


def _restart(name: str) -> None:
    log.error("worker %s is idle while jobs wait: it ends, and its supervisor starts it again", name)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os._exit(_EX_TEMPFAIL)


worker_ready.connect(start_life)
worker_shutting_down.connect(ask_jobs_to_stop)
worker_shutdown.connect(end_life)
