"""Core's endpoints, and the one shape of errors."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404
from django.utils import timezone
from rest_framework import exceptions, serializers
from rest_framework.test import APIClient

from accounts.models import User
from core.api.errors import error_response
from core.errors import Busy, Conflict
from core.models import Job, WorkerSeen
from core.selectors import health as selectors
from core.services.jobs import claim_job
from core.services.workers import mark_gone, mark_seen

Client = Callable[..., APIClient]
QueueJob = Callable[..., Job]


class Row(serializers.Serializer[Any]):
    number = serializers.IntegerField()


class Rows(serializers.Serializer[Any]):
    rows = Row(many=True)


def invalid(data: Any) -> exceptions.ValidationError:
    try:
        Rows(data=data).is_valid(raise_exception=True)
    except exceptions.ValidationError as error:
        return error
    raise AssertionError("it is valid")


@pytest.mark.parametrize(
    ("error", "status", "code", "message"),
    [
        (Conflict("No.", remedy="Wait."), 409, "conflict", "No."),
        (Busy("Later."), 503, "busy", "Later."),
        (OperationalError("database is locked"), 503, "busy", "The database does not answer now."),
        (RequestDataTooBig(), 413, "too_large", "This request is too large."),
        (Http404(), 404, "not_found", "There is no such thing, or it is not yours."),
        (
            exceptions.NotFound("Invalid page."),
            404,
            "not_found",
            "There is no such thing, or it is not yours.",
        ),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed", 'Method "PUT" not allowed.'),
        (exceptions.ParseError(), 400, "parse_error", "Malformed request."),
        (exceptions.UnsupportedMediaType("text/x"), 415, "unsupported_media_type", None),
        (exceptions.Throttled(wait=7.2), 429, "too_many_requests", "Too many requests."),
        (exceptions.NotAuthenticated(), 401, "not_signed_in", "You are not signed in."),
        (exceptions.PermissionDenied(), 403, "not_permitted", "Your roles do not include this."),
        (
            exceptions.PermissionDenied("CSRF Failed: no cookie"),
            403,
            "csrf_failed",
            "The page is out of date.",
        ),
        (invalid({}), 400, "invalid", "rows: This field is required."),
        (
            invalid({"rows": [{"number": 1}, {"number": "x"}]}),
            400,
            "invalid",
            "rows[1].number: A valid integer is required.",
        ),
        (exceptions.ValidationError("Not so."), 400, "invalid", "Not so."),
    ],
)
def test_every_error_has_the_same_shape(
    db: None, error: Exception, status: int, code: str, message: str | None
) -> None:
    response = error_response(error, {})

    assert response is not None
    assert (response.status_code, response.data["code"]) == (status, code)
    assert set(response.data) == {"code", "message", "remedy", "detail"}
    assert message is None or response.data["message"] == message


def test_an_unexpected_error_is_not_dressed_up() -> None:
    assert error_response(ZeroDivisionError(), {}) is None


def test_an_unknown_address_of_the_api_answers_like_the_rest(db: None) -> None:
    answer = APIClient().get("/api/nothing/")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_person_who_opens_an_address_that_is_not_theirs_sees_a_page(
    db: None, specialist: User, client_of: Client
) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    address = "/api/exports/9/file/"

    refused = client_of(specialist).get(address, headers=browser)
    unknown = APIClient().get(address, headers=browser)

    for answer, status in ((refused, 403), (unknown, 401)):
        assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert "Your roles do not include this." in refused.content.decode()
    assert 'href="/sign-in"' in unknown.content.decode()
    assert APIClient().get(address).json()["code"] == "not_signed_in"


def test_people_see_their_own_jobs_and_administrators_all(
    queue: QueueJob, specialist: User, administrator: User, client_of: Client
) -> None:
    mine, other = queue(by=specialist, title="Mine"), queue(by=administrator)

    assert [row["id"] for row in client_of(specialist).get("/api/jobs/").json()["results"]] == [str(mine.pk)]
    assert client_of(specialist).get(f"/api/jobs/{other.pk}/").status_code == 404
    assert client_of(specialist).post(f"/api/jobs/{other.pk}/cancel/").status_code == 404
    assert client_of(administrator).get("/api/jobs/").json()["count"] == 2


def test_jobs_are_narrowed_by_kind_and_state(queue: QueueJob, administrator: User, client_of: Client) -> None:
    queue()
    claim_job(job_id=queue(kind="test.train").pk, owner="worker 1")
    client = client_of(administrator)

    assert client.get("/api/jobs/?kind=test.work").json()["count"] == 1
    assert client.get("/api/jobs/?state=running").json()["results"][0]["kind"] == "test.train"
    assert client.get("/api/jobs/?state=lost").status_code == 400


def test_a_person_cancels_their_job_once(queue: QueueJob, specialist: User, client_of: Client) -> None:
    address = f"/api/jobs/{queue(by=specialist).pk}/cancel/"
    client = client_of(specialist)

    assert client.post(address).json()["state"] == "cancelled"
    again = client.post(address)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


def test_a_job_that_is_not_there_is_404(administrator: User, client_of: Client) -> None:
    assert client_of(administrator).get(f"/api/jobs/{uuid4()}/").status_code == 404


def test_a_list_of_jobs_takes_the_same_queries_for_one_and_for_many(
    queue: QueueJob, specialist: User, administrator: User, client_of: Client, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        queue(by=specialist if number % 2 else administrator)
    client = client_of(administrator)
    client.get("/api/session/")
    with django_assert_num_queries(4):  # session, person, which, rows
        assert len(client.get("/api/jobs/").json()["results"]) == 30


def test_a_page_has_at_most_two_hundred_rows(queue: QueueJob, administrator: User, client_of: Client) -> None:
    for _ in range(60):
        queue()
    client = client_of(administrator)

    assert len(client.get("/api/jobs/").json()["results"]) == 50
    assert len(client.get("/api/jobs/?page_size=100000").json()["results"]) == 60
    assert client.get("/api/jobs/?page=9").status_code == 404


def test_the_audit_log_is_narrowed_to_one_object(
    queue: QueueJob, administrator: User, client_of: Client
) -> None:
    job = queue(by=administrator)
    queue()

    events = client_of(administrator).get(f"/api/audit-events/?object_id={job.pk}").json()["results"]

    assert [(event["action"], event["actor_name"]) for event in events] == [("job.queue", "administrator")]


def test_a_worker_is_seen_until_it_is_gone(administrator: User, client_of: Client) -> None:
    mark_seen(name="short@here", queues="short")
    mark_seen(name="short@here", queues="short")
    workers = client_of(administrator).get("/api/system/").json()["workers"]
    assert [(worker["name"], worker["queues"], worker["alive"]) for worker in workers] == [
        ("short@here", ["short"], True)
    ]

    WorkerSeen.objects.update(last_seen_at=timezone.now() - timedelta(minutes=1))
    assert client_of(administrator).get("/api/system/").json()["workers"][0]["alive"] is False

    mark_gone(name="short@here")
    assert not WorkerSeen.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("present", "status"),
    [
        ({"short": "short", "train": "train", "scheduler": ""}, "ok"),
        ({"all": "short,train", "scheduler": ""}, "ok"),
        ({"short": "short", "scheduler": ""}, "degraded"),
        ({"short": "short", "train": "train"}, "degraded"),
        ({}, "degraded"),
    ],
)
def test_health_is_ok_when_every_part_is_there(
    monkeypatch: pytest.MonkeyPatch, present: dict[str, str], status: str
) -> None:
    monkeypatch.setattr(selectors, "_ping_broker", lambda: True)
    for name, queues in present.items():
        mark_seen(name=name, queues=queues)

    answer = APIClient().get("/api/health/")

    assert (answer.status_code, answer.json()["status"]) == (200, status)
    assert all(set(worker) == {"queues", "last_seen_at", "alive"} for worker in answer.json()["workers"])


def test_health_is_down_without_a_database(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OSError("the host db.internal is away")

    monkeypatch.setattr(selectors, "workers_seen", refuse)

    answer = APIClient().get("/api/health/")

    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert "internal" not in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ('{"name": NaN}', 400, "parse_error"),
        ("[" * 100_000, 400, "parse_error"),
        ('{"name": ', 400, "parse_error"),
        ('{"name": 9223372036854775808}', 400, "parse_error"),
        ('{"name": "' + "x" * 9_000_000 + '"}', 413, "too_large"),
        ('{"name": "a\\u0000b"}', 400, "invalid"),
    ],
    ids=["NaN", "deep", "cut off", "too large a number", "too large", "NUL"],
)
def test_a_body_that_can_not_be_taken_is_refused(
    specialist: User, client_of: Client, body: str, status: int, code: str
) -> None:
    answer = client_of(specialist).post("/api/tokens/", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize("address", ["/api/jobs/?kind=%00", "/api/models/%00/"])
def test_an_address_with_a_nul_is_refused(administrator: User, client_of: Client, address: str) -> None:
    assert client_of(administrator).get(address).status_code == 400
