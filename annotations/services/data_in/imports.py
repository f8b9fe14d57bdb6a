"""The life of an import: opened, files collected, started as a job, ended with a report."""

import uuid
from pathlib import PurePosixPath
from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum

from accounts.models import User
from annotations.models import Import, ImportFile, ImportProblem, Project
from annotations.services.assignments import check_readers
from annotations.services.data_in.problems import ProblemLog, storable
from annotations.services.data_in.staging import HashingReader
from annotations.services.projects import add_members
from annotations.states import ImportKind, ImportState
from core.errors import Conflict, Invalid
from core.models import Job
from core.services import audit
from core.services.jobs import queue_job

MAX_TABLE_BYTES = 512 * 1024**2
MAX_FILES = 5_000
JOB_KINDS = {
    ImportKind.IMAGES: "annotations.import_images",
    ImportKind.VIA: "annotations.import_via",
    ImportKind.MASKS: "annotations.import_masks",
    ImportKind.COCO: "annotations.import_coco",
}


class FileTooLarge(Invalid):
    """An uploaded file is larger than the limit."""

    code = "file_too_large"
    status = 413


@transaction.atomic
def open_import(
    *,
    project: Project,
    kind: ImportKind,
    by: User | None,
    accept: bool = False,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    assign_to: list[User] | None = None,
    options: dict[str, Any] | None = None,
    started: bool = False,
) -> Import:
    """Open an import that collects files (or, from the command line, starts at once)."""
    check_readers(assign_to or [])
    batch = Import.objects.create(
        project=project,
        kind=kind,
        accept=accept,
        dry_run=dry_run,
        skip_bad_rows=skip_bad_rows,
        options=options or {},
        created_by=by,
        state=ImportState.STARTED if started else ImportState.COLLECTING,
    )
    people = assign_to or []
    batch.assign_to.set(people)
    add_members(project=project, users=people, by=by)
    audit.record(
        actor=by,
        action="import.open",
        obj=batch,
        after={"project": project.pk, "kind": kind, "accept": accept, "dry_run": dry_run},
    )
    return batch


def add_file(
    *, batch: Import, name: str, content: IO[bytes], size: int, max_bytes: int, by: User | None
) -> ImportFile:
    """Stage one uploaded file of a collecting import, read in blocks.

    Raises FileTooLarge, Conflict (the import has started), Invalid (too many files).
    """
    if size > max_bytes:
        raise FileTooLarge(
            f"'{name}' has {size / 1e6:.0f} MB; {max_bytes / 1e6:.0f} MB are the most.",
            remedy="Save the photograph as a JPEG of high quality, or split the table.",
        )
    reader = HashingReader(content)
    staged = stage(batch=batch, name=name, reader=reader)
    try:
        return _add_row(batch=batch, name=name, staged=staged, reader=reader, by=by)
    except BaseException:
        default_storage.delete(staged)
        raise


def stage(*, batch: Import, name: str, reader: HashingReader) -> str:
    """Keep what comes out of a reader in the import's staging folder; gives its name there."""
    ending = PurePosixPath(name).suffix.lower()[:8]
    staged = f"staging/{batch.pk}/{uuid.uuid4().hex}{_plain(ending)}"
    return default_storage.save(staged, File(cast("IO[bytes]", reader)))


def waiting_import(batch: Import) -> Import:
    """The import's row, locked for the transaction. Raises Conflict when it has started."""
    held = Import.objects.select_for_update().get(pk=batch.pk)
    if held.state != ImportState.COLLECTING:
        raise Conflict("This import has started already.", remedy="Open another import for more files.")
    return held


def check_room(held: Import) -> None:
    """Raise Invalid when the import has as many files as it may; one in parts counts once."""
    if held.files.filter(offset=0).count() >= MAX_FILES:
        raise Invalid(
            f"An import takes {MAX_FILES:,} files.", remedy="Start this one, and open another for the rest."
        )


@transaction.atomic
def _add_row(*, batch: Import, name: str, staged: str, reader: HashingReader, by: User | None) -> ImportFile:
    sha256 = reader.hexdigest()
    held = waiting_import(batch)
    check_room(held)
    row = ImportFile.objects.create(
        batch=held, name=storable(name)[-255:], file=staged, sha256=sha256, size_bytes=reader.size
    )
    audit.record(actor=by, action="import.add_file", obj=held, after={"sha256": sha256})
    return row


