"""The embedded defaults plus kinds of jobs and an address that only these tests have."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import CELERY_BEAT_SCHEDULE, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.processes.jobs_app"]
ROOT_URLCONF = "tests.processes.urls"
CELERY_BEAT_SCHEDULE = {name: dict(entry) for name, entry in CELERY_BEAT_SCHEDULE.items()}
if os.environ.get("TEST_LEASE_S"):  # a stack of impatient leases: three deaths of a worker fit into a test
    CELERY_BEAT_SCHEDULE["sweep jobs"]["schedule"] = 1.0
