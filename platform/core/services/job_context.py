"""What a job handler may do: report progress, notice a cancel, write results while it still owns the job."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from core.models import Job
from core.services.jobs import LostLease
from core.states import JobState


class JobCancelled(Exception):
    """The person asked for the job to stop."""


class JobContext:
    """One attempt at one job, handed to its handler."""

    progress_interval_s = 0.5

    def __init__(self, job: Job) -> None:
        self.job = job
        self.payload: dict[str, Any] = job.payload
        self.cancel_seen = False
        self.lease_lost = False
        self._last_progress = 0.0

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Show how far the work is; written at most twice a second, and always at the end.

        Raises JobCancelled or LostLease, so a handler that reports progress can be stopped.
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
            raise LostLease(f"job {self.job.pk} attempt {self.job.attempt}")

    def check_cancelled(self) -> None:
        """Raise JobCancelled when asked to stop, LostLease when another attempt owns the job."""
        if self.lease_lost:
            raise LostLease(f"job {self.job.pk} attempt {self.job.attempt}")
        if self.cancel_seen:
            raise JobCancelled

    @contextmanager
    def fenced(self) -> Iterator[Job]:
        """Open a transaction that holds the job's row and this attempt's right to write."""
        with transaction.atomic():
            job = self._mine().select_for_update().first()
            if job is None:
                raise LostLease(f"job {self.job.pk} attempt {self.job.attempt}")
            yield job

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, attempt=self.job.attempt, state=JobState.RUNNING)
