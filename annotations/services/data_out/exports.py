"""The life of an export: asked for, made by a job, downloaded by the one who asked, cleared away."""

import errno
import tempfile
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from annotations.models import Export, Project
from annotations.services.data_in.writing import Writing
from annotations.services.data_out.export_choice import ExportReport
from annotations.services.data_out.export_kinds import maker_of
from annotations.services.files import sha256_of_file
from annotations.services.stored_pictures import StorageFull
from annotations.states import ExportKind
from core.errors import NotFound
from core.services import audit
from core.services.jobs import queue_job

EXPORT_JOB = "annotations.export"
FOLDER = "exports"
KEPT_FOR = timedelta(days=7)
STRAY_AFTER = timedelta(days=1)  # younger ones may be of an attempt that runs
TOLD_NOTES = 200  # kept with the export; the count goes on


@transaction.atomic
def start_export(*, project: Project, kind: ExportKind, options: dict[str, Any], by: User) -> Export:
    """Queue an export. Raises NothingToExport and the like at once, not minutes later in the job."""
    maker_of(kind).check(project, options)
    export = Export.objects.create(project=project, kind=kind, options=options, created_by=by)
    export.job = queue_job(
        kind=EXPORT_JOB,
        payload={"export": export.pk},
        by=by,
        title=f"Export {export.pk}: {kind.label}",
    )
    export.save(update_fields=["job"])
    audit.record(
        actor=by,
        action="export.start",
        obj=export,
        after={"project": project.pk, "kind": kind.value, "options": options},
    )
    return export


def run_export(*, export: Export, writing: Writing) -> dict[str, Any]:
    """Make the file and keep it; a second attempt finds it made, and one that fails leaves no file."""
    if export.file:
        return dict(export.report)
    maker = maker_of(export.kind)
    stored = f"{FOLDER}/{export.pk}/{uuid.uuid4().hex}{maker.suffix}"  # each attempt has one of its own
    try:
        with tempfile.TemporaryDirectory(prefix="fovea-export-") as folder:
            path = Path(folder) / f"export{maker.suffix}"
            report = maker.make(export.project, export.options, path, writing.progress)
            facts = {"sha256": sha256_of_file(path), "size_bytes": path.stat().st_size}
            with path.open("rb") as content:
                default_storage.save(stored, File(content))
        _publish(export, stored, report, facts, writing)
    except BaseException as error:
        _drop_unpublished(export, stored)
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageFull("The disk is full: the export can't be written.") from error
        raise
    return report.counts()


def _publish(
    export: Export, stored: str, report: ExportReport, facts: dict[str, Any], writing: Writing
) -> None:
    told = report.counts() | {"told": report.problems.to_json()[:TOLD_NOTES]}
    name = _file_name(export, maker_of(export.kind).suffix)
    with writing.open_transaction():
        what = f"{report.regions:,} regions of " if report.regions else ""
        writing.progress(1, 1, f"{what}{report.images:,} images")
        Export.objects.filter(pk=export.pk).update(file=stored, file_name=name, report=told, **facts)
        audit.record(actor=export.created_by, action="export.end", obj=export, after=report.counts() | facts)


def _drop_unpublished(export: Export, stored: str) -> None:
    """Remove what an attempt stored that came to nothing; what can't be removed now goes with the strays."""
    with suppress(Exception):
        if not Export.objects.filter(pk=export.pk, file=stored).exists():
            default_storage.delete(stored)


def open_download(*, export: Export, by: User) -> tuple[IO[bytes], str]:
    """The file and its fixed type, and a note in the audit log of who took it. Raises NotFound."""
    if not export.file or not default_storage.exists(export.file):
        raise NotFound(
            "This export has no file: it is not ready, failed, or was cleared away.",
            remedy=f"Files are kept for {KEPT_FOR.days} days; export again.",
        )
    with transaction.atomic():
        audit.record(actor=by, action="export.download", obj=export, after={"sha256": export.sha256})
    return cast("IO[bytes]", default_storage.open(export.file)), maker_of(export.kind).media_type


def clear_old_exports(*, now: datetime | None = None) -> int:
    """Remove the files of exports older than a week; their rows stay on record. Gives how many."""
    old = Export.objects.filter(created_at__lt=(now or timezone.now()) - KEPT_FOR).exclude(file="")
    cleared = 0
    for export in old:
        default_storage.delete(export.file)
        cleared += Export.objects.filter(pk=export.pk).update(file="")
    return cleared


def clear_stray_exports(*, now: datetime | None = None) -> int:
    """Remove files that a crash left and no row names, once they are a day old. Gives how many."""
    before = (now or timezone.now()) - STRAY_AFTER
    named = set(Export.objects.exclude(file="").values_list("file", flat=True))
    cleared = 0
    for folder in default_storage.listdir(FOLDER)[0] if default_storage.exists(FOLDER) else ():
        for name in default_storage.listdir(f"{FOLDER}/{folder}")[1]:
            stored = f"{FOLDER}/{folder}/{name}"
            with suppress(FileNotFoundError):  # its attempt has just removed it
                if stored not in named and default_storage.get_modified_time(stored) < before:
                    default_storage.delete(stored)
                    cleared += 1
    return cleared


def expires_at(export: Export) -> datetime:
    """When its file is cleared away."""
    return export.created_at + KEPT_FOR


def _file_name(export: Export, suffix: str) -> str:
    """What the browser saves it as: plain letters only."""
    slug = export.project.slug[:60] or "project"
    kind = export.kind.replace("_", "-")
    return f"{slug}-{kind}-{timezone.localtime(export.created_at):%Y-%m-%d}-{export.pk}{suffix}"
