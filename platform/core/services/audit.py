"""Writes the audit log and checks it."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from core.models import AuditEvent

GENESIS = "0" * 64
_CHAIN_LOCK = 0x464F5645  # any constant: names PostgreSQL's advisory lock of the chain


def record(
    *,
    actor: Any,
    action: str,
    obj: Model | None = None,
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event to the chain, in the caller's transaction; `actor` None means the system.

    `before` and `after` are JSON values (dates, UUIDs and enums become text). Call it last in the
    transaction: from here to the commit nobody else can append. Raises RuntimeError outside a transaction:
    an event must stand or fall with the change it tells of. Raises ValueError for NaN and infinity.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record must run inside the transaction of the change")
    _lock_chain()
    last = AuditEvent.objects.order_by("-sequence").first()
    event = AuditEvent(
        sequence=(last.sequence if last else 0) + 1,
        at=timezone.now(),
        actor=actor,
        actor_name=actor.get_username() if actor else "system",
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        before=json_value(before),
        after=json_value(after),
        reason=reason,
        previous_hash=last.hash if last else GENESIS,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


def event_hash(event: AuditEvent) -> str:
    """SHA-256 (hex) over the event's canonical JSON, the previous event's hash included."""
    content = {
        "sequence": event.sequence,
        "at": _canonical_time(event.at),
        "actor": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "before": json_value(event.before),
        "after": json_value(event.after),
        "reason": event.reason,
        "previous_hash": event.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What checking the chain found.

    `first_bad` is the sequence number of the first altered or missing event, None when all is well. `head` is
    the last good hash: kept elsewhere, it also shows whether events were cut off at the end.
    """

    ok: bool
    events: int
    first_bad: int | None
    problem: str
    head: str


def verify() -> AuditReport:
    """Recompute the whole chain, in a stream: memory does not grow with the log."""
    return verify_events(AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000))


def verify_events(events: Iterable[AuditEvent]) -> AuditReport:
    """Recompute a chain that starts at event 1, given in its order."""
    head, count = GENESIS, 0
    for event in events:
        problem = ""
        if event.sequence != count + 1:
            problem = f"event {count + 1} is missing"
        elif event.previous_hash != head:
            problem = "it does not follow from the event before it"
        elif event_hash(event) != event.hash:
            problem = "its content was altered"
        if problem:
            return AuditReport(ok=False, events=count, first_bad=count + 1, problem=problem, head=head)
        head, count = event.hash, count + 1
    return AuditReport(ok=True, events=count, first_bad=None, problem="", head=head)


def json_value(value: Any) -> Any:
    """Return the value as every database gives it back: PostgreSQL forgets that 1e16 was a float."""
    plain = json.loads(json.dumps(value, default=str, allow_nan=False))
    return _whole_numbers(plain)


def _whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value


def _canonical_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _lock_chain() -> None:
    """Hold the chain until the transaction ends; SQLite's immediate transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
