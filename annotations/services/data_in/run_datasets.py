"""Does an import of a dataset: masks of a folder or of uploads, or a COCO file. Jobs and commands both."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.data_in.archives import is_archive, unpacked
from annotations.services.data_in.image_names import ImageNames, names_in
from annotations.services.data_in.image_sources import source_named
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.import_coco import import_coco
from annotations.services.data_in.import_endings import (
    end_with,
    failing,
    reloaded,
    report_of,
    uploads_dropped,
)
from annotations.services.data_in.import_masks import MaskImportReport, import_masks
from annotations.services.data_in.mask_files import Meaning, meaning_beside, read_index, split_folder
from annotations.services.data_in.run_one_upload import run_one_upload
from annotations.services.data_in.staged_files import staged_files
from annotations.services.data_in.writing import Writing
from annotations.services.via.import_via import ViaReport
from annotations.states import ImportState
from core.errors import Invalid


def mask_options(*, project: Project, index: str = "", looked_for: Sequence[str] = ()) -> dict[str, Any]:
    """The options of an import of masks, checked; raises Invalid."""
    codes = _codes_of(project)
    unknown = [code for code in looked_for if code.lower() not in codes]
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} is no lesion class of this project.",
            remedy=f"Use one of: {', '.join(sorted(codes.values()))}.",
        )
    numbers = read_index(index, codes=codes)
    return {
        "index": ",".join(f"{number}={code}" for number, code in sorted(numbers.items())),
        "looked_for": sorted({codes[code.lower()] for code in looked_for}),
    }


def class_options(*, project: Project, classes: Mapping[str, str]) -> dict[str, Any]:
    """The options of an import of COCO: category names to class codes ("": left out), checked.

    Raises Invalid.
    """
    codes = _codes_of(project) | {"": ""}
    unknown = [code for code in classes.values() if code.strip().lower() not in codes]
    if unknown:
        raise Invalid(
            f"{', '.join(unknown)} is no lesion class of this project.",
            remedy=f"Use one of: {', '.join(sorted(filter(None, codes.values())))}; or an empty text.",
        )
    return {"classes": {name.strip(): codes[code.strip().lower()] for name, code in classes.items()}}


def _codes_of(project: Project) -> dict[str, str]:
    return {code.lower(): code for code in project.lesion_classes.values_list("code", flat=True)}


def run_masks(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    title: str,
    writing: Writing,
    names: ImageNames | None = None,
    meaning: Meaning | None = None,
) -> MaskImportReport:
    """Import mask files and end the batch with its report.

    `meaning` is what lies beside indexed masks; of their numbers, the batch's options count first.
    """
    said = meaning or Meaning()
    codes = _codes_of(batch.project)
    with failing(batch, writing):
        report = import_masks(
            batch=batch,
            files=files,
            title=title,
            names=names or names_in(batch.project),
            index=read_index(batch.options.get("index") or said.index, codes=codes),
            looked_for=batch.options.get("looked_for", ()),
            looked_for_of=said.looked_for,
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
    with uploads_dropped(batch), failing(batch, writing), _staged_masks(batch, writing) as (files, said):
        title = f"masks of import {batch.pk}"
        run_masks(batch=batch, files=files, title=title, meaning=said, writing=writing)
    return report_of(reloaded(batch))


@contextmanager
def _staged_masks(batch: Import, writing: Writing) -> Iterator[tuple[list[SourceFile], Meaning]]:
    """The uploaded masks as files on this machine, archives unpacked, and what these say of their numbers.

    Raises BadArchive, Invalid.
    """
    with ExitStack() as stack:
        masks: list[SourceFile] = []
        said = Meaning()
        for name, path in stack.enter_context(staged_files(batch)):
            if is_archive(name):
                folder = stack.enter_context(unpacked(path, title=name, progress=writing.progress))
                masks += split_folder(folder)[0]
                said = said if said.index else meaning_beside(folder)
            else:
                masks.append(source_named(name, path))
        yield masks, said


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
    """Do an import of one uploaded COCO file; the upload stays while it may be wanted again."""
    return run_one_upload(batch=batch, run=run_coco, writing=writing)
