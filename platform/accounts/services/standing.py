"""Changes what a person may do, and whether they may sign in at all."""

from collections.abc import Sequence

from django.db import transaction

from accounts.departures import release_everything
from accounts.models import Invitation, PersonalToken, User
from accounts.roles import Role
from accounts.services.people import check_roles, facts_of
from accounts.services.sessions import end_sessions
from core.errors import Conflict
from core.services import audit


class LastAdministrator(Conflict):
    """Somebody has to be left who manages people."""

    code = "last_administrator"


@transaction.atomic
def change_roles(*, person: User, roles: Sequence[Role], by: User | None, reason: str = "") -> User:
    """Set a person's roles; they count from the next request on. Raises Invalid, LastAdministrator."""
    check_roles(roles)
    held = _held(person)
    before = facts_of(held)
    held.roles = [role.value for role in Role if role in roles]
    if before == facts_of(held):
        return held
    if Role.ADMINISTRATOR not in roles:
        _refuse_the_last_administrator(held)
    held.save(update_fields=["roles"])
    audit.record(
        actor=by, action="user.change_roles", obj=held, before=before, after=facts_of(held), reason=reason
    )
    return held


@transaction.atomic
def close_account(*, person: User, by: User, reason: str = "") -> User:
    """Let a person in no more: sessions and tokens end at once, claims and unread images become free.

    What they made stays under their name. Raises LastAdministrator, Conflict for one who is not active.
    """
    held = _held(person)
    if not held.is_active:
        raise Conflict("This account is closed already, or was never opened.", remedy="Reload the page.")
    _refuse_the_last_administrator(held)
    tokens = PersonalToken.objects.filter(user=held)
    before = {**facts_of(held), "tokens": tokens.count()}
    tokens.delete()
    User.objects.filter(pk=held.pk).update(is_active=False)
    end_sessions(held)
    release_everything(person=held, by=by)
    held.refresh_from_db()
    audit.record(actor=by, action="user.close", obj=held, before=before, after=facts_of(held), reason=reason)
    return held


@transaction.atomic
def open_account(*, person: User, by: User, reason: str = "") -> User:
    """Let a person in again, with the roles and projects that they had; sessions and tokens stay ended.

    Raises Conflict for one who is active, or whose invitation is still open.
    """
    held = _held(person)
    if held.is_active:
        raise Conflict("This account is open already.", remedy="Reload the page.")
    if Invitation.objects.filter(person=held).exists():
        raise Conflict("This person has not answered the invitation yet.", remedy="Send it once more.")
    before = facts_of(held)
    held.is_active = True
    held.save(update_fields=["is_active"])
    audit.record(actor=by, action="user.open", obj=held, before=before, after=facts_of(held), reason=reason)
    return held


def _held(person: User) -> User:
    """The person's row, held until the transaction ends, after the administrators' in one order for all."""
    list(User.objects.select_for_update(no_key=True).filter(is_active=True).order_by("pk").values_list("pk"))
    return User.objects.select_for_update(no_key=True).get(pk=person.pk)


def _refuse_the_last_administrator(person: User) -> None:
    active = User.objects.filter(is_active=True)
    administrators = [one.pk for one in active.only("pk", "roles") if one.has_role(Role.ADMINISTRATOR)]
    if administrators == [person.pk]:
        raise LastAdministrator(
            "Nobody else could manage people then.", remedy="Make somebody else an administrator first."
        )
