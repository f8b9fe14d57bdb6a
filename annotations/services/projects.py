"""Projects, their lesion classes and their people."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from annotations.models import LesionClass, Membership, Project
from annotations.services.double_readings import compare_again
from core.services import audit

LEVEL = "lesion_agreement_percent"
FIRST_PROJECT = "Diabetic retinopathy"
FIRST_SLUG = "diabetic-retinopathy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDefinition:
    """How a project's lesion class starts out."""

    code: str
    name: str
    color: str
    pattern: str
    enabled: bool
    is_distractor: bool = False


FIRST_CLASSES = (
    ClassDefinition(code="HE", name="Hemorrhage", color="#e03131", pattern="solid", enabled=True),
    ClassDefinition(code="EX", name="Hard exudate", color="#2f9e44", pattern="hatched", enabled=True),
    ClassDefinition(code="SE", name="Soft exudate", color="#4dabf7", pattern="dotted", enabled=False),
    ClassDefinition(code="MA", name="Microaneurysm", color="#fd7e14", pattern="ring", enabled=False),
    # Drawn so that nothing else is taken for a hemorrhage or an exudate; models are not taught to find them.
    *(
        ClassDefinition(code=code, name=name, color=color, pattern=pattern, enabled=False, is_distractor=True)
        for code, name, color, pattern in (
            ("DN", "Drusen", "#f2c200", "crossed"),
            ("AR", "Artefact", "#868e96", "level"),
            ("LS", "Laser scar", "#12b5a6", "checked"),
            ("NV", "Neovascularisation", "#ae3ec9", "upright"),
            ("PH", "Preretinal hemorrhage", "#a8324e", "falling"),
        )
    ),
)


@transaction.atomic
def ensure_default_project() -> Project:
    """Return the first project; make it, with its lesion classes, when there is none yet."""
    project = Project.objects.filter(slug=FIRST_SLUG).first()
    if project is not None:
        return project
    return create_project(name=FIRST_PROJECT, slug=FIRST_SLUG, by=None)


@transaction.atomic
def create_project(*, name: str, slug: str, by: User | None) -> Project:
    """Make a project with its lesion classes; hemorrhage and hard exudate are switched on."""
    project = Project.objects.create(name=name, slug=slug)
    LesionClass.objects.bulk_create(
        LesionClass(
            project=project,
            code=definition.code,
            name=definition.name,
            color=definition.color,
            pattern=definition.pattern,
            enabled=definition.enabled,
            is_distractor=definition.is_distractor,
            position=position,
        )
        for position, definition in enumerate(FIRST_CLASSES)
    )
    audit.record(actor=by, action="project.create", obj=project, after={"name": name, "slug": slug})
    return project


@transaction.atomic
def set_reading_rules(*, project: Project, by: User | None, **rules: int) -> Project:
    """Change how often images are read, and how alike two readings must be.

    What is assigned already stays; readings that nobody settled are judged by the new level.
    """
    held = Project.objects.select_for_update().get(pk=project.pk)
    before = {name: getattr(held, name) for name in rules}
    if before == rules:
        return held
    for name, value in rules.items():
        setattr(held, name, value)
    held.save(update_fields=list(rules))
    audit.record(actor=by, action="project.set_reading_rules", obj=held, before=before, after=rules)
    if before.get(LEVEL) != rules.get(LEVEL):
        compare_again(project=held)
    return held


@transaction.atomic
def add_members(*, project: Project, users: list[User], by: User | None) -> int:
    """Let people into a project; returns how many were not in it yet."""
    already = set(Membership.objects.filter(project=project).values_list("user_id", flat=True))
    new = [user for user in users if user.pk not in already]
    if not new:
        return 0
    Membership.objects.bulk_create(
        [Membership(project=project, user=user) for user in new], ignore_conflicts=True
    )  # somebody else may let the same person in at the same time
    audit.record(
        actor=by,
        action="project.add_members",
        obj=project,
        after={"users": [user.get_username() for user in new]},
    )
    return len(new)


@transaction.atomic
def remove_member(*, project: Project, user: User, by: User | None) -> None:
    """Take a person out of a project. Their readings and assignments stay, and count again if they return."""
    removed, _ = Membership.objects.filter(project=project, user=user).delete()
    if removed:
        audit.record(
            actor=by, action="project.remove_member", obj=project, before={"users": [user.get_username()]}
        )
