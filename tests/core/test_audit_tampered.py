"""Somebody who owns the database changes the audit log: checking it names the row."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core import audit_triggers
from core.models import AuditEvent, AuditHead
from core.services import audit
from core.services.audit_check import verify
from tests.core.append_only import assert_refused

pytestmark = pytest.mark.django_db

FREE = 1000  # a number that no event has


def write(action: str = "test.change") -> AuditEvent:
    with transaction.atomic():
        return audit.record(actor=None, action=action)


@pytest.fixture
def five_events() -> list[AuditEvent]:
    return [write() for _ in range(5)]


@pytest.fixture
def owner(five_events: list[AuditEvent]) -> Iterator[None]:
    """Somebody who can take the triggers away, in front of five events."""
    with audit_triggers.lifted(connection):
        yield


def remove(*numbers: int) -> None:
    AuditEvent.objects.filter(sequence__in=numbers).delete()


def renumber(was: int, now: int) -> None:
    AuditEvent.objects.filter(sequence=was).update(sequence=now)


def swap(one: int, other: int) -> None:
    for was, now in ((one, FREE), (other, one), (FREE, other)):
        renumber(was, now)


def put_in(number: int) -> None:
    """Put an event in that fits the one before it in every way, those after it one further."""
    for later in reversed(range(number, 6)):
        renumber(later, later + 1)
    before = AuditEvent.objects.filter(sequence=number - 1).first()
    forged = AuditEvent.objects.order_by("-sequence")[0]
    forged.pk, forged.sequence, forged.reason = None, number, "never happened"
    forged.previous_hash = before.hash if before else audit.GENESIS
    forged.hash = audit.event_hash(forged)
    forged.save(force_insert=True)


def alter_with_hash(number: int) -> None:
    event = AuditEvent.objects.get(sequence=number)
    event.reason = "forged"
    event.hash = audit.event_hash(event)
    event.save()


CHANGES: list[tuple[Callable[[], object], int, str]] = [
    (lambda: remove(1), 1, "Event 1 is missing."),
    (lambda: remove(3), 3, "Event 3 is missing."),
    (lambda: remove(2, 3), 2, "Events 2 to 3 are missing."),
    (lambda: remove(5), 5, "Event 5 is missing at the end."),
    (lambda: remove(3, 4, 5), 3, "Events 3 to 5 are missing at the end."),
    (lambda: remove(1, 2, 3, 4, 5), 1, "Events 1 to 5 are missing at the end."),
    (lambda: put_in(1), 1, "Event 1 was put in."),
    (lambda: put_in(3), 3, "Event 3 was put in."),
    (lambda: put_in(5), 5, "Event 5 was put in."),
    (lambda: put_in(6), 6, "Event 6 was put in."),
    (lambda: swap(2, 3), 2, "Event 2 is in the wrong place; it was event 3."),
    (lambda: swap(1, 4), 1, "Event 1 is in the wrong place; it was event 4."),
    (lambda: swap(3, 5), 3, "Event 3 is in the wrong place; it was event 5."),
    (lambda: alter_with_hash(5), 5, "Event 5 was altered together with its hash."),
    (lambda: AuditEvent.objects.filter(sequence=4).update(reason="x"), 4, "Event 4 was altered."),
]


@pytest.mark.parametrize(("change", "first_bad", "problem"), CHANGES)
def test_what_was_done_to_the_log_is_told_and_the_row_named(
    owner: None, change: Callable[[], object], first_bad: int, problem: str
) -> None:
    change()

    report = verify()

    assert (report.ok, report.first_bad, report.problem) == (False, first_bad, problem)


@pytest.mark.parametrize(
    ("change", "first_bad"),
    [
        (lambda: remove(5), 5),
        (lambda: remove(3, 4, 5), 3),
        (lambda: remove(1, 2, 3, 4, 5), 1),
        (lambda: put_in(6), 6),
        (lambda: AuditHead.objects.all().delete(), 6),
    ],
)
def test_what_is_written_afterwards_does_not_cover_it_up(
    five_events: list[AuditEvent], change: Callable[[], object], first_bad: int
) -> None:
    with audit_triggers.lifted(connection):
        change()

    write()
    write()

    assert (verify().ok, verify().first_bad) == (False, first_bad)


def test_the_end_that_was_noted_cannot_be_taken_away_unseen(owner: None) -> None:
    AuditHead.objects.all().delete()

    assert (verify().ok, verify().first_bad) == (False, 5)


def test_a_log_written_anew_is_told_by_a_head_that_was_kept(five_events: list[AuditEvent]) -> None:
    kept = verify().head
    write()
    assert verify(kept_head=kept).ok
    with audit_triggers.lifted(connection):
        AuditEvent.objects.all().delete()
        AuditHead.objects.all().delete()
    for _ in range(6):
        write("test.other")
    assert verify().ok

    assert not verify(kept_head=kept).ok


def test_events_written_while_the_log_is_checked_are_no_fault(
    five_events: list[AuditEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_then_written(*args: Any, **options: Any) -> Iterator[AuditEvent]:
        write()
        yield from list(AuditEvent.objects.order_by("sequence"))
        write()

    monkeypatch.setattr("django.db.models.query.QuerySet.iterator", read_then_written)

    assert verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_audithead SET sequence = sequence - 1",
        "UPDATE core_audithead SET hash = 'other'",
        "UPDATE core_audithead SET id = 2, sequence = sequence + 1",
        "DELETE FROM core_audithead",
        "TRUNCATE core_audithead",
        "INSERT OR REPLACE INTO core_audithead (id, sequence, hash) VALUES (1, 2, 'x')",
    ],
)
def test_the_database_refuses_to_move_the_end_back(five_events: list[AuditEvent], statement: str) -> None:
    assert_refused(statement)

    assert verify().ok


@pytest.mark.django_db(transaction=True)
def test_a_log_from_before_the_end_was_noted_goes_on(five_events: list[AuditEvent]) -> None:
    call_command("migrate", "core", "0003", verbosity=0)
    call_command("migrate", "core", verbosity=0)

    assert AuditHead.objects.get().sequence == 5
    write()
    assert verify().events == 6
