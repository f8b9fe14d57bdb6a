"""What the export commands share: which labels, and how they report."""

import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from annotations.management.reporting import ReportingCommand, find_project
from annotations.models import LabelSet
from annotations.selectors import LabelTask
from annotations.services.data_out.export_choice import ExportReport, label_sets_to_export


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

    def chosen(
        self, options: dict[str, Any], *, task: LabelTask = LabelTask.SEGMENTER, remarks: bool = False
    ) -> list[LabelSet]:
        """One label set per image, as datasets choose it; `remarks` as `label_sets_to_export` has it."""
        return label_sets_to_export(
            project=find_project(options["project"]),
            source=options["labels"],
            waiting=options["waiting"],
            task=task,
            remarks=remarks,
        )

    def told(self, report: ExportReport, where: object) -> tuple[dict[str, Any], bool]:
        """Print the report; gives it as JSON."""
        self.say_problems(report.problems)
        self.stdout.write(f"{report.regions:,} regions of {report.images:,} images are in {where}.")
        return report.counts() | {"problems": report.problems.to_json()}, True

    @contextmanager
    def written(self, out: Path) -> Iterator[IO[str]]:
        """A text file that takes its place when the block has ended well, and never half."""
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=out.parent, encoding="utf-8", newline="", delete=False
        ) as file:
            path = Path(file.name)
            try:
                yield file
            except BaseException:
                path.unlink()
                raise
        path.chmod(0o644)
        path.replace(out)
