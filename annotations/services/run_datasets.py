"""Does an import of a dataset's masks: from a folder or from uploads. Jobs and commands both."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from annotations.models import Import, Project
from annotations.services.image_names import ImageNames, names_in
from annotations.services.images_report import SourceFile
from annotations.services.import_endings import end_with, failing, reloaded, uploads_dropped
from annotations.services.import_masks import MaskImportReport, import_masks
from annotations.services.mask_files import read_index
from annotations.services.writing import Writing
from annotations.states import ImportState
from core.errors import Invalid
from core.storage import local_path


def mask_options(*, project: Project, index: str = "", looked_for: Sequence[str] = ()) -> dict[str, Any]:
    """The options of an import of masks, checked; raises Invalid."""
    codes = {code.lower(): code for code in project.lesion_classes.values_list("code", flat=True)}
    unknown = [code for code in looked_for if code.lower() not in codes]
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} is no lesion class of this project.",
            remedy=f"Use one of: {', '.join(sorted(codes.values()))}.",
        )
    numbers = read_index(index, codes=codes)
    return {
        "index": {str(number): code for number, code in numbers.items()},
        "looked_for": sorted({codes[code.lower()] for code in looked_for}),
    }


def run_masks(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    title: str,
    writing: Writing,
    names: ImageNames | None = None,
) -> MaskImportReport:
    """Import mask files and end the batch with its report."""
    with failing(batch, writing):
        report = import_masks(
            batch=batch,
            files=files,
            title=title,
            names=names or names_in(batch.project),
            index={int(number): code for number, code in batch.options.get("index", {}).items()},
            looked_for=batch.options.get("looked_for", ()),
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    end_with(batch, report, writing)
    return report


def run_uploaded_masks(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of uploaded masks; their images are in the project already."""
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return dict(batch.report)
    with uploads_dropped(batch), ExitStack() as stack, failing(batch, writing):
        files = [
            SourceFile(name=file.name, path=stack.enter_context(local_path(file.file)))
            for file in batch.files.all()
        ]
        run_masks(batch=batch, files=files, title=f"masks of import {batch.pk}", writing=writing)
    return dict(reloaded(batch).report)
