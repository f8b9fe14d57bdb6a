"""What a job handler may do: report progress, notice a cancel, write results while it still owns the job."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.models import Job
from core.services.jobs import LEASE, LostLease, renew_lease
from core.states import JobState

worker_stops = threading.Event()  # set when this worker process was asked to end


class JobCancelled(Exception):
    """The person asked for the job to stop."""


class WorkerStopping(Exception):
    """This worker was asked to end; the job goes back to the queue without losing an attempt."""


class JobContext:
    """One attempt at one job, handed to its handler.

    A heartbeat (core.services.heartbeat) sets `cancel_seen` and `lease_lost` from a thread of its own.
    Without one, as in most tests, the context asks the database itself.
    """

    progress_interval_s = 0.5

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload
        self.cancel_seen = False
        self.lease_lost = False
        self.has_heartbeat = False
        self._last_progress = float("-inf")

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work is; written at most twice a second, and always at the end.

        Raises as `check_cancelled` does, so a handler that reports progress can be stopped.
        """
        self.check_cancelled()
        now = time.monotonic()
        if done < total and now - self._last_progress < self.progress_interval_s:
            return
        self._last_progress = now
        changed = self._mine().update(
            progress_done=done, progress_total=total, progress_message=message[:300]
        )
        if not changed:
            raise self._lost()

    def check_cancelled(self) -> None:
        """Raise JobCancelled, WorkerStopping, or LostLease when another attempt owns the job."""
        if not self.has_heartbeat:
            self.look()
        if self.lease_lost:
            raise self._lost()
        if self.cancel_seen:
            raise JobCancelled
        if worker_stops.is_set():
            raise WorkerStopping

    def look(self) -> None:
        """Read whether the job is still this attempt's, and whether cancelling was asked for."""
        asked = self._mine().values_list("cancel_requested", flat=True).first()
        self.lease_lost = asked is None
        self.cancel_seen = bool(asked)

    def renew(self) -> None:
        """Push the lease out."""
        try:
            self.cancel_seen = renew_lease(job_id=self.job.pk, attempt=self.job.attempt)
        except LostLease:
            self.lease_lost = True

    @contextmanager
    def fenced(self) -> Iterator[Job]:
        """Open a transaction that holds the job's row and this attempt's right to write.

        Raises LostLease when another attempt owns the job. The lease is renewed with the commit: the
        heartbeat could not do it meanwhile.
        """
        with transaction.atomic():
            job = self._mine().select_for_update().first()
            if job is None:
                raise self._lost()
            yield job
            self._mine().update(lease_until=timezone.now() + LEASE)

    def _lost(self) -> LostLease:
        return LostLease(f"job {self.job.pk} attempt {self.job.attempt}")

    def _mine(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=JobState.RUNNING)
