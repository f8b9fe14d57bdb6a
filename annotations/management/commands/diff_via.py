"""Tells how two VIA files differ."""

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotations.management.reporting import SHOWN_PROBLEMS, ReportingCommand
from annotations.services.data_in.image_sources import NothingToImport
from annotations.services.via.diff_via import diff_via


class Command(ReportingCommand):
    """VIA files compared."""

    help = (
        "Say whether two VIA files of any version hold the same geometry and attributes for every image, and "
        "list what differs. Exit status 1 when something does."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the two files."""
        super().add_arguments(parser)
        parser.add_argument("first", metavar="A", type=Path)
        parser.add_argument("second", metavar="B", type=Path)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Compare them."""
        for path in (options["first"], options["second"]):
            if not path.is_file():
                raise NothingToImport(f"There is no file {path}.", remedy="Check the path.")
        diff = diff_via(options["first"], options["second"])
        for difference in diff.differences[:SHOWN_PROBLEMS]:
            self.stdout.write(str(difference))
        self.stdout.write(
            f"The same: {diff.regions:,} entries of {diff.images:,} images."
            if diff.same
            else f"{diff.count:,} differences in {diff.differing_images:,} of {diff.images:,} images."
        )
        return asdict(diff) | {"same": diff.same}, diff.same
