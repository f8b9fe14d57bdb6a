"""Brings the masks of a dataset into label sets."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from annotations.management.images_first import bring_images_first
from annotations.management.reporting import ReportingCommand, find_project
from annotations.services.data_in.image_sources import NothingToImport, list_pictures
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.mask_files import MASK_ENDINGS, meaning_beside, split_folder
from annotations.services.data_in.run_datasets import mask_options, run_masks
from annotations.states import ImportKind


class Command(ReportingCommand):
    """Masks into label sets."""

    help = (
        "Import mask files as regions that give back every pixel: <stem>_<CLASS>.png or .tif, one file per "
        "lesion class, or with --index one numbered file <stem>.png per image. Folders below are searched "
        "too, so a dataset's own layout (IDRiD's, for one) will do; its photographs, in a folder 'images' or "
        "'1. Original Images', come in first. A missing file means that the lesion is absent. The same "
        "files again change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and what to do with it."""
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument("--images", type=Path, metavar="DIR", help="import this folder's images first")
        parser.add_argument("--accept", action="store_true", help="accept the label sets at once")
        parser.add_argument("--dry-run", action="store_true", help="check everything, add nothing")
        parser.add_argument("--index", default="", metavar="1=HE,2=EX", help="what the numbers mean")
        parser.add_argument(
            "--classes",
            default="",
            metavar="HE,EX",
            help="classes that were looked for, also where no file is of them",
        )

    def work(self, **options: Any) -> tuple[dict[str, Any], bool]:
        """Import the images there are, then the masks."""
        folder: Path = options["folder"]
        masks, photos = split_folder(folder) if folder.is_dir() else ([], [])
        if not masks:
            raise NothingToImport(
                f"There is no mask in {folder}.",
                remedy=f"Masks are called <stem>_<CLASS>, ending in {', '.join(sorted(MASK_ENDINGS))}.",
            )
        project = find_project(options["project"])
        said = meaning_beside(folder)
        asked = mask_options(
            project=project,
            index=options["index"] or said.index,
            looked_for=[code for code in options["classes"].split(",") if code],
        )
        if options["images"]:
            photos = list_pictures(options["images"])
        images = bring_images_first(self, project=project, files=photos, dry_run=options["dry_run"])
        batch = open_import(
            project=project,
            kind=ImportKind.MASKS,
            by=None,
            accept=options["accept"],
            dry_run=options["dry_run"],
            options=asked,
            started=True,
        )
        report = run_masks(
            batch=batch,
            files=masks,
            title=folder.resolve().name,
            names=images.names,
            meaning=said,
            writing=self.writing(),
        )
        self.say_problems(report.problems)
        would = "would be " if report.dry_run else ""
        self.stdout.write(
            f"{report.regions_added:,} regions of {report.images} images {would}added from {report.masks} "
            f"masks, {report.regions_skipped:,} were there already, {report.problems.errors:,} problems."
        )
        answer = report.counts() | {"problems": report.problems.to_json(), "import": batch.pk}
        return answer | images.counts, report.done and images.done
