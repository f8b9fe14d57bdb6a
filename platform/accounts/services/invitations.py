"""Invites people: a link that works once, for some days, with which they set their own name and password."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.services.keys import digest_of
from accounts.services.people import check_roles, facts_of, name_is_taken, set_full_name
from core.errors import Conflict, Invalid, NotFound
from core.services import audit

log = logging.getLogger(__name__)
PLACEHOLDER = "invited-"


class EndedInvitation(NotFound):
    """The link is unknown, used, withdrawn or too old: from outside they look the same."""

    code = "ended_invitation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """An invitation and its key, which is stored nowhere."""

    invitation: Invitation
    key: str


@transaction.atomic
def invite_person(*, email: str, full_name: str, roles: Sequence[Role], by: User) -> Invited:
    """Make a person who can't sign in yet, and a key for them. Raises Invalid, Conflict (known address)."""
    check_roles(roles)
    if email and User.objects.filter(email__iexact=email).exists():
        raise Conflict(f"There is already an account with {email}.", remedy="Look for it on the list.")
    person = User(
        username=f"{PLACEHOLDER}{secrets.token_hex(6)}",
        email=email,
        roles=[role.value for role in Role if role in roles],
        is_active=False,
    )
    set_full_name(person, full_name)
    person.set_unusable_password()
    person.save()
    key = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        person=person, digest=digest_of(key), invited_by=by, expires_at=_end()
    )
    told = {**facts_of(person), "email": email, "expires_at": invitation.expires_at}
    audit.record(actor=by, action="user.invite", obj=person, after=told)
    return Invited(invitation=invitation, key=key)


@transaction.atomic
def renew_invitation(*, invitation: Invitation, by: User) -> Invited:
    """Give an open invitation a new key and a new end; the old link no longer works."""
    key, before = secrets.token_urlsafe(32), {"expires_at": invitation.expires_at}
    if not Invitation.objects.filter(pk=invitation.pk).update(digest=digest_of(key), expires_at=_end()):
        raise Conflict("This invitation was answered or withdrawn.", remedy="Reload the page.")
    invitation.refresh_from_db()
    audit.record(
        actor=by,
        action="user.invite_again",
        obj=invitation.person,
        before=before,
        after={"expires_at": invitation.expires_at},
    )
    return Invited(invitation=invitation, key=key)


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, by: User) -> None:
    """Take an invitation back; the person, who never was here, is forgotten."""
    person = User.objects.select_for_update(no_key=True).get(pk=invitation.person_id)
    if person.is_active:
        raise Conflict("This invitation was answered already.", remedy="Close the account instead.")
    before = {**facts_of(person), "email": person.email}
    audit.record(actor=by, action="user.withdraw_invitation", obj=person, before=before)
    person.delete()


@transaction.atomic
def accept_invitation(*, key: str, username: str, full_name: str, password: str) -> User:
    """Let the invited person in under a name and password of their own; the link is used up.

    Raises EndedInvitation, Conflict (the name is taken), Invalid (a weak password, a name with other signs).
    """
    invitation = open_invitation(key)
    person = User.objects.select_for_update(no_key=True).get(pk=invitation.person_id)
    if not Invitation.objects.filter(pk=invitation.pk, digest=digest_of(key)).delete()[0]:
        raise _ended()
    if name_is_taken(username):
        raise Conflict(f"There is already an account named {username}.", remedy="Choose another name.")
    person.username, person.is_active = username, True
    set_full_name(person, full_name)
    try:
        validate_password(password, person)
        person.set_password(password)
        person.full_clean()
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), remedy="Choose another name or password.") from error
    person.save()
    audit.record(actor=person, action="user.accept_invitation", obj=person, after=facts_of(person))
    return person


def open_invitation(key: str) -> Invitation:
    """The invitation of a key that still works. Raises EndedInvitation."""
    waiting = Invitation.objects.select_related("person", "invited_by")
    invitation = waiting.filter(digest=digest_of(key), expires_at__gt=timezone.now()).first()
    if invitation is None:
        raise _ended()
    return invitation


def send_invitation(*, invited: Invited, link: Callable[[str], str]) -> bool:
    """Send the link by e-mail; says whether it left. Without a mail server or an address it does not."""
    invitation = invited.invitation
    if not (settings.EMAIL_HOST and invitation.person.email):
        return False
    inviter = invitation.invited_by.get_full_name() if invitation.invited_by else ""
    try:
        send_mail(
            subject="Your invitation to Fovea",
            message=(
                f"{inviter or 'An administrator'} invites you to Fovea, to work on fundus photographs.\n\n"
                f"Choose your name and password here:\n{link(invited.key)}\n\n"
                f"The link works once, until {invitation.expires_at:%-d %B %Y, %H:%M} UTC.\n"
            ),
            from_email=None,
            recipient_list=[invitation.person.email],
        )
    except OSError as error:  # smtplib's errors too: the administrator is given the link instead
        log.warning("an invitation could not be sent: %s", error)
        return False
    return True


def _end() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)


def _ended() -> EndedInvitation:
    return EndedInvitation(
        "This link no longer works.", remedy="Ask an administrator to send the invitation once more."
    )
