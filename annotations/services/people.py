"""Which projects a person works in, and what becomes free when they go."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.roles import Role
from accounts.services.invitations import Invited, invite_person
from annotations.models import Assignment, LabelSet, Membership, Project
from annotations.services.projects import add_members, remove_member
from core.services import audit


@transaction.atomic
def set_projects(*, person: User, projects: Sequence[Project], by: User) -> None:
    """Let a person into these projects and out of all others; what they did there stays."""
    held = Membership.objects.select_for_update().filter(user=person)
    now = {membership.project_id: membership.project for membership in held.select_related("project")}
    wanted = {project.pk: project for project in projects}
    for pk in sorted(wanted.keys() - now.keys()):
        add_members(project=wanted[pk], users=[person], by=by)
    for pk in sorted(now.keys() - wanted.keys()):
        remove_member(project=now[pk], user=person, by=by)


@transaction.atomic
def invite_to_projects(
    *, email: str, full_name: str, roles: Sequence[Role], projects: Sequence[Project], by: User
) -> Invited:
    """Invite a person who is in these projects from the start. Raises Invalid, Conflict."""
    invited = invite_person(email=email, full_name=full_name, roles=roles, by=by)
    set_projects(person=invited.invitation.person, projects=projects, by=by)
    return invited


@transaction.atomic
def release_assignments(*, person: User, by: User) -> int:
    """Take the images that a person has not handed in off their worklist; gives how many readings."""
    handed_in = LabelSet.objects.filter(
        is_independent=True,
        image=OuterRef("image"),
        author=person,
        reading_no=OuterRef("reading_no"),
        submitted_at__isnull=False,
    )
    waiting = Assignment.objects.filter(~Exists(handed_in), user=person)
    images = sorted(set(waiting.values_list("image", flat=True)))
    if not images:
        return 0
    removed, _ = Assignment.objects.filter(pk__in=list(waiting.values_list("pk", flat=True))).delete()
    audit.record(
        actor=by,
        action="images.unassign",
        obj=person,
        before={"images": images, "user": person.pk, "readings": removed},
    )
    return removed
