"""Finding audit events, and giving them out."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from core.models import AuditEvent, Viewing
from core.services import audit, audit_check
from core.services.viewings import Seen, chain_viewings, write_viewings

Client = Callable[..., APIClient]
Found = Callable[..., list[int]]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def log(specialist: User, administrator: User) -> list[AuditEvent]:
    with transaction.atomic():
        return [
            audit.record(actor=specialist, action="labels.save", obj=specialist, after={"note": "Drüsen"}),
            audit.record(actor=administrator, action="model.promote", reason="better on the test set"),
            audit.record(actor=administrator, action="model.retire", before={"state": "champion"}),
            audit.record(actor=None, action="job.queue", after={"title": "Train"}),
        ]


@pytest.fixture
def found(administrator: User, client_of: Client) -> Found:
    """Places in the log of the events that a query finds, newest first."""
    client = client_of(administrator)

    def find(**query: Any) -> list[int]:
        answer = client.get(f"/api/audit-events/?{urlencode(query)}")
        assert answer.status_code == 200, answer.content
        return [event["sequence"] for event in answer.json()["results"]]

    return find


def test_events_are_found_by_person_action_object_and_time(
    log: list[AuditEvent], found: Found, specialist: User
) -> None:
    assert found(person=specialist.pk) == [1]
    assert found(action="model.promote") == [2]
    assert found(action="model.") == [3, 2]
    assert found(object_type="accounts.user", object_id=specialist.pk) == [1]
    assert found(since=log[2].at.isoformat()) == [4, 3]
    assert found(until=log[1].at.isoformat()) == [1]


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("Drüsen", [1]),
        ("TEST set", [2]),
        ("champion", [3]),
        ("promote better", [2]),
        ("train", [4]),
        ("promote champion", []),
    ],
)
def test_events_are_found_by_words(log: list[AuditEvent], found: Found, text: str, events: list[int]) -> None:
    assert found(text=text) == events


@pytest.mark.parametrize(
    "query", ["person=x", "since=yesterday", "since=2026-13-40T00:00:00Z", "text=" + "x" * 201]
)
def test_what_can_not_be_sought_is_refused(administrator: User, client_of: Client, query: str) -> None:
    assert client_of(administrator).get(f"/api/audit-events/?{query}").status_code == 400


def test_a_page_of_the_log_takes_the_same_queries_however_long_it_is(
    log: list[AuditEvent], administrator: User, client_of: Client, django_assert_num_queries: Any
) -> None:
    client = client_of(administrator)
    client.get("/api/session/")
    with CaptureQueriesContext(connection) as few:
        client.get("/api/audit-events/?text=e")
    with transaction.atomic():
        for _ in range(60):
            audit.record(actor=administrator, action="test.change")
    with django_assert_num_queries(len(few)):
        assert len(client.get("/api/audit-events/?text=e").json()["results"]) == 50


def content(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def test_an_export_holds_what_was_sought_and_is_itself_in_the_log(
    log: list[AuditEvent], administrator: User, client_of: Client
) -> None:
    answer = client_of(administrator).get("/api/audit-events/export/?kind=jsonl&action=model.")
    events = [json.loads(line) for line in content(answer).splitlines()]

    assert [event["action"] for event in events] == ["model.promote", "model.retire"]
    assert events[0]["hash"] == log[1].hash
    told: Any = AuditEvent.objects.get(action="audit.export")
    assert (told.actor, told.after) == (administrator, {"kind": "jsonl", "filter": {"action": "model."}})


def test_an_export_of_everything_can_be_checked_without_the_database(
    log: list[AuditEvent], administrator: User, client_of: Client
) -> None:
    answer = client_of(administrator).get("/api/audit-events/export/?kind=jsonl")
    events = [json.loads(line) for line in content(answer).splitlines()]

    rebuilt = [AuditEvent(**{**event, "at": datetime.fromisoformat(event["at"])}) for event in events]
    assert audit_check.verify_events(rebuilt).ok
    assert events[-1]["action"] == "audit.export"


def test_a_cell_that_a_spreadsheet_would_run_leaves_harmless(administrator: User, client_of: Client) -> None:
    with transaction.atomic():
        audit.record(actor=administrator, action="test.change", reason="=1+1")

    rows = list(
        csv.DictReader(io.StringIO(content(client_of(administrator).get("/api/audit-events/export/"))))
    )

    assert rows[0]["reason"] == "'=1+1"
    assert rows[0]["at"].startswith("20")


def seen(person: User, patient: str, minute: datetime = NOON) -> Seen:
    return Seen(
        person=person.pk,
        minute=minute,
        object_type="annotations.patient",
        object_id=patient,
        title=f"P{patient}",
    )


def test_looks_at_patients_become_one_event_for_each_person_and_minute(
    specialist: User, reviewer: User, found: Found
) -> None:
    later = NOON + timedelta(minutes=1)
    write_viewings(
        [seen(specialist, "5"), seen(specialist, "12"), seen(reviewer, "5"), seen(specialist, "5", later)]
    )
    write_viewings([seen(specialist, "5")])  # another process saw the same

    assert chain_viewings() == 3
    assert chain_viewings() == 0
    told = AuditEvent.objects.order_by("actor_name", "sequence").values_list("actor_name", "after")
    assert list(told) == [
        ("reviewer", {"minute": NOON.isoformat(), "patients": {"5": "P5"}}),
        ("specialist", {"minute": NOON.isoformat(), "patients": {"5": "P5", "12": "P12"}}),
        ("specialist", {"minute": later.isoformat(), "patients": {"5": "P5"}}),
    ]
    assert len(found(object_type="annotations.patient", object_id="12")) == 1
    assert found(object_id="5") == [3, 2, 1]
    assert found(object_id="1") == []


def test_a_minute_that_goes_on_waits(specialist: User) -> None:
    write_viewings([seen(specialist, "5", timezone.now().replace(second=0, microsecond=0))])

    assert chain_viewings() == 0
    assert Viewing.objects.count() == 1
