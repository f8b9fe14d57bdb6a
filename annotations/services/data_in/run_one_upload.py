"""Does an import of one uploaded file of labels, VIA or COCO, and keeps it for another try."""

from pathlib import Path
from typing import Any, Protocol

from annotations.models import Import
from annotations.services.data_in.import_endings import failing, reloaded, report_of
from annotations.services.data_in.imports import drop_staged_files
from annotations.services.data_in.staged_files import staged_files
from annotations.services.data_in.writing import Writing
from annotations.services.via.import_via import ViaReport
from annotations.states import ImportKind, ImportState
from core.errors import DomainError, Invalid


class RunLabels(Protocol):
    """Imports one file of labels and ends the batch with its report."""

    def __call__(self, *, batch: Import, path: Path, title: str, writing: Writing) -> ViaReport:
        """Do it; raises DomainError where the file as a whole can't be read."""
        ...


def run_one_upload(*, batch: Import, run: RunLabels, writing: Writing) -> dict[str, Any]:
    """Import the one file that was sent; it stays while it may be wanted again.

    That is after a check, and where rows were refused so that nothing went in.
    """
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return report_of(batch)
    try:
        with failing(batch, writing), staged_files(batch) as staged:
            if len(staged) != 1:
                raise Invalid(
                    f"There are {len(staged)} files; a {ImportKind(batch.kind).label} import takes one.",
                    remedy="Open an import for each file.",
                )
            (title, path), *_ = staged
            report = run(batch=batch, path=path, title=title, writing=writing)
    except DomainError:
        drop_staged_files(batch=batch)
        raise
    if not batch.dry_run and (report.done or report.label_sets_added):
        drop_staged_files(batch=batch)
    return report_of(reloaded(batch))
