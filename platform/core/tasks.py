"""What the broker carries: the id of a job, and nothing else; and the chores of core."""

from uuid import UUID

from core.background import background_task
from core.housekeeping import frequent
from core.models import Viewing
from core.services import job_runner
from core.services.viewings import chain_viewings


@background_task(name="core.run_job")
def run_job(job_id: str) -> None:
    """Do a queued job; a repeat delivery finds it claimed and returns."""
    job_runner.run_job(job_id=UUID(job_id))


@frequent
def tell_viewings() -> None:
    """Tell the audit log who looked at whom."""
    if Viewing.objects.exists():
        chain_viewings()
