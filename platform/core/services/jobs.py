"""Queues, claims and ends jobs. All moves are conditional UPDATEs fenced by the attempt."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from core.errors import Conflict
from core.job_handlers import handler_for
from core.models import Job
from core.services import audit, publishing
from core.states import FINAL_STATES, JobState

LEASE = timedelta(seconds=45)


class LostLease(Exception):
    """Another attempt owns the job now, so this worker must drop what it did."""


@transaction.atomic
def queue_job(
    *, kind: str, payload: dict[str, Any], by: Any, title: str = "", idempotency_key: str | None = None
) -> Job:
    """Write a queued job in the caller's transaction and publish its id once that commits.

    With an idempotency key, a person's second request returns the first one's job.
    """
    if idempotency_key is not None:
        earlier = Job.objects.filter(requested_by=by, idempotency_key=idempotency_key)
        if job := earlier.first():
            return job
    try:
        with transaction.atomic():
            job = Job.objects.create(
                kind=kind,
                queue=handler_for(kind).queue,
                title=title,
                payload=payload,
                requested_by=by,
                idempotency_key=idempotency_key,
            )
    except IntegrityError:
        if idempotency_key is None:
            raise
        return earlier.get()  # the same request, a moment earlier
    audit.record(actor=by, action="job.queue", obj=job, after={"kind": kind, "title": title})
    publishing.publish_on_commit(job)
    return job


def claim_job(*, job_id: UUID, owner: str, now: datetime | None = None) -> Job | None:
    """Take a queued job (or one whose lease ran out) for one attempt; None when somebody was first."""
    now = now or timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    claimed = Job.objects.filter(
        free, pk=job_id, attempt__lt=F("max_attempts"), cancel_requested=False
    ).update(
        state=JobState.RUNNING,
        attempt=F("attempt") + 1,
        lease_owner=owner,
        lease_until=now + LEASE,
        started_at=now,
        error_code="",
        error_message="",
        error_remedy="",
    )
    return Job.objects.filter(pk=job_id, lease_owner=owner).first() if claimed else None


def renew_lease(*, job_id: UUID, attempt: int) -> bool:
    """Push the lease out and return whether cancelling was asked for.

    Raises LostLease when the job is no longer this attempt's.
    """
    mine = Job.objects.filter(pk=job_id, attempt=attempt, state=JobState.RUNNING)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise LostLease(f"job {job_id} attempt {attempt}")
    return bool(mine.values_list("cancel_requested", flat=True).first())


@transaction.atomic
def finish_job(*, job_id: UUID, attempt: int, state: JobState, **fields: Any) -> None:
    """Move this attempt's running job to a final state; LostLease when it is not this attempt's any more."""
    if state not in FINAL_STATES:
        raise ValueError(f"{state} is not a final state")
    _move_mine(job_id, attempt, state=state, finished_at=timezone.now(), **fields)
    after = {"state": state.value, "attempt": attempt}
    if code := fields.get("error_code"):
        after["error_code"] = code
    audit.record(actor=None, action=f"job.{state.value}", obj=Job(pk=job_id), after=after)


@transaction.atomic
def retry_job(*, job_id: UUID, attempt: int) -> None:
    """Put this attempt's running job back into the queue after an unexpected error."""
    _requeue(job_id, attempt, progress_message="An unexpected error; it is tried again.")


@transaction.atomic
def release_job(*, job_id: UUID, attempt: int) -> None:
    """Give a running job back because the worker is being stopped; the attempt does not count."""
    _requeue(job_id, attempt, max_attempts=F("max_attempts") + 1)


def _requeue(job_id: UUID, attempt: int, **fields: Any) -> None:
    """Queue this attempt's running job again, or end it when cancelling was asked for."""
    mine = Job.objects.filter(pk=job_id, attempt=attempt, state=JobState.RUNNING)
    job = mine.select_for_update().first()
    if job is None:
        raise LostLease(f"job {job_id} attempt {attempt}")
    if job.cancel_requested:
        finish_job(job_id=job_id, attempt=attempt, state=JobState.CANCELLED)
        return
    _move_mine(job_id, attempt, state=JobState.QUEUED, published_at=None, **fields)
    publishing.publish_on_commit(job)


def _move_mine(job_id: UUID, attempt: int, *, state: JobState, **fields: Any) -> None:
    changed = Job.objects.filter(pk=job_id, attempt=attempt, state=JobState.RUNNING).update(
        state=state, lease_owner="", lease_until=None, **fields
    )
    if not changed:
        raise LostLease(f"job {job_id} attempt {attempt}")


@transaction.atomic
def cancel_job(*, job: Job, by: Any) -> Job:
    """Cancel a queued job at once; ask a running one to stop. Raises Conflict when it has ended."""
    now = timezone.now()
    at_once = Job.objects.filter(pk=job.pk, state=JobState.QUEUED).update(
        state=JobState.CANCELLED, cancel_requested=True, finished_at=now
    )
    asked = at_once or Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(cancel_requested=True)
    if not asked:
        raise Conflict("This job has already ended.", remedy="Reload the page to see how it ended.")
    audit.record(actor=by, action="job.cancel", obj=job)
    job.refresh_from_db()
    return job


def has_ended(job: Job) -> bool:
    """Whether the job is in a final state."""
    return job.state in FINAL_STATES
