"""Whether this machine's part of Fovea works, for container health checks: `python -m config.alive short`.

Exit status 0 or 1. Workers and the scheduler are asked through the database, where they report every few
seconds: a solo worker that is busy with a job does not answer Celery's own ping.
"""

import argparse
import http.client
import os
import socket
import sys
from datetime import timedelta

from config.environment import own_host

SEEN_WITHIN = timedelta(seconds=60)
PARTS = ("web", "short", "train", "scheduler")


def web_answers() -> bool:
    """Whether the web server answers its health address; a degraded site still serves pages."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=5)
    try:
        connection.request("GET", "/api/health/", headers={"Host": own_host()})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def was_seen(name: str) -> bool:
    """Whether the part of this name reported itself within the last minute."""
    import django

    django.setup()
    from django.utils import timezone

    from core.models import WorkerSeen

    since = timezone.now() - SEEN_WITHIN
    return WorkerSeen.objects.filter(name=name, last_seen_at__gte=since).exists()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=PARTS)
    part = parser.parse_args().part
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    return 0 if (web_answers() if part == "web" else was_seen(f"{part}@{socket.gethostname()}")) else 1


if __name__ == "__main__":
    sys.exit(main())
