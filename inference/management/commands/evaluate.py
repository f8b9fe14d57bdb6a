"""Scores a segmenter on a folder of images and a folder of masks."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand
from inference.selectors.model_versions import model_named
from inference.services.evaluate_folder import evaluate_on_folder


class Command(ReportingCommand):
    """Score a model version on true masks."""

    help = (
        "Score a segmenter: pooled pixels inside the field of view, at the model's FOV width and its card's "
        "thresholds, with bootstrap intervals over images. Masks: <stem>_<CLASS>.png or .tif; a missing file "
        "means that the lesion is absent."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the model and the folders."""
        super().add_arguments(parser)
        parser.add_argument("--model", required=True, metavar="ID")
        parser.add_argument("--images", required=True, type=Path, metavar="DIR")
        parser.add_argument("--masks", required=True, type=Path, metavar="DIR")
        parser.add_argument("--out", required=True, type=Path, metavar="metrics.json")
        parser.add_argument("--threads", type=int, default=1)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Score it."""
        metrics = evaluate_on_folder(
            model=model_named(project=None, name=options["model"]),
            images=options["images"],
            masks=options["masks"],
            out=options["out"],
            threads=options["threads"],
        )
        self.stdout.write(f"scores are in {options['out']}")
        return metrics, True
