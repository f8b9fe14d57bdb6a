"""Checks the zip of a dataset version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand
from inference.services.export_dataset import verify_export


class Command(ReportingCommand):
    """A dataset's zip checked."""

    help = (
        "Check the zip of a dataset version against its manifest: every file's hash, and that the content "
        "hash follows from them. Needs no database content. Exit status 1 names what was altered."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE.zip", type=Path)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Check it."""
        wrong = verify_export(options["file"])
        for line in wrong[:50]:
            self.stderr.write(line)
        self.stdout.write("altered" if wrong else "whole")
        return {"ok": not wrong, "wrong": wrong}, not wrong
