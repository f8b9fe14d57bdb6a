"""Brings a folder or an archive of images, and what is known of them, into a project."""

from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from annotations.management.reporting import ReportingCommand, find_people, find_project
from annotations.services.data_in.archives import is_archive, unpacked
from annotations.services.data_in.file_name_pattern import file_name_pattern
from annotations.services.data_in.image_sources import no_picture, sources_in
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import run_images
from annotations.states import ImportKind


class Command(ReportingCommand):
    """Images (and image-level labels) in."""

    help = (
        "Import every picture in DIR and below, or in a zip archive. A bad file is refused with its reason, "
        "duplicates are skipped, the rest goes in. Labels CSV: `file` and any of patient, eye, label (dr / "
        "no_dr), icdr_grade, dme_risk (0 to 2) or maculopathy (0, 1), exam_date, site, camera, field; its "
        "labels count as accepted. Without --labels the tables found beside the pictures count, IDRiD's and "
        "Rahim's data sets included."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and what to do with it."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--labels", type=Path, metavar="labels.csv")
        parser.add_argument(
            "--pattern",
            metavar="{patient}_{eye}",
            help="what file names tell; default: the project's",
        )
        parser.add_argument("--assign", action="append", metavar="USER", help="put the images on a worklist")
        parser.add_argument(
            "--accept", action="store_true", help="for symmetry: CSV labels always are accepted"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, change nothing")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Import the folder."""
        pattern: str | None = options["pattern"]
        if pattern:
            file_name_pattern(pattern)
        labels: Path | None = options["labels"]
        writing = self.writing()
        with ExitStack() as stack:
            folder: Path = options["folder"]
            if is_archive(folder.name) and folder.is_file():
                folder = stack.enter_context(unpacked(folder, title=folder.name, progress=writing.progress))
            found = sources_in(folder)
            if not found.pictures:
                raise no_picture(str(options["folder"]))
            batch = open_import(
                project=find_project(options["project"]),
                kind=ImportKind.IMAGES,
                by=None,
                accept=options["accept"],
                dry_run=options["dry_run"],
                assign_to=find_people(options["assign"]),
                options={} if pattern is None else {"file_name": {"pattern": pattern}},
                started=True,
            )
            report = run_images(
                batch=batch,
                files=found.pictures,
                labels=labels,
                labels_title=labels.name if labels else "",
                tables=found.tables,
                notes=found.notes,
                writing=writing,
            )
        self.say_problems(report.problems)
        self.stdout.write(
            f"{report.images_added} images added, {report.images_skipped} skipped as duplicates, "
            f"{report.labels_added} label rows applied, {report.problems.errors} refused."
        )
        return {**report.counts(), "problems": report.problems.to_json(), "import": batch.pk}, report.done
