"""`manage.py verify_audit`: checks that no audit event was altered, removed, put in or moved."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.services import audit_check


class Command(BaseCommand):
    """Recomputes the hash chain; names the first bad event and ends with status 1 when there is one."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--json` and `--head`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
        parser.add_argument(
            "--head",
            default="",
            metavar="HASH",
            help="the head of an earlier check, kept elsewhere: it must still be in the log",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print."""
        report = audit_check.verify(kept_head=options["head"].strip().lower())
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
        elif report.ok:
            self.stdout.write(f"{report.events} events, none altered. Head: {report.head}")
        else:
            self.stderr.write(report.problem)
        if not report.ok:
            raise SystemExit(1)
