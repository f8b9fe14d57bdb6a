"""Lists the lesion classes of a project, and switches them on and off."""

from argparse import ArgumentParser
from typing import Any

from django.db import transaction

from annotations.management.reporting import ReportingCommand, find_project
from annotations.models import LesionClass, Project
from annotations.services.lesion_classes import set_lesion_class_enabled
from core.errors import NotFound


class Command(ReportingCommand):
    """Lesion classes of a project."""

    help = "List the lesion classes of a project; switch some of them on or off, by their codes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the switches."""
        super().add_arguments(parser)
        parser.add_argument("--enable", action="append", default=[], metavar="CODE")
        parser.add_argument("--disable", action="append", default=[], metavar="CODE")

    @transaction.atomic
    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Switch all or none, then list."""
        project = find_project(options["project"])
        for code in options["enable"]:
            set_lesion_class_enabled(lesion_class=_class_of(project, code), enabled=True, by=None)
        for code in options["disable"]:
            set_lesion_class_enabled(lesion_class=_class_of(project, code), enabled=False, by=None)
        classes = list(project.lesion_classes.all())
        for one in classes:
            self.stdout.write(f"{one.code:<8} {'on ' if one.enabled else 'off'}  {one.name}")
        return {"lesion_classes": {one.code: one.enabled for one in classes}}, True


def _class_of(project: Project, code: str) -> LesionClass:
    found = project.lesion_classes.filter(code__iexact=code).first()
    if found is None:
        known = ", ".join(project.lesion_classes.values_list("code", flat=True))
        raise NotFound(f"There is no lesion class '{code}'.", remedy=f"Use one of: {known}.")
    return found
