"""How an import's files are to be read: checked when it is opened or started, changed for another try."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from annotations.models import Import, ImportFile, Project
from annotations.services.data_in.file_name_pattern import file_name_pattern
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_datasets import class_options, mask_options
from annotations.services.via.via_mapping import BadMapping, mapping_from_json
from annotations.states import IMPORT_MOVES, ImportKind, ImportState
from core.errors import Conflict, Invalid
from core.services import audit

CHOICES = ("accept", "dry_run", "skip_bad_rows", "options")


def checked_options(*, kind: ImportKind, project: Project, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options as an import keeps them. Raises BadMapping, Invalid."""
    if kind == ImportKind.MASKS:
        index, looked_for = str(options.get("index", "")), options.get("looked_for", [])
        if not isinstance(looked_for, list):
            raise BadMapping("'looked_for' must be a list of class codes.")
        return mask_options(project=project, index=index, looked_for=[str(code) for code in looked_for])
    if kind == ImportKind.COCO:
        classes = options.get("classes", {})
        if not isinstance(classes, Mapping):
            raise BadMapping("'classes' must give a class code, or an empty text, for each category.")
        return class_options(project=project, classes={str(k): str(v) for k, v in classes.items()})
    if kind == ImportKind.IMAGES:
        return _image_options(options)
    if not options:
        return {}
    mapping = mapping_from_json(options)
    codes = set(project.lesion_classes.values_list("code", flat=True))
    unknown = sorted({code for code in mapping.classes.values() if code and code not in codes})
    if unknown:
        raise BadMapping(
            f"{', '.join(unknown)} is no lesion class of this project.",
            remedy=f"Use one of: {', '.join(sorted(codes))}; or an empty text to leave regions out.",
        )
    return mapping.to_json()


def _image_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """What file names tell in this one import: the project's pattern, another, or none."""
    if not options:
        return {}
    rule = options.get("file_name")
    pattern = rule.get("pattern") if isinstance(rule, Mapping) else None
    if set(options) != {"file_name"} or not isinstance(pattern, str) or set(rule or ()) != {"pattern"}:
        raise Invalid(
            "An import of images takes no such options.",
            remedy="Give a file-name pattern, as {'file_name': {'pattern': '{patient}_{eye}'}}, or nothing.",
        )
    if pattern:
        file_name_pattern(pattern)
    return {"file_name": {"pattern": pattern}}


@transaction.atomic
def choose(*, batch: Import, by: User, choices: Mapping[str, Any]) -> Import:
    """Change how an import is to be done (`accept`, `dry_run`, `skip_bad_rows`, `options`) before it starts.

    Raises Conflict when it has started, BadMapping.
    """
    changes = {name: value for name, value in choices.items() if name in CHOICES}
    if "options" in changes:
        kind = ImportKind(batch.kind)
        changes["options"] = checked_options(kind=kind, project=batch.project, options=changes["options"])
    if not changes:
        return batch
    if not Import.objects.filter(pk=batch.pk, state=ImportState.COLLECTING).update(**changes):
        raise Conflict("This import has started already.", remedy="Reload the page to see how it goes.")
    audit.record(actor=by, action="import.choose", obj=batch, after=changes)
    batch.refresh_from_db()
    return batch


@transaction.atomic
def repeat_import(*, batch: Import, by: User, choices: Mapping[str, Any]) -> Import:
    """Open another import of the files that an ended one still holds, with other choices.

    Raises Conflict when the import has not ended or holds its uploads no more, BadMapping.
    """
    held = Import.objects.select_for_update().get(pk=batch.pk)
    files = list(held.files.exclude(file=""))
    if IMPORT_MOVES[ImportState(held.state)] or not files:
        raise Conflict(
            "The files of this import are here no more, or it has not ended.",
            remedy="Open a new import and send the files again.",
        )
    again = open_import(
        project=held.project,
        kind=ImportKind(held.kind),
        by=by,
        accept=held.accept,
        dry_run=held.dry_run,
        skip_bad_rows=held.skip_bad_rows,
        options=held.options,
        assign_to=list(held.assign_to.all()),
    )
    ImportFile.objects.bulk_create(_held_by(again, file) for file in files)
    held.files.update(file="")
    return choose(batch=again, by=by, choices=choices)


def _held_by(batch: Import, file: ImportFile) -> ImportFile:
    """The same upload, or part of one, as another import's."""
    return ImportFile(
        batch=batch,
        name=file.name,
        file=file.file,
        sha256=file.sha256,
        size_bytes=file.size_bytes,
        upload=file.upload,
        offset=file.offset,
        total_bytes=file.total_bytes,
    )
