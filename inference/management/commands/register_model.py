"""Takes in a model version that was trained elsewhere."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_people, find_project
from inference.services.model_registry import register_folder


class Command(ReportingCommand):
    """Check a model folder and register it as a candidate."""

    help = "Check DIR (model.onnx and card.json: card, graph, a trial run) and register it as a candidate."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and what is known of it."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--id", default="", help="the id it must have, from where it was trained")
        parser.add_argument("--by", metavar="USER", help="who brings it in: somebody else must promote it")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Register it."""
        people = find_people([options["by"]] if options["by"] else None)
        model = register_folder(
            folder=options["folder"],
            project=find_project(options["project"]),
            by=people[0] if people else None,
            expected_id=options["id"],
        )
        self.stdout.write(f"{model.task} {model.pk} is registered as a {model.state}")
        return {"model": model.pk, "task": model.task, "state": model.state}, True
