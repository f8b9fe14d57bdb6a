"""Does an import: finds its files and labels, brings them in, writes the report. Jobs and commands both."""

from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.image_names import ImageNames, ImageSize, names_in, names_of
from annotations.services.images_report import ImagesReport, SourceFile
from annotations.services.import_endings import end_with, failing, reloaded, report_of, uploads_dropped
from annotations.services.import_images import import_images
from annotations.services.labels_csv import LabelTable, read_labels
from annotations.services.writing import Writing
from annotations.states import ImportState
from core.errors import Invalid
from core.storage import local_path
from imaging.decode import read_header
from imaging.errors import ImagingError

PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".bmp"})
TABLE_ENDINGS = frozenset({".csv", ".txt"})


class NothingToImport(Invalid):
    """There is no file of the wanted kind."""

    code = "nothing_to_import"


def list_pictures(folder: Path) -> tuple[list[SourceFile], list[str]]:
    """Pictures in a folder and below by their names' endings, sorted; and the names of all other files.

    Raises NothingToImport when there is no such folder or no picture in it.
    """
    if not folder.is_dir():
        raise NothingToImport(f"There is no folder {folder}.", remedy="Check the path.")
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    pictures = [path for path in files if path.suffix.lower() in PICTURE_ENDINGS]
    if not pictures:
        raise NothingToImport(
            f"There is no picture in {folder}.",
            remedy=f"Its files must end in one of: {', '.join(sorted(PICTURE_ENDINGS))}.",
        )
    others = [str(path.relative_to(folder)) for path in files if path not in set(pictures)]
    return [SourceFile(name=path.name, path=path) for path in pictures], others


def run_images(
    *, batch: Import, files: Sequence[SourceFile], labels: Path | None, labels_title: str, writing: Writing
) -> ImagesReport:
    """Import pictures and end the batch with their report."""
    table: LabelTable | None = None
    if labels is not None:
        with failing(batch, writing):
            table = read_labels(labels, title=labels_title)
    with failing(batch, writing):
        report = import_images(
            batch=batch,
            files=files,
            labels=table,
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    end_with(batch, report, writing)
    return report


def run_uploaded_images(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of uploaded pictures, with the one CSV among them as their labels."""
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return report_of(batch)
    staged = list(batch.files.all())
    tables = [file for file in staged if Path(file.name).suffix.lower() in TABLE_ENDINGS]
    pictures = [file for file in staged if file not in tables]
    with uploads_dropped(batch), ExitStack() as stack, failing(batch, writing):
        if len(tables) > 1:
            raise Invalid(
                f"There are {len(tables)} tables; an import takes one labels CSV.",
                remedy="Import the others on their own.",
            )
        labels = stack.enter_context(local_path(tables[0].file)) if tables else None
        files = [
            SourceFile(name=file.name, path=stack.enter_context(local_path(file.file))) for file in pictures
        ]
        run_images(
            batch=batch,
            files=files,
            labels=labels,
            labels_title=tables[0].name if tables else "",
            writing=writing,
        )
    return report_of(reloaded(batch))


def folder_names(project: Project, report: ImagesReport) -> ImageNames:
    """The names of a folder that was just imported, then those of the whole project."""
    return names_of(report.images_of, otherwise=names_in(project))


def names_of_folder(project: Project, files: Sequence[SourceFile]) -> ImageNames:
    """Names and sizes of pictures that are not imported, for a dry run: their headers are enough."""
    sizes: list[tuple[str, ImageSize]] = []
    for number, file in enumerate(files, start=1):
        with suppress(ImagingError):
            header = read_header(file.path)
            sizes.append((file.name, ImageSize(image_id=-number, width=header.width, height=header.height)))
    return ImageNames(sizes, otherwise=names_in(project))
