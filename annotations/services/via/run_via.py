"""Does an import of a VIA file: from a path or from an upload. Jobs and commands both."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from annotations.models import Import, Project, Region
from annotations.services.data_in.image_names import ImageNames, names_in
from annotations.services.data_in.import_endings import end_with, failing
from annotations.services.data_in.run_one_upload import run_one_upload
from annotations.services.data_in.writing import Writing
from annotations.services.files import sha256_of_file
from annotations.services.via.import_via import ViaReport, import_via
from annotations.services.via.via_mapping import ViaMapping, mapping_from_json
from core.services import audit

AS_READ = "as_read"  # in an import's options: they tell how the file was read, guesses included


def mapping_of(batch: Import, path: Path) -> ViaMapping:
    """How the import's file is read: as its options say, else as this very file was, or one like it."""
    said = batch.options
    if said.get("attribute") is None and not said.get("classes"):
        before = _options_before(batch.project, path)
        said = before | {name: one for name, one in said.items() if name == "close_polylines"}
    return mapping_from_json(said, remembered=batch.project.import_rules.get("via_labels"))


def run_via(
    *, batch: Import, path: Path, title: str, writing: Writing, names: ImageNames | None = None
) -> ViaReport:
    """Import a VIA file and end the batch with its report.

    The batch keeps how the file was read; the project remembers it when somebody said so and it went in.
    """
    somebody_said = bool(batch.options.get("classes")) and not batch.options.get(AS_READ)
    with failing(batch, writing):
        mapping = mapping_of(batch, path)
        report = import_via(
            batch=batch,
            path=path,
            title=title,
            names=names or names_in(batch.project),
            mapping=mapping,
            open_transaction=writing.open_transaction,
            progress=writing.progress,
        )
    batch.options = report.mapping.to_json() | {AS_READ: True}
    with writing.open_transaction():
        batch.save(update_fields=["options"])
    end_with(batch, report, writing)
    if somebody_said and report.regions_added and not batch.dry_run:
        with writing.open_transaction():
            _remember(mapping, report.mapping.attribute or "", batch)
    return report


def _options_before(project: Project, path: Path) -> dict[str, Any]:
    """How an earlier import of the very same file read it; empty when there was none."""
    source = f"via:{sha256_of_file(path)}"
    regions = Region.objects.filter(
        label_set__source=source, label_set__project=project, origin__startswith="via:"
    )
    origin = regions.values_list("origin", flat=True).first()
    before = Import.objects.filter(pk=origin.removeprefix("via:")).first() if origin else None
    return before.options if before else {}


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
