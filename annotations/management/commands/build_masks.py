"""Builds the masks of accepted label sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from annotations.selectors import LabelTask, chosen_label_sets
from annotations.services.data_in.writing import Writing
from annotations.services.masks import build_masks, write_mask_files


class Command(ReportingCommand):
    """Masks of accepted label sets."""

    help = (
        "Build one 1-bit PNG per lesion class that was looked for, at each image's own size. One accepted "
        "label set per image counts; --labels names a source: via, labels, person, an exact source, or a "
        "file's name. What was built before is checked, not built again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the source and the folder."""
        super().add_arguments(parser)
        parser.add_argument("--labels", metavar="SOURCE")
        parser.add_argument("--out", type=Path, metavar="DIR", help="also write <stem>_<CLASS>.png there")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Build, and write the files when a folder is given."""
        project, source = find_project(options["project"]), options["labels"]
        writing: Writing = self.writing()
        report = build_masks(
            project=project,
            source=source,
            by=None,
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
        answer = report.counts()
        if options["out"]:
            label_sets = list(chosen_label_sets(project=project, task=LabelTask.SEGMENTER, source=source))
            answer["files"] = write_mask_files(report, label_sets=label_sets, folder=options["out"])
        self.stdout.write(
            f"{report.masks} masks of {report.label_sets} label sets, {report.built} of them new."
        )
        return answer, True
