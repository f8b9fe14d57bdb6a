"""Projects, their lesion classes and their people."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from annotations.models import LesionClass, Membership, Project
from core.services import audit

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


FIRST_CLASSES = (
    ClassDefinition(code="HE", name="Hemorrhage", color="#e03131", pattern="solid", enabled=True),
    ClassDefinition(code="EX", name="Hard exudate", color="#2f9e44", pattern="hatched", enabled=True),
    ClassDefinition(code="SE", name="Soft exudate", color="#4dabf7", pattern="dotted", enabled=False),
    ClassDefinition(code="MA", name="Microaneurysm", color="#fd7e14", pattern="ring", enabled=False),
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
    """Make a project with the four lesion classes; hemorrhage and hard exudate are switched on."""
    project = Project.objects.create(name=name, slug=slug)
    LesionClass.objects.bulk_create(
        LesionClass(
            project=project,
            code=definition.code,
            name=definition.name,
            color=definition.color,
            pattern=definition.pattern,
            enabled=definition.enabled,
            position=position,
        )
        for position, definition in enumerate(FIRST_CLASSES)
    )
    audit.record(actor=by, action="project.create", obj=project, after={"name": name, "slug": slug})
    return project


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
