"""Makes a model version the champion of its task."""

from argparse import ArgumentParser
from typing import Any

from annotations.management.reporting import ReportingCommand, find_people
from core.actions import Action
from core.errors import NotPermitted
from inference.selectors.model_versions import model_named
from inference.selectors.model_warnings import warnings_about
from inference.services.model_registry import promote_model


class Command(ReportingCommand):
    """Promote a model version; a second person's work."""

    help = "Make MODEL (its id, or the first 8 characters or more) the champion; whoever trained it can't."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add which model, who and why."""
        super().add_arguments(parser)
        parser.add_argument("model", metavar="MODEL")
        parser.add_argument(
            "--reason", default="", help="unless a comparison with the champion speaks for it"
        )
        parser.add_argument("--by", required=True, metavar="USER")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Promote it."""
        (person,) = find_people([options["by"]])
        if not person.can(Action.PROMOTE):
            raise NotPermitted(f"{person} may not promote models.", remedy="Ask an administrator.")
        model = model_named(project=None, name=options["model"])
        for warning in warnings_about(model):
            self.stdout.write(f"warning: {warning.message}")
        promote_model(model=model, by=person, reason=options["reason"])
        self.stdout.write(f"{model.task} {model.pk} is the champion")
        return {"model": model.pk, "task": model.task, "state": model.state}, True
