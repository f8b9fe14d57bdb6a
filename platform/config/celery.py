"""The Celery application.

Start workers with `celery -A config worker --pool solo -Q short -n short@%h --without-gossip
--without-mingle` (likewise `train`), and one scheduler with `celery -A config beat`. A solo worker does one
job at a time in its own process; heavy work runs in a child process (core.services.child_process).
"""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("fovea")
app.config_from_object("django.conf:settings", namespace="CELERY")


def keep_the_settings_logging(**_: Any) -> None:
    """Stop Celery from setting up logging of its own: LOGGING in the settings counts."""


setup_logging.connect(keep_the_settings_logging)
