"""What the commands of annotations share: the project and people options, reports, exit status."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from annotations.models import Project
from annotations.services.data_in.problems import ProblemLog
from annotations.services.data_in.writing import Writing
from annotations.services.projects import ensure_default_project
from core.errors import DomainError, NotFound

SHOWN_PROBLEMS = 50


class ReportingCommand(BaseCommand):
    """A command that prints a report, as JSON in the last line with `--json`.

    Its exit status is 0 only when everything asked for was done.
    """

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options that every such command has."""
        parser.add_argument("--project", help="slug or name of the project (default: the first)")
        parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work, print the report and set the exit status."""
        self.all_in_json = bool(options["json"])
        try:
            report, done = self.work(**options)
        except DomainError as error:
            if options["json"]:
                problem = {"code": error.code, "message": error.message, "remedy": error.remedy}
                self.stdout.write(json.dumps({"problems": [problem | error.detail], "done": False}))
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(report, ensure_ascii=False))
        if not done:
            sys.exit(1)

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Do the work; gives the report and whether everything was done."""
        raise NotImplementedError

    def writing(self) -> Writing:
        """Transactions of this process, and progress on the error stream."""
        return Writing(open_transaction=transaction.atomic, progress=self._progress())

    def say_problems(self, log: ProblemLog) -> None:
        """Print the first problems in words, on the error stream; the report of `--json` has all of them."""
        if self.all_in_json:
            return
        for problem in log.kept[:SHOWN_PROBLEMS]:
            row = f" row {problem.row}" if problem.row else ""
            kind = "refused" if problem.is_error else "note"
            self.stderr.write(
                f"{kind}: {problem.file}{row}: {problem.message} {problem.remedy} [{problem.code}]"
            )
        rest = log.errors + log.notes - min(len(log.kept), SHOWN_PROBLEMS)
        if rest > 0:
            self.stderr.write(f"… and {rest:,} more (all of them with --json)")

    def _progress(self) -> Callable[[int, int, str], None]:
        if not self.stderr.isatty():
            return lambda done, total, message: None

        def show(done: int, total: int, message: str) -> None:
            self.stderr.write(f"\r{done:,}/{total:,} {message[:60]:<60}", ending="")
            if done >= total:
                self.stderr.write("")

        return show


def find_project(name: str | None) -> Project:
    """Give the project of a slug or name; the first one by default, made when there is none."""
    if not name:
        return ensure_default_project()
    project = Project.objects.filter(slug=name).first() or Project.objects.filter(name=name).first()
    if project is None:
        known = ", ".join(Project.objects.values_list("slug", flat=True)) or "none yet"
        raise NotFound(f"There is no project '{name}'.", remedy=f"Use one of: {known}.")
    return project


def find_people(names: list[str] | None) -> list[User]:
    """Give the users of the given names; refuses unknown ones."""
    people = [User.objects.filter(username=name).first() for name in names or []]
    unknown = [name for name, person in zip(names or [], people, strict=True) if person is None]
    if unknown:
        raise NotFound(
            f"There is no user {', '.join(unknown)}.",
            remedy="Check the name, or make the account: manage.py create_user.",
        )
    return [person for person in people if person is not None]
