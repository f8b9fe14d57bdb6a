"""`manage.py verify_decision FILE`: checks a report of a review (PDF, JSON, FHIR) against what was signed."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from review.services.verify import Verified, verify_report


class Command(BaseCommand):
    """Names what was altered and ends with status 1 when anything was."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file and `--json`."""
        parser.add_argument("file", type=Path, help="the report: PDF, JSON or FHIR")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print."""
        try:
            verified = verify_report(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"{options['file']} can't be read: {error.strerror}") from error
        except DomainError as error:
            verified = Verified(sha256="", problems=[str(error)])
        if options["json"]:
            first = next(iter(verified.problems), None)
            told = {"ok": verified.ok, "first_bad": first, "problems": verified.problems}
            self.stdout.write(json.dumps({**told, "sha256": verified.sha256}))
        elif verified.ok:
            self.stdout.write(f"As it was signed. SHA-256 {verified.sha256}")
        else:
            for problem in verified.problems:
                self.stderr.write(problem)
        if not verified.ok:
            raise SystemExit(1)
