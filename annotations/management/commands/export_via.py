"""Writes what was labelled as a VIA file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.exporting import ExportCommand
from annotations.services.data_out.export_via import export_via_csv, export_via_json

FORMATS = {"csv": export_via_csv, "json": export_via_json}


class Command(ExportCommand):
    """VIA out."""

    help = (
        "Write what was labelled as VGG Image Annotator reads it: CSV, or JSON when OUT ends in .json. "
        "Imported regions leave with the attributes they came with. A file name that a spreadsheet would run "
        "as a formula gets an apostrophe before it, which import_via takes off again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file."""
        super().add_arguments(parser)
        parser.add_argument("out", metavar="OUT", type=Path)
        parser.add_argument("--format", choices=sorted(FORMATS), help="default: by the ending of OUT")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Write it."""
        out: Path = options["out"]
        label_sets = self.chosen(options, remarks=True)
        kind = options["format"] or ("json" if out.suffix.lower() == ".json" else "csv")
        with self.written(out) as file:
            report = FORMATS[kind](label_sets=label_sets, out=file, progress=self.writing().progress)
        return self.told(report, out)
