"""One rule for all imports: labels of a class that is switched off switch it on, and the report says so.

Labels that nobody can draw or train on would be lost work; and who may import may switch classes, too.
"""

from collections.abc import Collection

from annotations.models import Import, LesionClass
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.lesion_classes import set_lesion_class_enabled


def classes_off(*, batch: Import, codes: Collection[str]) -> list[LesionClass]:
    """Those of the classes that are switched off in the import's project."""
    return list(batch.project.lesion_classes.filter(code__in=codes, enabled=False))


def switch_on(*, batch: Import, codes: Collection[str]) -> None:
    """Switch the classes on, in the name of who imports. The caller holds a transaction."""
    for one in classes_off(batch=batch, codes=codes):
        set_lesion_class_enabled(lesion_class=one, enabled=True, by=batch.created_by)


def say_what_is_switched_on(
    problems: ProblemLog, off: Collection[LesionClass], *, title: str, dry_run: bool
) -> None:
    """Note the classes that the import switches on, or would."""
    for one in off:
        what = "importing switches it on" if dry_run else "this import has switched it on"
        problems.add(
            Problem(
                code="class_switched_on",
                file=title,
                message=f"{one.name} ({one.code}) was switched off in this project and labels of it come in: "
                f"{what}.",
                remedy="If nobody is to draw it and no model to learn it, switch it off in the project.",
                is_error=False,
            )
        )
