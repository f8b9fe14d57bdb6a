"""The job handlers and daily chores of annotations: each calls one service."""

from typing import Any

from accounts.departures import when_closed
from accounts.models import User
from annotations.models import Export, FundusImage, Import, Project
from annotations.services import masks, people
from annotations.services.data_in.abandoned_imports import end_abandoned_imports
from annotations.services.data_in.run_datasets import run_uploaded_coco, run_uploaded_masks
from annotations.services.data_in.run_imports import run_uploaded_images
from annotations.services.data_in.writing import Writing
from annotations.services.data_out.exports import (
    EXPORT_JOB,
    clear_old_exports,
    clear_stray_exports,
    run_export,
)
from annotations.services.double_readings import COMPARE_JOB, compare_waiting, take_up_double_readings
from annotations.services.quality import keep_grades
from annotations.services.via.run_via import run_uploaded_via
from core.housekeeping import daily
from core.job_handlers import job_handler
from core.services.job_context import JobContext
from core.states import Queue


@job_handler(kind="annotations.import_images", queue=Queue.SHORT)
def import_images(context: JobContext) -> dict[str, Any]:
    """Bring an import's uploaded pictures in."""
    return run_uploaded_images(batch=_import_of(context), writing=_writing(context))


@job_handler(kind="annotations.import_via", queue=Queue.SHORT)
def import_via(context: JobContext) -> dict[str, Any]:
    """Bring an import's uploaded VIA file in."""
    return run_uploaded_via(batch=_import_of(context), writing=_writing(context))


@job_handler(kind="annotations.import_masks", queue=Queue.SHORT)
def import_masks(context: JobContext) -> dict[str, Any]:
    """Bring an import's uploaded masks in."""
    return run_uploaded_masks(batch=_import_of(context), writing=_writing(context))


@job_handler(kind="annotations.import_coco", queue=Queue.SHORT)
def import_coco(context: JobContext) -> dict[str, Any]:
    """Bring an import's uploaded COCO file in."""
    return run_uploaded_coco(batch=_import_of(context), writing=_writing(context))


def _import_of(context: JobContext) -> Import:
    return Import.objects.get(pk=context.payload["import"])


def _writing(context: JobContext) -> Writing:
    return Writing(open_transaction=context.fenced, progress=context.progress)


@job_handler(kind="annotations.build_masks", queue=Queue.SHORT)
def build_masks(context: JobContext) -> dict[str, Any]:
    """Build the missing masks of a project's chosen label sets."""
    return masks.build_masks(
        project=Project.objects.get(pk=context.payload["project"]),
        source=context.payload.get("labels") or None,
        by=context.job.requested_by,
        open_transaction=context.fenced,
        progress=context.progress,
    ).counts()


@job_handler(kind=EXPORT_JOB, queue=Queue.SHORT)
def export(context: JobContext) -> dict[str, Any]:
    """Make the file that somebody asked for."""
    asked = Export.objects.select_related("project", "created_by").get(pk=context.payload["export"])
    return run_export(export=asked, writing=_writing(context))


@when_closed
def release_assignments(person: User, by: User) -> None:
    """Take what a person has not handed in off their worklist."""
    people.release_assignments(person=person, by=by)


@job_handler(kind=COMPARE_JOB, queue=Queue.SHORT)
def compare_readings(context: JobContext) -> dict[str, Any]:
    """Compare a project's readings that were handed in by two people, and open a case where they differ."""
    return compare_waiting(
        project=Project.objects.get(pk=context.payload["project"]),
        open_transaction=context.fenced,
        progress=context.progress,
    )


@daily
def follow_double_readings() -> None:
    """Take up images read twice that nobody follows yet."""
    take_up_double_readings()


@daily
def grade_images() -> None:
    """Let lists find images by the grade that counts, also after the limits of grades have changed."""
    keep_grades(FundusImage.objects.all())


@daily
def clear_exports() -> None:
    """Remove the files of exports that nobody needs any more, and those that nobody knows of."""
    clear_old_exports()
    clear_stray_exports()


@daily
def clear_abandoned_imports() -> None:
    """End imports that nobody will end, and remove their uploads."""
    end_abandoned_imports()
