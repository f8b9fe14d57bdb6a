"""Does an import of a VIA file: from a path or from an upload. Jobs and commands both."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.data_in.image_names import ImageNames, names_in
from annotations.services.data_in.import_endings import end_with, failing
from annotations.services.data_in.run_one_upload import run_one_upload
from annotations.services.data_in.writing import Writing
from annotations.services.via.import_via import ViaReport, import_via
from annotations.services.via.via_mapping import ViaMapping, mapping_from_json
from core.services import audit


def mapping_of(batch: Import) -> ViaMapping:
    """How the import's file is read: as its options say, else as the project's earlier ones were."""
    return mapping_from_json(batch.options, remembered=batch.project.import_rules.get("via_labels"))


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
    if mapping.classes and report.regions_added and not batch.dry_run:
        with writing.open_transaction():
            _remember(mapping, report.attribute, batch)
    return report


def run_uploaded_via(*, batch: Import, writing: Writing) -> dict[str, Any]:
    """Do an import of one uploaded VIA file; the upload stays while it may be wanted again."""
    return run_one_upload(batch=batch, run=run_via, writing=writing)


def _remember(mapping: ViaMapping, attribute: str, batch: Import) -> None:
    """Keep the mapping for the project's next VIA file that names its lesions by the same attribute."""
    project = Project.objects.select_for_update().get(pk=batch.project_id)
    now = replace(mapping, remembered=project.import_rules.get("via_labels", {}))
    rules = {**project.import_rules, "via_labels": now.remembering(attribute)}
    if rules != project.import_rules:
        before, project.import_rules = project.import_rules, rules
        project.save(update_fields=["import_rules"])
        audit.record(
            actor=batch.created_by,
            action="project.remember_via",
            obj=project,
            before=before.get("via_labels"),
            after=rules["via_labels"],
        )
