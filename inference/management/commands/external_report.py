"""Scores a model on a folder of images from somewhere else."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand
from inference.selectors.model_versions import model_named
from inference.services.score_folder import report_json, score_on_folder


class Command(ReportingCommand):
    """Report how a model does on data that it has never seen."""

    help = (
        "Score a model on images from somewhere else, at its card's thresholds, with bootstrap intervals "
        "over patients and what the plainest facts of the pictures reach beside it. Images that it learned "
        "from are left out and counted. The report is kept with the model, too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the model, the folders and where the report goes."""
        super().add_arguments(parser)
        parser.add_argument("--model", required=True, metavar="ID")
        parser.add_argument("--images", required=True, type=Path, metavar="DIR")
        parser.add_argument("--labels", type=Path, metavar="labels.csv", help="needed for a classifier")
        parser.add_argument("--masks", type=Path, metavar="DIR", help="needed for a segmenter")
        parser.add_argument("--name", default="", help="what to call these data (default: the folder's name)")
        parser.add_argument("--out", required=True, type=Path, metavar="report.json")
        parser.add_argument("--threads", type=int, default=1)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Score it."""
        report = score_on_folder(
            model=model_named(project=None, name=options["model"]),
            images=options["images"],
            labels=options["labels"],
            masks=options["masks"],
            name=options["name"],
            out=options["out"],
            threads=options["threads"],
            say=self.stderr.write,
        )
        left_out = sum(report.left_out.values())
        self.stdout.write(
            f"{report.images} images of {report.patients} patients scored, {left_out} left out; the report "
            f"is in {options['out']}"
        )
        return report_json(report), True
