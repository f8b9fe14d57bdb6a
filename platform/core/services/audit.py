"""Writes the audit log; `audit_check` checks it."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from core.models import AuditEvent, AuditHead

GENESIS = "0" * 64


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
    head = _locked_head()
    event = AuditEvent(
        sequence=max(head.sequence, _last_sequence()) + 1,
        at=timezone.now(),
        actor=actor,
        actor_name=actor.get_username() if actor else "system",
        action=action,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        before=json_value(before),
        after=json_value(after),
        reason=reason,
        previous_hash=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    head.sequence, head.hash = event.sequence, event.hash
    head.save(force_update=True)
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


def _locked_head() -> AuditHead:
    """Where the log ends, held until the transaction ends; SQLite's immediate transactions hold all.

    It moves on however the events were changed behind its back, and what follows them then does not fit:
    so a removed, added or altered end stays visible. The same goes for a head that was removed.
    """
    began = {"sequence": 0, "hash": lambda: "" if AuditEvent.objects.exists() else GENESIS}
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=AuditHead.ONLY, defaults=began)
    return head


def _last_sequence() -> int:
    return AuditEvent.objects.values_list("sequence", flat=True).first() or 0
