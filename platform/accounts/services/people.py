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
    if not roles:
        raise Invalid("A person needs at least one role.", remedy=f"Choose among {', '.join(Role.values)}.")
    if User.objects.filter(username__iexact=username).exists():
        raise Conflict(f"There is already an account named {username}.", remedy="Choose another name.")
    first, _, last = full_name.partition(" ")
    user = User(username=username, first_name=first, last_name=last, roles=[role.value for role in roles])
    try:
        validate_password(password, user)
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), remedy="Choose another name or password.") from error
    user.set_password(password)
    user.save()
    audit.record(actor=by, action="user.create", obj=user, after=_facts(user))
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


def _facts(user: User) -> dict[str, object]:
    return {"username": user.username, "roles": user.roles, "active": user.is_active}
