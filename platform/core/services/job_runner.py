"""Does one job: claim, heartbeat, handler, end."""

import logging
import time
import uuid
from typing import Any
from uuid import UUID

from core.errors import DomainError
from core.job_handlers import RegisteredHandler, handler_for
from core.models import Job
from core.services import jobs
from core.services.heartbeat import heartbeat
from core.services.job_context import JobCancelled, JobContext, WorkerStopping
from core.services.workers import activity, host
from core.states import JobState

log = logging.getLogger(__name__)


def run_job(*, job_id: UUID) -> Job | None:
    """Claim a queued job and do it; None when another worker was first or it was cancelled.

    Never raises for what the handler does: how it ended is in the returned row.
    """
    job = jobs.claim_job(job_id=job_id, owner=f"{host()}/{uuid.uuid4().hex[:12]}")
    if job is None:
        log.info("job %s is not free: another delivery, or it has ended", job_id)
        return None
    with activity():
        _do(job)
    job.refresh_from_db()
    return job


def _do(job: Job) -> None:
    context = JobContext(job)
    started = time.monotonic()
    log.info("job %s %s: attempt %d starts", job.pk, job.kind, job.attempt)
    try:
        try:
            handler = handler_for(job.kind)
        except KeyError:
            _fail(job, code="unknown_kind", message=f"This version of Fovea has no work called {job.kind}.")
        else:
            _handle(context, handler)
    except jobs.LostLease:
        log.warning("job %s: attempt %d lost its lease, its work is dropped", job.pk, job.attempt)
    log.info("job %s %s: attempt %d took %.1f s", job.pk, job.kind, job.attempt, time.monotonic() - started)


def _handle(context: JobContext, handler: RegisteredHandler) -> None:
    """Run the handler and write how it ended; LostLease when the job is no longer this attempt's."""
    job = context.job
    try:
        with heartbeat(context):
            result = handler.run(context)
    except jobs.LostLease:
        raise
    except WorkerStopping:
        jobs.release_job(job_id=job.pk, attempt=job.attempt)
    except JobCancelled:
        jobs.finish_job(job_id=job.pk, attempt=job.attempt, state=JobState.CANCELLED)
    except DomainError as error:
        _fail(job, code=error.code, message=error.message, remedy=error.remedy)
    except Exception as error:
        log.exception("job %s %s: attempt %d failed", job.pk, job.kind, job.attempt)
        _retry_or_fail(job, error)
    except BaseException:  # the worker is being stopped from outside
        jobs.release_job(job_id=job.pk, attempt=job.attempt)
        raise
    else:
        _succeed(job, result or {})


def _succeed(job: Job, result: dict[str, Any]) -> None:
    jobs.finish_job(job_id=job.pk, attempt=job.attempt, state=JobState.SUCCEEDED, result=result)


def _fail(job: Job, *, code: str, message: str, remedy: str = "") -> None:
    jobs.finish_job(
        job_id=job.pk,
        attempt=job.attempt,
        state=JobState.FAILED,
        error_code=code,
        error_message=message,
        error_remedy=remedy,
    )


def _retry_or_fail(job: Job, error: Exception) -> None:
    if job.attempt < job.max_attempts:
        jobs.retry_job(job_id=job.pk, attempt=job.attempt)
    else:
        _fail(
            job,
            code="internal_error",
            message=f"The work stopped {job.attempt} times at an unexpected error ({type(error).__name__}).",
            remedy=f"An administrator finds the details in the worker's log under job {job.pk}.",
        )
