"""The web server's entry: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = get_wsgi_application()

from inference.services.warm_up import warm_up_with_the_first_room  # noqa: E402  (needs the apps)

warm_up_with_the_first_room()

import config.urls  # noqa: E402, F401  (loaded now and not during the first request)
from config.collector import collect_little_and_often  # noqa: E402

collect_little_and_often()
