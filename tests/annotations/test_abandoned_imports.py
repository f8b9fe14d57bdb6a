"""Imports that nobody will end."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from annotations.models import FundusImage, Import, LabelSet, Project, Region
from annotations.services.data_in.abandoned_imports import end_abandoned_imports
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.writing import Writing
from annotations.services.via import via_sets
from annotations.services.via.run_via import run_via
from annotations.states import ImportKind, ImportState
from core.models import AuditEvent, Job
from core.services.job_runner import run_job
from core.services.jobs import cancel_job
from core.states import JobState
from tests.annotations.conftest import QUIET

pytestmark = pytest.mark.django_db


@pytest.fixture
def uploaded(project: Project, administrator: User) -> Import:
    """An import of a table, with its upload staged."""
    batch = open_import(project=project, kind=ImportKind.VIA, by=administrator)
    table = SimpleUploadedFile("via.csv", b"filename\n")
    add_file(batch=batch, name="via.csv", content=table, size=9, max_bytes=100, by=administrator)
    return batch


def staged(folder: Path) -> list[Path]:
    return [path for path in (folder / "staging").rglob("*") if path.is_file()]


def state_of(batch: Import) -> str:
    batch.refresh_from_db()
    return batch.state


def test_one_that_was_never_started_ends_after_a_week(uploaded: Import, stored_files: Path) -> None:
    assert end_abandoned_imports(now=timezone.now() + timedelta(days=6)) == 0
    assert len(staged(stored_files)) == 1

    assert end_abandoned_imports(now=timezone.now() + timedelta(days=8)) == 1

    assert state_of(uploaded) == ImportState.CANCELLED
    assert not staged(stored_files)
    assert AuditEvent.objects.filter(action="import.end").count() == 1


@pytest.mark.parametrize(
    ("job_ends", "import_ends"),
    [(JobState.CANCELLED, ImportState.CANCELLED), (JobState.FAILED, ImportState.FAILED)],
)
def test_one_whose_job_has_ended_ends_likewise(
    uploaded: Import, administrator: User, stored_files: Path, job_ends: JobState, import_ends: ImportState
) -> None:
    job = start_import(batch=uploaded, by=administrator)
    assert end_abandoned_imports() == 0
    cancel_job(job=job, by=administrator)
    Job.objects.update(state=job_ends)

    assert end_abandoned_imports() == 1

    assert state_of(uploaded) == import_ends
    assert not staged(stored_files)


def test_uploads_of_a_check_stay_for_a_week(uploaded: Import, stored_files: Path) -> None:
    Import.objects.filter(pk=uploaded.pk).update(state=ImportState.SUCCEEDED, report={"dry_run": True})

    end_abandoned_imports(now=timezone.now() + timedelta(days=6))
    assert len(staged(stored_files)) == 1

    end_abandoned_imports(now=timezone.now() + timedelta(days=8))
    assert not staged(stored_files)


def test_uploads_of_a_refused_table_do_not_stay(
    uploaded: Import, administrator: User, stored_files: Path
) -> None:
    run_job(job_id=start_import(batch=uploaded, by=administrator).pk)

    assert state_of(uploaded) == ImportState.FAILED
    assert not staged(stored_files)


def test_what_a_killed_command_left_unpublished_goes_after_a_day(
    project: Project,
    many_images: Callable[..., list[FundusImage]],
    write_via: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rect = {"name": "rect", "x": 1, "y": 1, "width": 5, "height": 5}
    path = write_via([(many_images(1)[0].source_name, rect, {"Abnormality": "exudate"})])
    batch = open_import(project=project, kind=ImportKind.VIA, by=None, started=True)

    def die(done: int, total: int, message: str) -> None:
        if "written" in message:
            monkeypatch.setattr(via_sets, "discard_unpublished", lambda **_: None)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_via(
            batch=batch,
            path=path,
            title=path.name,
            writing=Writing(open_transaction=QUIET.open_transaction, progress=die),
        )
    monkeypatch.undo()
    assert (end_abandoned_imports(), LabelSet.objects.count()) == (0, 1)

    assert end_abandoned_imports(now=timezone.now() + timedelta(days=2)) == 1

    assert (LabelSet.objects.count(), Region.objects.count()) == (0, 0)
    assert state_of(batch) == ImportState.CANCELLED
