"""`manage.py verify_audit`: checks that no audit event was altered or removed."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.services import audit


class Command(BaseCommand):
    """Recomputes the hash chain; names the first bad event and ends with status 1 when there is one."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print."""
        report = audit.verify()
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
        elif report.ok:
            self.stdout.write(f"{report.events} events, none altered. Head: {report.head}")
        else:
            self.stderr.write(f"Event {report.first_bad} is bad: {report.problem}.")
        if not report.ok:
            raise SystemExit(1)
