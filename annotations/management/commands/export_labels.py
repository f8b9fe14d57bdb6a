"""Writes the readings of images as a labels CSV."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.exporting import ExportCommand
from annotations.selectors import LabelTask
from annotations.services.data_out.export_labels import export_labels


class Command(ExportCommand):
    """Labels CSV out."""

    help = (
        "Write a labels CSV (file, patient, eye, label, icdr_grade, dme_risk, exam_date, site, camera) of "
        "every image that somebody read; import_images --labels takes it back. Text that a spreadsheet "
        "would run as a formula gets an apostrophe before it, which the import takes off again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file."""
        super().add_arguments(parser)
        parser.add_argument("out", metavar="OUT", type=Path)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Write it."""
        label_sets = self.chosen(options, task=LabelTask.READING)
        with self.written(options["out"]) as file:
            report = export_labels(label_sets=label_sets, out=file, progress=self.writing().progress)
        return self.told(report, options["out"])
