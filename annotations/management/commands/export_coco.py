"""Writes what was labelled as COCO."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.exporting import ExportCommand
from annotations.services.data_out.export_coco import export_coco


class Command(ExportCommand):
    """COCO out."""

    help = (
        "Write what was labelled as one COCO file: outlines, and pixel by pixel where a region has holes; "
        "both are exact to the pixel. import_coco takes it back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file."""
        super().add_arguments(parser)
        parser.add_argument("out", metavar="OUT", type=Path)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Write it."""
        label_sets = self.chosen(options)
        with self.written(options["out"]) as file:
            report = export_coco(label_sets=label_sets, out=file, progress=self.writing().progress)
        return self.told(report, options["out"])
