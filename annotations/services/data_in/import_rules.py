"""What a project remembers about how its files are read."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from annotations.models import Project
from annotations.services.data_in.file_name_pattern import file_name_pattern
from annotations.services.data_in.image_details import ImageDetails
from core.services import audit


@dataclass(frozen=True, slots=True)
class NameRead:
    """What a pattern makes of one file name; None: it does not fit."""

    name: str
    details: ImageDetails | None


@transaction.atomic
def set_file_name_pattern(*, project: Project, pattern: str, by: User) -> Project:
    """Remember the pattern that gives patient code, eye and others; empty: none. Raises BadPattern."""
    if pattern:
        file_name_pattern(pattern)
    held = Project.objects.select_for_update().get(pk=project.pk)
    before = held.import_rules.get("file_name", {})
    after = {"pattern": pattern} if pattern else {}
    if before != after:
        held.import_rules = {**held.import_rules, "file_name": after}
        held.save(update_fields=["import_rules"])
        audit.record(actor=by, action="project.file_name_pattern", obj=held, before=before, after=after)
    return held


def preview_file_names(*, pattern: str, names: Sequence[str]) -> list[NameRead]:
    """What the pattern makes of names, before anything is imported. Raises BadPattern."""
    readable = file_name_pattern(pattern)
    return [NameRead(name, readable.read(name)) for name in names]
