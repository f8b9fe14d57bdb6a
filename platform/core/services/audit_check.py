"""Checks the audit log: names the first event that was altered, removed, put in or moved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.models import AuditEvent, AuditHead
from core.services.audit import GENESIS, event_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """What checking the chain found.

    `first_bad` is the sequence number of the first event that was altered, removed, put in or moved, None
    when all is well; `problem` says it in a sentence. `head` is the last good hash: kept elsewhere and given
    to `verify` later, it shows whether somebody who owns the database wrote the whole log anew.
    """

    ok: bool
    events: int
    first_bad: int | None
    problem: str
    head: str


def verify(*, kept_head: str = "") -> AuditReport:
    """Recompute the whole chain, in a stream (memory does not grow with the log), and look at its end.

    `kept_head`: the head of an earlier check, kept outside the database; it must still be in the log.
    """
    end = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    report = verify_events(AuditEvent.objects.order_by("sequence").iterator(chunk_size=2000))
    if not report.ok:
        return _told_closer(report)
    report = _with_end(report, end)
    if report.ok and kept_head not in ("", GENESIS) and _sequence_of(kept_head) is None:
        problem = "The log was written anew: the head that you kept is not in it."
        return replace(report, ok=False, problem=problem)
    return report


def verify_events(events: Iterable[AuditEvent]) -> AuditReport:
    """Recompute a chain that starts at event 1, given in its order."""
    head, count = GENESIS, 0
    for event in events:
        number, problem = count + 1, ""
        if event.sequence != number:
            problem = _missing(number, event.sequence - 1)
        elif event.previous_hash != head:
            problem = f"Event {number} does not follow from the one before it; one of the two was altered."
        elif event_hash(event) != event.hash:
            problem = f"Event {number} was altered."
        if problem:
            return AuditReport(ok=False, events=count, first_bad=number, problem=problem, head=head)
        head, count = event.hash, number
    return AuditReport(ok=True, events=count, first_bad=None, problem="", head=head)


def _with_end(report: AuditReport, end: AuditHead | None) -> AuditReport:
    """Hold an unbroken chain against where the log ended when checking began, and ends now."""
    count = report.events
    if end is None:
        if not count:
            return report
        problem = "The row that says where the log ends is missing; events after this one may be, too."
        return replace(report, ok=False, first_bad=count, problem=problem)
    if end.sequence > count:
        return replace(
            report, ok=False, first_bad=count + 1, problem=_missing(count + 1, end.sequence, at_end=True)
        )
    if (_sequence_of(end.hash) or 0) != end.sequence:
        problem = f"Event {end.sequence} was altered together with its hash."
        return replace(report, ok=False, first_bad=end.sequence, problem=problem)
    if count > end.sequence:  # written while this ran, or by somebody else
        now = AuditHead.objects.get(pk=AuditHead.ONLY).sequence
        if now < count:
            return replace(report, ok=False, first_bad=now + 1, problem=_put_in(now + 1, count))
    return report


def _told_closer(report: AuditReport) -> AuditReport:
    """Find out by the hashes in the log whether the bad event was moved, or others put in before it."""
    number = report.first_bad or 0
    event = AuditEvent.objects.filter(sequence=number).first()
    if event is None or event.previous_hash == report.head:
        return report
    follows = _sequence_of(event.previous_hash)
    if follows is None:
        return report
    for place in (follows, follows + 1):  # of two neighbours that were swapped, the first follows itself
        event.sequence = place
        if place > number and event_hash(event) == event.hash:
            return replace(report, problem=f"Event {number} is in the wrong place; it was event {place}.")
    if follows < number - 1:
        return replace(report, first_bad=follows + 1, problem=_put_in(follows + 1, number - 1))
    return report


def _sequence_of(hashed: str) -> int | None:
    """The number of the event with this hash, 0 for the hash before the first."""
    if hashed == GENESIS:
        return 0
    return AuditEvent.objects.filter(hash=hashed).values_list("sequence", flat=True).first()


def _missing(first: int, last: int, *, at_end: bool = False) -> str:
    where = " at the end" if at_end else ""
    return f"{_named(first, last)} missing{where}."


def _put_in(first: int, last: int) -> str:
    return f"{_named(first, last, 'was', 'were')} put in."


def _named(first: int, last: int, one: str = "is", many: str = "are") -> str:
    return f"Event {first} {one}" if first == last else f"Events {first} to {last} {many}"
