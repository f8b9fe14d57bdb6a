"""Writes masks of what was labelled."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.exporting import ExportCommand
from annotations.services.data_out.export_masks import export_masks
from annotations.services.data_out.export_sinks import FolderSink


class Command(ExportCommand):
    """Masks out."""

    help = (
        "Write masks at each image's own size: <stem>_<CLASS>.png, 1 bit, for every class that was looked "
        "for (empty where it is absent), or with --indexed one numbered <stem>.png per image and "
        "classes.json. import_masks takes either back."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--indexed", action="store_true", help="one numbered file per image")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Write them."""
        report = export_masks(
            label_sets=self.chosen(options),
            indexed=options["indexed"],
            sink=FolderSink(options["folder"]),
            progress=self.writing().progress,
        )
        return self.told(report, options["folder"])
