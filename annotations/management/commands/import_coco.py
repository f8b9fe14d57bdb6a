"""Brings the annotations of a COCO file into label sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.images_first import bring_images_first
from annotations.management.reporting import ReportingCommand, find_project
from annotations.services.data_in.image_sources import NothingToImport, list_pictures
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_datasets import class_options, run_coco
from annotations.states import ImportKind
from core.errors import Invalid


class Command(ReportingCommand):
    """COCO into label sets."""

    help = (
        "Import a COCO file: outlines, masks pixel by pixel, boxes. Every annotation is checked first; with "
        "one wrong nothing goes in, unless --skip-bad-rows. The same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and what to do with it."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--images", type=Path, metavar="DIR", help="import this folder's images first")
        parser.add_argument("--accept", action="store_true", help="accept the label sets at once")
        parser.add_argument("--dry-run", action="store_true", help="check everything, add no region")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good ones all the same")
        parser.add_argument(
            "--class",
            dest="classes",
            action="append",
            default=[],
            metavar="CATEGORY=CODE",
            help="which class a category means; an empty code leaves it out",
        )

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Import the images if asked, then the annotations."""
        path: Path = options["file"]
        if not path.is_file():
            raise NothingToImport(f"There is no file {path}.", remedy="Check the path.")
        project = find_project(options["project"])
        asked = class_options(project=project, classes=_pairs(options["classes"]))
        photos = list_pictures(options["images"]) if options["images"] else []
        images = bring_images_first(self, project=project, files=photos, dry_run=options["dry_run"])
        batch = open_import(
            project=project,
            kind=ImportKind.COCO,
            by=None,
            accept=options["accept"],
            dry_run=options["dry_run"],
            skip_bad_rows=options["skip_bad_rows"],
            options=asked,
            started=True,
        )
        report = run_coco(batch=batch, path=path, title=path.name, names=images.names, writing=self.writing())
        self.say_problems(report.problems)
        would = "would be " if report.dry_run else ""
        self.stdout.write(
            f"{report.regions_added:,} regions of {report.images} images {would}added, "
            f"{report.regions_skipped:,} were there already, {report.problems.errors:,} problems."
        )
        answer = report.counts() | {"problems": report.problems.to_json(), "import": batch.pk}
        return answer | images.counts, report.done and images.done


def _pairs(texts: list[str]) -> dict[str, str]:
    """Category names to codes, from CATEGORY=CODE texts."""
    classes = {}
    for text in texts:
        category, separator, code = text.rpartition("=")
        if not separator or not category:
            raise Invalid(
                f"--class takes CATEGORY=CODE, got {text!r}.", remedy="For example --class bleed=HE."
            )
        classes[category] = code
    return classes
