"""Django's entry to the tests' jobs."""

import os
from datetime import timedelta

from django.apps import AppConfig


class JobsAppConfig(AppConfig):
    """Job kinds that do little, note what they did, or end their worker."""

    name = "tests.processes.jobs_app"
    label = "process_tests"

    def ready(self) -> None:
        """Shorten the leases where a test asked for it."""
        if lease_s := os.environ.get("TEST_LEASE_S"):
            from core.services import heartbeat, job_context, jobs

            for module in (jobs, job_context):
                vars(module)["LEASE"] = timedelta(seconds=float(lease_s))
            heartbeat.RENEW_EVERY_S = float(lease_s) / 3
