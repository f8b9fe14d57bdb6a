"""Takes in the models that come with Fovea."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_project
from inference.services.starter_models import STARTER_FOLDER, StarterReport, register_starter_models


class Command(ReportingCommand):
    """Register the starter models, and make them champions of tasks that had no model."""

    help = (
        "Register the starter models (inference/starter, see docs/starter-models.md). Where a task had no "
        "model yet, its starter becomes the champion and predicts the sample patients. Safe to repeat."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add where they lie."""
        super().add_arguments(parser)
        parser.add_argument(
            "--from",
            dest="folder",
            type=Path,
            default=STARTER_FOLDER,
            metavar="DIR",
            help="default: those that come with Fovea",
        )

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Register what is missing."""
        report = register_starter_models(project=find_project(options["project"]), folder=options["folder"])
        for line in in_words(report):
            self.stdout.write(line)
        return {
            "registered": [model.pk for model in report.registered],
            "champions": [model.pk for model in report.champions],
            "job": str(report.predicting.pk) if report.predicting else None,
            "refused": [{"code": one.code, "message": one.message} for one in report.refused],
        }, not report.refused


def in_words(report: StarterReport) -> list[str]:
    """A line for each thing that a person should know."""
    lines = []
    crowned = {model.pk for model in report.champions}
    for model in report.registered:
        what = f"{model.get_task_display()} {model.pk[:12]} is registered"
        starter = model.card.get("starter") or {}
        origin = f", trained on {starter['dataset']} ({starter['licence']})" if starter else ""
        became = "the champion" if model.pk in crowned else "a candidate: the task has or had another model"
        lines.append(f"Starter {what[0].lower()}{what[1:]} as {became}{origin}.")
    if report.predicting:
        lines.append(
            f"{report.predicting.title}: queued. They are synthetic; once it is done, "
            "`manage.py score_samples` tells how much of their lesions was found."
        )
    lines += [f"Starter model not taken in: {error}" for error in report.refused]
    return lines
