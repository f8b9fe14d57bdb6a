"""Brings a folder of images, and what is known of them, into a project."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_people, find_project
from annotations.services.imports import open_import
from annotations.services.problems import Problem
from annotations.services.run_imports import list_pictures, run_images
from annotations.states import ImportKind


class Command(ReportingCommand):
    """Images (and image-level labels) in."""

    help = (
        "Import every picture in DIR and below. A bad file is refused with its reason, duplicates are "
        "skipped, the rest goes in. Labels CSV: `file` and any of patient, eye, label (dr / no_dr), "
        "icdr_grade, dme_risk, exam_date, site, camera; its labels count as accepted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and what to do with it."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--labels", type=Path, metavar="labels.csv")
        parser.add_argument("--assign", action="append", metavar="USER", help="put the images on a worklist")
        parser.add_argument(
            "--accept", action="store_true", help="for symmetry: CSV labels always are accepted"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Import the folder."""
        pictures, others = list_pictures(options["folder"])
        batch = open_import(
            project=find_project(options["project"]),
            kind=ImportKind.IMAGES,
            by=None,
            accept=options["accept"],
            dry_run=options["dry_run"],
            assign_to=find_people(options["assign"]),
            started=True,
        )
        labels: Path | None = options["labels"]
        report = run_images(
            batch=batch,
            files=pictures,
            labels=labels,
            labels_title=labels.name if labels else "",
            writing=self.writing(),
        )
        for name in others:
            if labels is None or Path(name).name != labels.name:
                report.problems.add(
                    Problem(
                        code="not_a_picture", file=name, message="No picture by its name.", is_error=False
                    )
                )
        self.say_problems(report.problems)
        self.stdout.write(
            f"{report.images_added} images added, {report.images_skipped} skipped as duplicates, "
            f"{report.labels_added} label rows applied, {report.problems.errors} refused."
        )
        return {**report.counts(), "problems": report.problems.to_json(), "import": batch.pk}, report.done
