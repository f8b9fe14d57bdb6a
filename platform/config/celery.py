"""The Celery application.

Start workers with `celery -A config worker --pool solo -Q short -n short@%h --without-gossip
--without-mingle` (likewise `train`), and one scheduler with `celery -A config beat`. A solo worker does one
job at a time in its own process; heavy work runs in a child process (core.services.child_process).
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

app = Celery("fovea")
app.config_from_object("django.conf:settings", namespace="CELERY")
