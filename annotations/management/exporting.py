"""What the export commands share: which labels, and how they report."""

from argparse import ArgumentParser
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from annotations.models import LabelSet
from annotations.selectors import LabelTask
from annotations.services.export_choice import ExportReport, label_sets_to_export


class ExportCommand(ReportingCommand):
    """A command that writes labels to files."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add which labels."""
        super().add_arguments(parser)
        parser.add_argument(
            "--labels",
            default="",
            metavar="SOURCE",
            help="only label sets of this source: via, masks, person, an exact source, or a file's name",
        )
        parser.add_argument(
            "--waiting", action="store_true", help="label sets that nobody accepted yet count too"
        )

    def chosen(self, options: dict[str, Any], *, task: LabelTask = LabelTask.SEGMENTER) -> list[LabelSet]:
        """One label set per image, as datasets choose it."""
        return label_sets_to_export(
            project=find_project(options["project"]),
            source=options["labels"],
            waiting=options["waiting"],
            task=task,
        )

    def told(self, report: ExportReport, where: object) -> tuple[dict[str, Any], bool]:
        """Print the report; gives it as JSON."""
        self.say_problems(report.problems)
        self.stdout.write(f"{report.regions:,} regions of {report.images:,} images are in {where}.")
        return report.counts() | {"problems": report.problems.to_json()}, True
