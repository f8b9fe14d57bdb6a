"""The audit log: append-only, chained, checkable."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import F

from accounts.models import User
from core import audit_triggers
from core.models import AuditEvent
from core.services import audit, audit_check
from tests.core.append_only import assert_refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_events(administrator: User) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            audit.record(actor=administrator, action="test.change", before={"n": n}, after={"n": n + 1})
            for n in range(3)
        ]


def check(*options: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("verify_audit", "--json", *options, stdout=out)
        status = 0
    except SystemExit as ended:
        status = int(ended.code or 0)
    return {"status": status, **json.loads(out.getvalue().splitlines()[-1])}


def tamper(change: Callable[[], Any]) -> None:
    """Change rows as somebody who owns the database can."""
    with audit_triggers.lifted(connection):
        change()


def test_an_untouched_log_is_found_good(three_events: list[AuditEvent]) -> None:
    found = check()

    assert (found["status"], found["ok"], found["first_bad"]) == (0, True, None)
    assert (found["events"], found["head"]) == (3, three_events[-1].hash)


def test_an_empty_log_is_good() -> None:
    assert check()["ok"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"action": "test.other"},
        {"actor_name": "somebody"},
        {"actor": None},
        {"after": {"n": 7}},
        {"reason": "because"},
        {"object_id": "9"},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"at": F("at") + timedelta(microseconds=1)},
        {"hash": "f" * 64},
        {"previous_hash": "f" * 64},
    ],
)
def test_an_altered_event_is_named(three_events: list[AuditEvent], changes: dict[str, Any]) -> None:
    tamper(lambda: AuditEvent.objects.filter(sequence=2).update(**changes))

    found = check()

    assert (found["status"], found["ok"], found["first_bad"]) == (1, False, 2)


@pytest.mark.parametrize("gone", [1, 2])
def test_a_removed_event_is_named(three_events: list[AuditEvent], gone: int) -> None:
    tamper(lambda: AuditEvent.objects.filter(sequence=gone).delete())

    assert check()["first_bad"] == gone


def test_an_event_with_a_recomputed_hash_breaks_the_next_one(three_events: list[AuditEvent]) -> None:
    def forge() -> None:
        event = AuditEvent.objects.get(sequence=2)
        event.reason = "forged"
        event.hash = audit.event_hash(event)
        event.save()

    tamper(forge)

    assert check()["first_bad"] == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditevent SET reason = 'changed'",
        "DELETE FROM core_auditevent",
        "TRUNCATE core_auditevent CASCADE",
        "INSERT OR REPLACE INTO core_auditevent SELECT * FROM core_auditevent WHERE sequence = 2",
    ],
)
def test_the_database_refuses_to_change_events(three_events: list[AuditEvent], statement: str) -> None:
    assert_refused(statement)

    assert check()["events"] == 3


@pytest.mark.parametrize(
    "value",
    [
        {"big": 1e16, "small": 1e-7, "whole": 2.0, "third": 1 / 3, "minus": -0.0, "huge": 10**25},
        ["å", "\u2028", "𝄞", '"', {"nested": [None, True, 1.5]}],
        {1: "an integer key", "when": datetime(2026, 1, 1, tzinfo=UTC), "id": UUID(int=7)},
        "text",
        0,
    ],
)
def test_every_json_value_survives_the_database(value: Any) -> None:
    with transaction.atomic():
        audit.record(actor=None, action="test.value", before=value, after={"now": value})

    assert check()["ok"] is True


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON"), transaction.atomic():
        audit.record(actor=None, action="test.value", after=float("nan"))


def test_checking_reads_the_log_as_a_stream(
    three_events: list[AuditEvent], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):  # where it ends, the events, the event it ends with
        assert audit_check.verify().events == 3


@pytest.mark.django_db(transaction=True)
def test_events_written_at_the_same_time_form_one_chain() -> None:
    def write() -> None:
        try:
            for _ in range(5):
                with transaction.atomic():
                    audit.record(actor=None, action="test.race")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (check()["ok"], AuditEvent.objects.count()) == (True, 20)


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        audit.record(actor=None, action="test.change")


@pytest.mark.django_db(transaction=True)
def test_an_event_falls_with_its_change() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        audit.record(actor=None, action="test.change")
        raise ZeroDivisionError

    assert AuditEvent.objects.count() == 0
