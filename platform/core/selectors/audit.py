"""Finds audit events."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core.audit_words import event_text
from core.models import AuditEvent
from core.models.viewing import VIEW

PATIENT = "annotations.patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What to look for; empty fields do not narrow. `action` may end in a dot: `review.` means all such."""

    person: int | None = None
    action: str = ""
    object_type: str = ""
    object_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    def told(self) -> dict[str, Any]:
        """The fields that narrow, for the audit log."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value not in ("", None)}


def find_events(sought: AuditFilter) -> QuerySet[AuditEvent]:
    """Events, newest first: between two times by these, which an index has in order, else by their sequence.

    Looks at a patient by several people are one event; a patient's id finds it.
    """
    events = AuditEvent.objects.all()
    if sought.person is not None:
        events = events.filter(actor=sought.person)
    if sought.action:
        exact = not sought.action.endswith(".")
        events = events.filter(**{"action" if exact else "action__startswith": sought.action})
    events = events.filter(_about(sought.object_type, sought.object_id))
    if sought.since is not None:
        events = events.filter(at__gte=sought.since)
    if sought.until is not None:
        events = events.filter(at__lt=sought.until)
    if sought.since is not None or sought.until is not None:
        events = events.order_by("-at", "-sequence")
    return _with_text(events, sought.text) if sought.text else events


def actions_known() -> list[str]:
    """Every action that some event tells of, sorted."""
    known = AuditEvent.objects.order_by("action").values_list("action", flat=True).distinct()
    return list(known)


def object_types_known() -> list[str]:
    """Every kind of object that some event tells of, sorted."""
    types = AuditEvent.objects.exclude(object_type="").order_by("object_type")
    return list(types.values_list("object_type", flat=True).distinct())


def _about(object_type: str, object_id: str) -> Q:
    about = Q()
    if object_type:
        about &= Q(object_type=object_type)
    if object_id:
        about &= Q(object_id=object_id)
    if object_id and object_type in ("", PATIENT):
        about |= Q(action=VIEW, after__patients__has_key=object_id)
    return about


def _with_text(events: QuerySet[AuditEvent], text: str) -> QuerySet[AuditEvent]:
    """Every word somewhere in the event. SQLite keeps JSON with other than plain letters escaped."""
    events = events.alias(text=event_text())
    for word in text.split():
        found = Q(object_id=word)
        for spelling in {word, json.dumps(word)[1:-1]}:
            found |= Q(text__icontains=spelling)
        events = events.filter(found)
    return events
