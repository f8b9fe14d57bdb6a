"""Gives audit events out as a file; that is itself in the audit log."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import TextChoices

from core.models import AuditEvent
from core.selectors.audit import AuditFilter, find_events
from core.services import audit
from core.spreadsheets import inert

FIELDS = (
    *("sequence", "at", "actor_id", "actor_name", "action", "object_type", "object_id"),
    *("before", "after", "reason", "previous_hash", "hash"),
)


class AuditFile(TextChoices):
    """How events are written."""

    CSV = "csv", "CSV"
    JSONL = "jsonl", "JSON lines"


def export_events(*, sought: AuditFilter, kind: AuditFile, by: Any) -> Iterator[str]:
    """Yield the file in parts, oldest event first, up to and with the event that tells of this export.

    JSON lines hold everything that the chain's hashes are over.
    """
    with transaction.atomic():
        told = audit.record(
            actor=by, action="audit.export", after={"kind": kind.value, "filter": sought.told()}
        )
    events = find_events(sought).filter(sequence__lte=told.sequence).order_by("sequence")
    return _parts(events.iterator(chunk_size=2000), kind)


def _parts(events: Iterator[AuditEvent], kind: AuditFile) -> Iterator[str]:
    if kind is AuditFile.JSONL:
        for event in events:
            yield json.dumps(_facts(event), ensure_ascii=False, default=str) + "\n"
        return
    yield _line(FIELDS)
    for event in events:
        yield _line([_cell(value) for value in _facts(event).values()])


def _facts(event: AuditEvent) -> dict[str, Any]:
    facts = {name: getattr(event, name) for name in FIELDS}
    return {**facts, "at": event.at.isoformat()}


def _cell(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value or "")
    return inert(text)


def _line(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()
