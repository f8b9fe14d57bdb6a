"""Does one job: claim, heartbeat, handler, end."""

from uuid import UUID


def run_job(*, job_id: UUID) -> None:
    """Claim and do one job."""
    raise NotImplementedError
