"""Ends what a person's browsers are signed in with."""

from django.db.models import F

from accounts.models import User


def end_sessions(person: User) -> None:
    """End every session of a person; call in a transaction that tells the audit log why."""
    User.objects.filter(pk=person.pk).update(session_epoch=F("session_epoch") + 1)
