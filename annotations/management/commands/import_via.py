"""Brings the regions of a VIA file into label sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.images_first import bring_images_first
from annotations.management.reporting import ReportingCommand, find_people, find_project
from annotations.models import Project
from annotations.services.data_in.image_sources import NothingToImport, list_pictures
from annotations.services.data_in.import_choices import checked_options
from annotations.services.data_in.imports import open_import
from annotations.services.via.run_via import run_via
from annotations.services.via.via_mapping import BadMapping
from annotations.states import ImportKind


class Command(ReportingCommand):
    """VIA regions into label sets."""

    help = (
        "Import the regions of a VIA 1, 2 or 3 file (CSV, JSON or project): one label set per image. "
        "Every row is checked first; with one wrong row nothing goes in, unless --skip-bad-rows. The same "
        "file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and what to do with it."""
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--images", type=Path, metavar="DIR", help="import this folder's images first")
        parser.add_argument("--assign", action="append", metavar="USER", help="with --images: on a worklist")
        parser.add_argument("--accept", action="store_true", help="accept the label sets at once")
        parser.add_argument("--dry-run", action="store_true", help="check everything, add no region")
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows all the same")
        parser.add_argument(
            "--attribute", help="attribute that names the class (else as last time, or guessed)"
        )
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="VALUE=CODE",
            help="a value of the attribute means this class; VALUE= leaves such regions out",
        )
        parser.add_argument("--close-polylines", action="store_true", help="take polylines as outlines")

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Import the images if asked, then the regions."""
        path: Path = options["file"]
        if not path.is_file():
            raise NothingToImport(f"There is no file {path}.", remedy="Check the path.")
        project = find_project(options["project"])
        images = bring_images_first(
            self,
            project=project,
            files=list_pictures(options["images"]) if options["images"] else [],
            dry_run=options["dry_run"],
            assign_to=find_people(options["assign"]),
        )
        batch = open_import(
            project=project,
            kind=ImportKind.VIA,
            by=None,
            accept=options["accept"],
            dry_run=options["dry_run"],
            skip_bad_rows=options["skip_bad_rows"],
            options=_mapping(project, options),
            started=True,
        )
        report = run_via(
            batch=batch,
            path=path,
            title=path.name,
            names=images.names,
            writing=self.writing(),
        )
        self.say_problems(report.problems)
        self.stdout.write(f"How the file was read: {report.mapping.in_words()}.")
        if any(one.code in ("unknown_class", "no_class") for one in report.problems.kept):
            self.stdout.write(
                "Say what its values mean: --map 'red dot=HE', or --map =HE for regions without one; "
                "--map vessel= leaves some out. --attribute NAME names the lesion in another way."
            )
        would = "would be " if report.dry_run else ""
        self.stdout.write(
            f"{report.regions_added:,} regions of {report.images} images {would}added, "
            f"{report.regions_skipped:,} were there already, {report.problems.errors:,} rows refused."
        )
        answer = report.counts() | {
            "mapping": report.mapping.to_json(),
            "problems": report.problems.to_json(),
            "import": batch.pk,
        }
        return answer | images.counts, report.done and images.done


def _mapping(project: Project, options: dict[str, Any]) -> dict[str, Any]:
    """The mapping that the command line asks for. Raises BadMapping."""
    asked: dict[str, Any] = {"close_polylines": options["close_polylines"]}  # never because it once was so
    if options["attribute"] is not None:
        asked["attribute"] = options["attribute"]
    pairs = [pair.rpartition("=") for pair in options["map"]]
    if any(not equals for _, equals, _ in pairs):
        raise BadMapping(
            "--map takes VALUE=CODE.", remedy="For example: --map 'cotton wool=SE' --map drusen="
        )
    if pairs:
        asked["classes"] = {value: code.strip().upper() for value, _, code in pairs}
    return checked_options(kind=ImportKind.VIA, project=project, options=asked)
