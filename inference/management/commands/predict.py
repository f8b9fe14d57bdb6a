"""Predicts a folder of pictures without importing them."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from inference.selectors.model_versions import chosen_models
from inference.services.predict_folder import FolderPrediction, predict_folder


class Command(ReportingCommand):
    """Predict every picture of a folder."""

    help = (
        "Predict every picture in DIR with the champions, or with the models named, and write results.json. "
        "Nothing is imported. A picture that can't be read is reported, the rest is done, and the exit "
        "status is then not 0. For research and decision support, not a medical device."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder, the models and where results go."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--model", action="append", default=[], metavar="ID", help="instead of champions")
        parser.add_argument("--out", required=True, type=Path, metavar="results.json")
        parser.add_argument(
            "--probabilities", type=Path, metavar="DIR", help="write <stem>_<CLASS>.png, 8 bit, image's size"
        )
        parser.add_argument(
            "--overlays", type=Path, metavar="DIR", help="write <stem>_overlay.jpg, lesions coloured"
        )
        parser.add_argument("--threads", type=int, default=1, help="cores for one image")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Predict the folder."""
        names: list[str] = options["model"]
        models = chosen_models(
            project=find_project(options["project"]), names=names, with_champions=not names
        )
        result: FolderPrediction = predict_folder(
            folder=options["folder"],
            models=models,
            out=options["out"],
            probabilities=options["probabilities"],
            overlays=options["overlays"],
            threads=options["threads"],
            on_progress=self._progress(),
        )
        for problem in result.problems:
            self.stderr.write(f"refused: {problem['message']} {problem['remedy']} [{problem['code']}]")
        self.stdout.write(
            f"{len(result.predictions)} predicted, {len(result.problems)} not; {options['out']}"
        )
        report = {
            "out": str(options["out"]),
            "models": result.models,
            "predicted": len(result.predictions),
            "problems": result.problems,
        }
        return report, not result.problems
