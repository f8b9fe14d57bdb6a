"""What the broker carries: the id of a job, and nothing else."""

from uuid import UUID

from core.background import background_task
from core.services import job_runner


@background_task(name="core.run_job")
def run_job(job_id: str) -> None:
    """Do a queued job; a repeat delivery finds it claimed and returns."""
    job_runner.run_job(job_id=UUID(job_id))
