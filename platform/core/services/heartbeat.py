"""Keeps a running job's lease while its handler works, from a thread with its own database connection."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connections

from core.services.job_context import JobContext

log = logging.getLogger(__name__)

RENEW_EVERY_S = 15.0
LOOK_EVERY_S = 1.5


@contextmanager
def heartbeat(context: JobContext) -> Iterator[None]:
    """Renew the lease and watch for a cancel while the block runs; setting JOB_HEARTBEAT turns it off."""
    if not settings.JOB_HEARTBEAT:
        yield
        return
    stop = threading.Event()
    thread = threading.Thread(target=_beat, args=(context, stop), name=f"heartbeat-{context.job.pk}")
    thread.daemon = True
    context.has_heartbeat = True
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=10)
        context.has_heartbeat = False


def _beat(context: JobContext, stop: threading.Event) -> None:
    renewed_at = time.monotonic()
    try:
        while not stop.wait(LOOK_EVERY_S) and not context.lease_lost:
            try:
                if time.monotonic() - renewed_at >= RENEW_EVERY_S:
                    context.renew()
                    renewed_at = time.monotonic()
                else:
                    context.look()
            except Exception as error:  # the database may be away for a moment; writes are fenced anyway
                log.warning("heartbeat of job %s: %s", context.job.pk, error)
                connections.close_all()
    finally:
        connections.close_all()
