"""How every import ends: with a report, or the reason why its files can't be read; without its uploads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from annotations.models import Import
from annotations.services.data_in.imports import drop_staged_files, end_import, outcome_in_words
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.data_in.writing import Writing
from annotations.states import ImportState
from core.errors import Conflict, DomainError


class ImportRefused(Conflict):
    """An import has ended, and nothing of it went in."""

    code = "import_refused"


class Report(Protocol):
    """What an import tells once it is through."""

    problems: ProblemLog

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        ...


def end_with(batch: Import, report: Report, writing: Writing) -> None:
    """End the import with its report; its job's last word says how it went."""
    counts = report.counts()
    with writing.open_transaction():
        writing.progress(1, 1, outcome_in_words(report=counts, problems=report.problems))
        end_import(batch=batch, report=counts, problems=report.problems, by=batch.created_by)


@contextmanager
def uploads_dropped(batch: Import) -> Iterator[None]:
    """Remove the uploads once the import has ended, well or not; another attempt at the job needs them."""
    try:
        yield
    except DomainError:
        drop_staged_files(batch=batch)
        raise
    drop_staged_files(batch=batch)


@contextmanager
def failing(batch: Import, writing: Writing) -> Iterator[None]:
    """End the import as failed when the files as a whole can't be read, and pass the error on."""
    try:
        yield
    except DomainError as error:
        log = ProblemLog()
        log.add(
            Problem(
                code=error.code,
                file=str(error.detail.get("file", "")),
                row=error.detail.get("row"),
                message=error.message,
                remedy=error.remedy,
            )
        )
        with writing.open_transaction():
            end_import(batch=batch, report={"done": False, "errors": 1}, problems=log, by=batch.created_by)
        raise


def reloaded(batch: Import) -> Import:
    """The import as it stands now, with what its runs need."""
    return Import.objects.select_related("project", "created_by").get(pk=batch.pk)


def report_of(batch: Import) -> dict[str, Any]:
    """What an ended import's job gives back. Raises ImportRefused, so that the job reads as failed too."""
    if batch.state == ImportState.FAILED:
        found = int(batch.report.get("errors", 0))
        raise ImportRefused(
            f"Nothing was imported: {found:,} problem{'' if found == 1 else 's'}.",
            remedy="The import's page lists each with what to do about it.",
        )
    return dict(batch.report)
