"""Does an import of a dataset: masks of a folder or of uploads, or a COCO file. Jobs and commands both."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.image_names import ImageNames, names_in
from annotations.services.images_report import SourceFile
from annotations.services.import_coco import import_coco
from annotations.services.import_endings import end_with, failing, reloaded, report_of, uploads_dropped
from annotations.services.import_masks import MaskImportReport, import_masks
from annotations.services.import_via import ViaReport
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


def class_options(*, project: Project, pairs: Sequence[str]) -> dict[str, Any]:
    """The options of an import of COCO from `category=CODE` pairs, checked; raises Invalid."""
    codes = {code.lower(): code for code in project.lesion_classes.values_list("code", flat=True)} | {"": ""}
    known = ", ".join(sorted(filter(None, codes.values())))
    classes: dict[str, str] = {}
    for pair in pairs:
        category, separator, code = pair.rpartition("=")
        if not separator or not category or code.strip().lower() not in codes:
            raise Invalid(
                f"'{pair:.60}' does not say which class a category means.",
                remedy=f"Write CATEGORY=CODE, with a code of: {known}.",
            )
        classes[category.strip()] = codes[code.strip().lower()]
    return {"classes": classes}


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
        return report_of(batch)
    with uploads_dropped(batch), ExitStack() as stack, failing(batch, writing):
        files = [
            SourceFile(name=file.name, path=stack.enter_context(local_path(file.file)))
            for file in batch.files.all()
        ]
        run_masks(batch=batch, files=files, title=f"masks of import {batch.pk}", writing=writing)
    return report_of(reloaded(batch))


def run_coco(
    *, batch: Import, path: Path, title: str, writing: Writing, names: ImageNames | None = None
) -> ViaReport:
    """Import a COCO file and end the batch with its report."""
    with failing(batch, writing):
        report = import_coco(
            batch=batch,
            path=path,
            title=title,
            names=names or names_in(batch.project),
            mapped=batch.options.get("classes", {}),
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    end_with(batch, report, writing)
    return report


def run_uploaded_coco(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of one uploaded COCO file."""
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return report_of(batch)
    staged = list(batch.files.all())
    with uploads_dropped(batch), failing(batch, writing):
        if len(staged) != 1:
            raise Invalid(
                f"There are {len(staged)} files; a COCO import takes one JSON.",
                remedy="Open an import for each file.",
            )
        with local_path(staged[0].file) as path:
            run_coco(batch=batch, path=path, title=staged[0].name, writing=writing)
    return report_of(reloaded(batch))
