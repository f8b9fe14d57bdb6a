"""Does an import: finds its files and labels, brings them in, writes the report. Jobs and commands both."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from annotations.models import Import, Project
from annotations.services.data_in.archives import is_archive, unpacked
from annotations.services.data_in.file_name_pattern import FileNamePattern, file_name_pattern
from annotations.services.data_in.image_names import ImageNames, ImageSize, names_in, names_of
from annotations.services.data_in.image_sources import (
    Sources,
    no_picture,
    sorted_out,
    source_named,
    sources_in,
)
from annotations.services.data_in.images_report import ImagesReport, SourceFile
from annotations.services.data_in.import_endings import (
    end_with,
    failing,
    reloaded,
    report_of,
    uploads_dropped,
)
from annotations.services.data_in.import_images import import_images
from annotations.services.data_in.label_tables import ScopedTable, recognised_tables
from annotations.services.data_in.labels_csv import read_labels
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.data_in.staged_files import staged_files
from annotations.services.data_in.writing import Writing
from annotations.states import ImportState
from imaging.decode import read_header
from imaging.errors import ImagingError


def run_images(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    labels: Path | None = None,
    labels_title: str = "",
    tables: Sequence[SourceFile] = (),
    notes: Sequence[Problem] = (),
    writing: Writing,
) -> ImagesReport:
    """Import pictures and end the batch with their report.

    `labels` is the table that was named; without one, those of the `tables` beside the pictures that are
    recognised count.
    """
    problems = ProblemLog()
    for note in notes:
        problems.add(note)
    with failing(batch, writing):
        if labels is not None:
            scoped = [ScopedTable(read_labels(labels, title=labels_title), files)]
        else:
            scoped, unused = recognised_tables(tables, files)
            for table in unused:
                problems.add(_no_labels(table))
        report = import_images(
            batch=batch,
            files=files,
            tables=scoped,
            pattern=pattern_of(batch),
            problems=problems,
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    end_with(batch, report, writing)
    return report


def run_uploaded_images(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of uploaded pictures and archives, with the label tables among them."""
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return report_of(batch)
    with uploads_dropped(batch), staged_sources(batch, writing) as found:
        if not found.pictures and not found.tables:
            with failing(batch, writing):
                raise no_picture("the files that were sent")
        only_table = _meant_as_labels(found)
        run_images(
            batch=batch,
            files=found.pictures,
            labels=only_table.path if only_table else None,
            labels_title=only_table.name if only_table else "",
            tables=found.tables,
            notes=found.notes,
            writing=writing,
        )
    return report_of(reloaded(batch))


def _meant_as_labels(found: Sources) -> SourceFile | None:
    """The one CSV that was sent beside the pictures, or alone: what is wrong with it is an error.

    Tables in folders and archives count when they are recognised, and are left alone otherwise.
    """
    named = [table for table in found.tables if table.name.lower().endswith(".csv")]
    if len(named) == 1 and (not named[0].folder or not found.pictures):
        return named[0]
    return found.tables[0] if len(found.tables) == 1 and not found.pictures else None


@contextmanager
def staged_sources(batch: Import, writing: Writing) -> Iterator[Sources]:
    """The uploads of an import as files on this machine, archives unpacked. Raises BadArchive."""
    with ExitStack() as stack:
        found = Sources()
        plain: list[SourceFile] = []
        with failing(batch, writing):
            for name, path in stack.enter_context(staged_files(batch)):
                if is_archive(name):
                    folder = stack.enter_context(unpacked(path, title=name, progress=writing.progress))
                    inside = sources_in(folder, above=PurePosixPath(name).stem)
                    found.pictures += inside.pictures
                    found.tables += inside.tables
                    found.notes += inside.notes
                else:
                    plain.append(source_named(name, path))
            sent = sorted_out(plain)
        yield Sources(
            pictures=[*sent.pictures, *found.pictures],
            tables=[*sent.tables, *found.tables],
            notes=[*sent.notes, *found.notes],
        )


def pattern_of(batch: Import) -> FileNamePattern | None:
    """The file-name pattern of the import, else of its project."""
    rules = batch.options.get("file_name", batch.project.import_rules.get("file_name")) or {}
    text = rules.get("pattern", "")
    return file_name_pattern(text) if text else None


def _no_labels(table: SourceFile) -> Problem:
    return Problem(
        code="not_a_labels_table",
        file=table.shown,
        message="The table is no labels CSV by its header; it was left alone.",
        remedy="A labels CSV has a column 'file' and any of patient, eye, label, icdr_grade and others.",
        is_error=False,
    )


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
