"""Celery beat that runs its entries itself: the sweep must not wait behind a busy worker or a dead broker."""

import logging
from collections.abc import Callable
from typing import Any

from celery.beat import Scheduler
from django.db import close_old_connections

from core.housekeeping import run_chores, run_frequent_chores
from core.services import workers
from core.services.sweeping import sweep_jobs

log = logging.getLogger(__name__)

LOCAL: dict[str, Callable[[], Any]] = {
    "core.sweep": sweep_jobs,
    "core.frequent_chores": run_frequent_chores,
    "core.chores": run_chores,
}


class LocalScheduler(Scheduler):  # type: ignore[misc]  # Celery has no types
    """Runs each due entry in the scheduler's own process."""

    def setup_schedule(self) -> None:
        """Read the schedule, and run every entry once at the start."""
        super().setup_schedule()
        for entry in self.schedule.values():
            self.apply_async(entry, advance=False)

    @property
    def producer(self) -> None:
        """No connection: the parent's property would wait for the broker before every tick."""
        return None

    def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        """Run the entry's function now; an error is logged and the next tick tries again."""
        entry = self.reserve(entry) if advance else entry
        try:
            workers.mark_seen(name=f"scheduler@{workers.host()}", queues="")
            LOCAL[entry.task]()
        except Exception:
            log.exception("%s failed; it runs again in %s", entry.task, entry.schedule)
        finally:
            close_old_connections()