@transaction.atomic
def start_import(*, batch: Import, by: User) -> Job:
    """Queue the import's job. Raises Conflict when it has started, Invalid when it has no file to read."""
    held = Import.objects.select_for_update().get(pk=batch.pk)  # no file comes in between
    if held.state != ImportState.COLLECTING:
        raise Conflict("This import has started already.", remedy="Reload the page to see how it goes.")
    if not held.files.exists():
        raise Invalid("There is no file to import.", remedy="Add files first.")
    _check_complete(held)
    Import.objects.filter(pk=batch.pk).update(state=ImportState.STARTED)
    kind = ImportKind(batch.kind)
    job = queue_job(
        kind=JOB_KINDS[kind],
        payload={"import": batch.pk},
        by=by,
        title=f"Import {batch.pk}: {kind.label}",
        idempotency_key=f"import:{batch.pk}",
    )
    Import.objects.filter(pk=batch.pk).update(job=job)
    audit.record(actor=by, action="import.start", obj=batch)
    batch.refresh_from_db()
    return job


def _check_complete(batch: Import) -> None:
    """Raise Conflict when a file of the import came only in part."""
    uploads = batch.files.exclude(upload=None).order_by().values("upload", "total_bytes", "name")
    for one in uploads.annotate(received=Sum("size_bytes")):
        if one["received"] != one["total_bytes"]:
            raise Conflict(
                f"'{one['name']}' is not complete: {one['received'] / 1e6:,.0f} of "
                f"{one['total_bytes'] / 1e6:,.0f} MB have come.",
                remedy="Press Import again to go on sending, or open a new import without it.",
            )


@transaction.atomic
def end_import(*, batch: Import, report: dict[str, Any], problems: ProblemLog, by: User | None) -> Import:
    """Write an import's report and problems, and end it: failed when nothing could be done of what was asked.

    A second call finds it ended and changes nothing.
    """
    refused = is_refused(report=report, problems=problems)
    state = ImportState.FAILED if refused else ImportState.SUCCEEDED
    moved = Import.objects.filter(pk=batch.pk, state=ImportState.STARTED).update(state=state, report=report)
    if not moved:
        return batch
    ImportProblem.objects.bulk_create(
        (
            ImportProblem(
                batch=batch,
                row=problem.row,
                file=problem.file[-255:],
                code=problem.code,
                message=problem.message,
                remedy=problem.remedy,
                is_error=problem.is_error,
            )
            for problem in problems.kept
        ),
        batch_size=500,
    )
    audit.record(actor=by, action="import.end", obj=batch, after={"state": state, **report})
    batch.refresh_from_db()
    return batch


def is_refused(*, report: dict[str, Any], problems: ProblemLog) -> bool:
    """Whether nothing could be done of what was asked; a dry run that came through has done its part."""
    if report.get("dry_run"):
        return False
    done = ("images_added", "regions_added", "labels_added", "label_sets_added", "label_sets_accepted")
    return bool(problems.errors) and not any(report.get(name) for name in done)


def outcome_in_words(*, report: dict[str, Any], problems: ProblemLog) -> str:
    """What a finished import's job says of it."""
    found = f"{problems.errors:,} problem{'' if problems.errors == 1 else 's'}"
    if is_refused(report=report, problems=problems):
        return f"Refused: nothing was imported, {found}"
    counts = [("images_added", "image"), ("regions_added", "region")]
    if report.get("label_sets_added") and not report.get("regions_added"):
        counts.append(("label_sets_added", "label set"))
    added = [
        f"{report[name]:,} {word}{'' if report[name] == 1 else 's'}"
        for name, word in counts
        if name in report
    ]
    done = "Checked" if report.get("dry_run") else "Added"
    return f"{done}: {', '.join(added)}" + (f"; {found}" if problems.errors else "")


def drop_staged_files(*, batch: Import) -> None:
    """Remove an ended import's uploads; their names and hashes stay on record."""
    for name in batch.files.exclude(file="").values_list("file", flat=True):
        default_storage.delete(name)
    batch.files.update(file="")


def _plain(ending: str) -> str:
    return ending if ending[1:].isalnum() and ending.isascii() else ""
