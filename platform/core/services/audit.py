"""Writes the audit log."""

import hashlib
import json
from datetime import datetime
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
    """Append one event to the chain, in the caller's transaction.

    `before` and `after` are JSON values. Raises RuntimeError outside a transaction: an event must stand or
    fall with the change it tells of.
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
        before=before,
        after=after,
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
        "before": event.before,
        "after": event.after,
        "reason": event.reason,
        "previous_hash": event.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _canonical_time(at: datetime) -> str:
    return at.astimezone(timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds")


def _lock_chain() -> None:
    """Hold the chain until the transaction ends; SQLite's immediate transactions already do."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CHAIN_LOCK])
