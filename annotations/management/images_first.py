"""Images that a command brings in before the labels of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import User
from annotations.management.reporting import ReportingCommand
from annotations.models import Project
from annotations.services.data_in.image_names import ImageNames
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import folder_names, names_of_folder, run_images
from annotations.states import ImportKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstImages:
    """A folder's images: their names (None: those of the project), what was counted, whether all went in."""

    names: ImageNames | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    done: bool = True


def bring_images_first(
    command: ReportingCommand,
    *,
    project: Project,
    files: Sequence[SourceFile],
    dry_run: bool,
    assign_to: list[User] | None = None,
) -> FirstImages:
    """Import the pictures, if there are any, onto people's worklists; a dry run only reads their headers."""
    if not files:
        return FirstImages()
    if dry_run:
        return FirstImages(names=names_of_folder(project, files))
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=None, assign_to=assign_to, started=True)
    report = run_images(batch=batch, files=files, writing=command.writing())
    command.say_problems(report.problems)
    counts = {
        "images_added": report.images_added,
        "images_skipped": report.images_skipped,
        "image_problems": report.problems.to_json(),
    }
    return FirstImages(names=folder_names(project, report), counts=counts, done=report.done)
