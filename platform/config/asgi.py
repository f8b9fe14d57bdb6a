"""The entry of asynchronous web servers."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")

application = get_asgi_application()

from inference.services.warm_up import warm_up_with_the_first_room  # noqa: E402  (needs the apps)

warm_up_with_the_first_room()
