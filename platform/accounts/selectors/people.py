"""Which people and tokens somebody may see."""

from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Invitation, PersonalToken, User
from accounts.roles import Role
from core.actions import Action


def people_for(user: User, *, role: Role | None = None) -> QuerySet[User]:
    """Everybody for those who manage people, else the person alone; optionally of one role."""
    people = User.objects.all() if user.can(Action.MANAGE_PEOPLE) else User.objects.filter(pk=user.pk)
    if role is None:
        return people
    if connection.vendor == "sqlite":  # knows no JSON containment; role names contain no quotes
        return people.filter(Q(roles__icontains=f'"{role.value}"'))
    return people.filter(roles__contains=[role.value])


def people_in_full(user: User, *, role: Role | None = None) -> QuerySet[User]:
    """The same people with their open invitations, and `second_factor`: whether signing in takes a code."""
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return people_for(user, role=role).select_related("invitation").annotate(second_factor=Exists(apps))


def tokens_for(user: User) -> QuerySet[PersonalToken]:
    """The person's own tokens."""
    return PersonalToken.objects.filter(user=user)


def invitations_for(user: User) -> QuerySet[Invitation]:
    """Open invitations, for those who manage people."""
    invitations = Invitation.objects.select_related("person", "invited_by")
    return invitations if user.can(Action.MANAGE_PEOPLE) else invitations.none()
