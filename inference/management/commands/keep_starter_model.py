"""Makes a trained model the starter model of its task."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand
from inference.services.keep_starter import keep_starter_model
from inference.services.provenance import code_commit
from inference.services.starter_models import STARTER_FOLDER


class Command(ReportingCommand):
    """Put a trained model among the files of the repository; see docs/starter-models.md."""

    help = (
        "Put the model folder DIR, trained on IDRiD alone, into inference/starter as its task's starter: "
        "data, licence and the commands that make it again go onto its card. 12 MB at most."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and what is known of it."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--manifest", required=True, type=Path, metavar="FILE", help="what it was trained on"
        )
        parser.add_argument("--commit", default="", help="of the code that trained it; default: today's")
        parser.add_argument("--into", type=Path, default=STARTER_FOLDER, metavar="DIR")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Check it, write it and name it."""
        model_id = keep_starter_model(
            folder=options["folder"],
            manifest=options["manifest"],
            commit=options["commit"] or code_commit(),
            into=options["into"],
        )
        self.stdout.write(f"{model_id} lies in {options['into']}")
        return {"model": model_id}, True
