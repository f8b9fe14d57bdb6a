"""Proposes contours for the rectangles of whole label sets."""

from argparse import ArgumentParser
from typing import Any

from annotations.management.reporting import ReportingCommand, find_people, find_project
from inference.services.tighten_sets import tighten_label_sets


class Command(ReportingCommand):
    """Contours from rectangles."""

    help = (
        "Turn the rectangles of handed-in label sets of a source (via, person, an exact source, or a file's "
        "name) into contours: one submitted label set per set, with the source tightened:<its number>, for a "
        "reviewer to accept. What was proposed before is not proposed again. Once accepted, `train --labels "
        "tightened` uses them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the source and who asks."""
        super().add_arguments(parser)
        parser.add_argument("--source", required=True, metavar="SOURCE")
        parser.add_argument("--by", metavar="USER", help="who is named in the audit log")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Propose here and now."""
        people = find_people([options["by"]] if options["by"] else None)
        report = tighten_label_sets(
            project=find_project(options["project"]),
            source=options["source"],
            by=people[0] if people else None,
            writing=self.writing(),
        )
        self.stdout.write(
            f"{report.proposed} label sets proposed: {report.tightened:,} rectangles tightened, "
            f"{report.unchanged:,} left as they are."
        )
        return report.counts(), not report.skipped
