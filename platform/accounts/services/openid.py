"""Finds the person whom an OpenID provider vouches for. Nobody gets an account this way, nor a role."""

from dataclasses import dataclass

from allauth.socialaccount.models import SocialAccount
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.services.people import facts_of, name_is_taken
from core.errors import Conflict, DomainError
from core.services import audit

PROVIDER = "openid"  # there is at most one: settings.OIDC_*


class OpenIdRefused(DomainError):
    """The provider said no, or what it said does not hold."""

    code = "openid_refused"
    status = 403


class UnknownPerson(DomainError):
    """The provider knows them; this site does not, or not any more."""

    code = "unknown_person"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class VouchedFor:
    """Who the provider says this is. `email` is empty unless the provider has verified it."""

    subject: str
    email: str


@transaction.atomic
def person_vouched_for(identity: VouchedFor) -> User:
    """Return the person tied to this subject; at their first sign-in, the one with this e-mail address.

    From then on the subject alone counts: an address may be somebody else's one day. Raises UnknownPerson.
    """
    known = (
        SocialAccount.objects.select_related("user").filter(provider=PROVIDER, uid=identity.subject).first()
    )
    if known is not None:
        if not known.user.is_active:
            raise _unknown("Your account here is closed.")
        return known.user  # type: ignore[no-any-return]
    person = _expected(identity)
    SocialAccount.objects.create(provider=PROVIDER, uid=identity.subject, user=person)
    audit.record(
        actor=person,
        action="user.openid_tied",
        obj=person,
        after={"subject": identity.subject, "email": identity.email},
    )
    return person


@transaction.atomic
def untie_openid(*, person: User, by: User | None) -> None:
    """Forget who somebody is at the provider: the next sign-in finds them by their e-mail address again."""
    removed, _ = SocialAccount.objects.filter(provider=PROVIDER, user=person).delete()
    if not removed:
        raise Conflict(f"{person.username} never signed in that way.", remedy="Nothing needs to be done.")
    audit.record(actor=by, action="user.openid_untied", obj=person)


def _expected(identity: VouchedFor) -> User:
    """The one person with this address: somebody who has an account, or was invited and comes this way."""
    if not identity.email:
        raise _unknown("Your provider did not confirm an e-mail address of yours.")
    people = list(User.objects.select_for_update(no_key=True).filter(email__iexact=identity.email)[:2])
    if len(people) != 1:
        raise _unknown(f"Nobody with the address {identity.email} is expected here.")
    person = people[0]
    if SocialAccount.objects.filter(provider=PROVIDER, user=person).exists():
        raise _unknown("This address belongs to somebody whom the provider knew under another number.")
    if not person.is_active:
        _let_in(person, identity)
    return person


def _let_in(person: User, identity: VouchedFor) -> None:
    """Take an open invitation as accepted; the address becomes the name that the person is known by."""
    if not Invitation.objects.filter(person=person, expires_at__gt=timezone.now()).delete()[0]:
        raise _unknown("Your account here is closed, or your invitation has ended.")
    if name_is_taken(identity.email):
        raise _unknown(f"There is already an account named {identity.email}.")
    person.username, person.is_active = identity.email, True
    person.save(update_fields=["username", "is_active"])
    audit.record(actor=person, action="user.accept_invitation", obj=person, after=facts_of(person))


def _unknown(message: str) -> UnknownPerson:
    return UnknownPerson(message, remedy="Ask an administrator of this site to let you in.")
