"""Makes people's accounts."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from core.errors import Conflict, Invalid
from core.services import audit

DEMO_PEOPLE: tuple[tuple[str, str, Role], ...] = (
    ("specialist", "Sam Specialist", Role.SPECIALIST),
    ("reviewer", "Rhea Reviewer", Role.REVIEWER),
    ("admin", "Ada Administrator", Role.ADMINISTRATOR),
    ("admin2", "Alan Administrator", Role.ADMINISTRATOR),
)
DEMO_NAMES = tuple(username for username, _, _ in DEMO_PEOPLE)


@transaction.atomic
def create_person(
    *, username: str, password: str, roles: Sequence[Role], full_name: str = "", by: User | None = None
) -> User:
    """Make an account. Raises Conflict when the name is taken, Invalid for a weak password or no role."""
    check_roles(roles)
    if name_is_taken(username):
        raise Conflict(f"There is already an account named {username}.", remedy="Choose another name.")
    user = User(username=username, roles=[role.value for role in roles])
    set_full_name(user, full_name)
    try:
        validate_password(password, user)
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), remedy="Choose another name or password.") from error
    user.set_password(password)
    user.save()
    audit.record(actor=by, action="user.create", obj=user, after=facts_of(user))
    return user


@transaction.atomic
def create_demo_people(*, password: str) -> list[User]:
    """Make the demo accounts that do not exist yet, all with one password; return all of them.

    Accounts that exist stay as they are: a site's real `admin` must not get the demo password.
    """
    people = []
    for username, full_name, role in DEMO_PEOPLE:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = create_person(username=username, password=password, roles=[role], full_name=full_name)
        people.append(user)
    return people


def parse_roles(names: Iterable[str]) -> list[Role]:
    """Return the roles of these names; Invalid names the unknown one."""
    roles = []
    for name in names:
        if name not in Role.values:
            raise Invalid(f"There is no role {name!r}.", remedy=f"Choose among {', '.join(Role.values)}.")
        roles.append(Role(name))
    return roles


def check_roles(roles: Sequence[Role]) -> None:
    """Raise Invalid for somebody without any role."""
    if not roles:
        raise Invalid("A person needs at least one role.", remedy=f"Choose among {', '.join(Role.values)}.")


def name_is_taken(username: str) -> bool:
    """Whether somebody signs in by this name, in capitals or not."""
    return User.objects.filter(username__iexact=username).exists()


def set_full_name(user: User, full_name: str) -> None:
    """Set first and last name, parted at the first blank."""
    user.first_name, _, user.last_name = full_name.strip().partition(" ")


def facts_of(user: User) -> dict[str, object]:
    """What the audit log tells of a person's standing."""
    return {"username": user.username, "roles": user.roles, "active": user.is_active}
