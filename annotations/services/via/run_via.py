"""Does an import of a VIA file: from a path or from an upload. Jobs and commands both."""

from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.data_in.image_names import ImageNames, names_in
from annotations.services.data_in.import_endings import end_with, failing, reloaded, report_of
from annotations.services.data_in.imports import drop_staged_files
from annotations.services.data_in.staged_files import staged_files
from annotations.services.data_in.writing import Writing
from annotations.services.via.import_via import ViaReport, class_table, import_via
from annotations.services.via.via_classes import ViaMapping, mapping_from_json
from annotations.services.via.via_preview import ViaPreview, preview_via
from annotations.states import ImportKind, ImportState
from core.errors import Conflict, DomainError, Invalid
from core.services import audit


def mapping_of(batch: Import) -> ViaMapping:
    """How the import's file is read: as its options say, else as the project's last one was."""
    return mapping_from_json(batch.options, remembered=batch.project.import_rules.get("via"))


def run_via(
    *, batch: Import, path: Path, title: str, writing: Writing, names: ImageNames | None = None
) -> ViaReport:
    """Import a VIA file and end the batch with its report; a mapping that worked is remembered."""
    with failing(batch, writing):
        mapping = mapping_of(batch)
        report = import_via(
            batch=batch,
            path=path,
            title=title,
            names=names or names_in(batch.project),
            mapping=mapping,
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    end_with(batch, report, writing)
    if batch.options and (report.regions_added or report.regions_skipped):
        with writing.open_transaction():
            _remember(mapping, batch)
    return report


def run_uploaded_via(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of one uploaded VIA file; the upload stays while it may be wanted again."""
    batch = reloaded(batch)
    if batch.state != ImportState.STARTED:
        return report_of(batch)
    try:
        with failing(batch, writing), staged_files(batch) as staged:
            if len(staged) != 1:
                raise Invalid(
                    f"There are {len(staged)} files; a VIA import takes one.",
                    remedy="Open an import for each file.",
                )
            (title, path), *_ = staged
            report = run_via(batch=batch, path=path, title=title, writing=writing)
    except DomainError:
        drop_staged_files(batch=batch)
        raise
    if not batch.dry_run and (report.done or report.label_sets_added):
        drop_staged_files(batch=batch)
    return report_of(reloaded(batch))


def preview_upload(*, batch: Import) -> ViaPreview:
    """What the import's uploaded VIA file holds. Raises BadTable, and Conflict when there is no such file."""
    with staged_files(batch) as staged:
        if batch.kind != ImportKind.VIA or len(staged) != 1:
            raise Conflict(
                "This import holds no VIA file, or several.", remedy="Open a VIA import and send one file."
            )
        (title, path), *_ = staged
        return preview_via(
            path,
            title=title,
            names=names_in(batch.project),
            classes=class_table(batch.project),
            mapping=mapping_of(batch),
        )


def _remember(mapping: ViaMapping, batch: Import) -> None:
    """Keep the mapping for the project's next VIA file."""
    project = Project.objects.select_for_update().get(pk=batch.project_id)
    rules = {**project.import_rules, "via": mapping.to_json()}
    if rules != project.import_rules:
        before, project.import_rules = project.import_rules, rules
        project.save(update_fields=["import_rules"])
        audit.record(
            actor=batch.created_by,
            action="project.remember_via",
            obj=project,
            before=before.get("via"),
            after=rules["via"],
        )
