"""The list of people, with their projects, for those who manage people."""

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from accounts.roles import Role
from accounts.selectors.people import people_in_full
from annotations.models import Project
from core.actions import Action


def people_listed(
    user: User, *, search: str = "", role: Role | None = None, state: str = "", project: int | None = None
) -> QuerySet[User]:
    """People by name, with projects and open invitation; nobody for who does not manage people.

    `search` looks into names and e-mail addresses; `state` is "active", "invited", "closed" or empty.
    """
    if not user.can(Action.MANAGE_PEOPLE):
        return User.objects.none()
    people = people_in_full(user, role=role)
    for word in search.split():
        people = people.filter(
            Q(username__icontains=word)
            | Q(first_name__icontains=word)
            | Q(last_name__icontains=word)
            | Q(email__icontains=word)
        )
    if state:
        people = people.filter(STATES[state])
    if project is not None:
        people = people.filter(memberships__project=project)
    projects = Project.objects.order_by("name").only("id", "name")
    return people.prefetch_related(Prefetch("projects", queryset=projects)).order_by("-is_active", "username")


STATES = {
    "active": Q(is_active=True),
    "invited": Q(invitation__isnull=False),
    "closed": Q(is_active=False, invitation__isnull=True),
}
