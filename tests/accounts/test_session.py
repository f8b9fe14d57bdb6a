"""Signing in and out with the browser."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.middleware import RENEW_EVERY_S
from accounts.models import User
from accounts.session_keys import SEEN, STARTED
from core.models import AuditEvent
from tests.conftest import PASSWORD

ADDRESS = "/api/session/"


def sign_in(client: APIClient, password: str = PASSWORD, **headers: Any) -> Any:
    return client.post(ADDRESS, {"username": "specialist", "password": password}, **headers)


def test_nobody_is_signed_in_at_first(db: None) -> None:
    client = APIClient()

    answer = client.get(ADDRESS)

    assert answer.json() == {
        "user": None,
        "demo": False,
        "one_person_site": False,
        "code_needed": False,
        "second_factor_due": False,
        "confirmed": False,
        "provider": None,
        "idle_minutes": 30,
    }
    assert "csrftoken" in client.cookies


def test_signing_in_tells_who_one_is_and_what_one_may_do(specialist: User) -> None:
    answer = sign_in(APIClient())

    user = answer.json()["user"]
    assert (user["id"], user["username"], user["roles"]) == (specialist.pk, "specialist", ["specialist"])
    assert "labels.write" in user["actions"]
    assert AuditEvent.objects.filter(action="session.start", actor=specialist).count() == 1


def test_signing_in_gives_the_session_a_new_key(specialist: User) -> None:
    client = APIClient()
    client.session.save()
    before = client.session.session_key

    sign_in(client)

    assert client.cookies["fovea_session"].value != before
    assert client.cookies["fovea_session"]["httponly"]
    assert client.cookies["fovea_session"]["samesite"] == "Lax"


@pytest.mark.parametrize(
    ("username", "active"), [("specialist", True), ("specialist", False), ("nobody", True)]
)
def test_wrong_name_wrong_password_and_closed_account_look_the_same(
    specialist: User, username: str, active: bool
) -> None:
    User.objects.update(is_active=active)
    password = PASSWORD if not active else "wrong"

    answer = APIClient().post(ADDRESS, {"username": username, "password": password})

    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_credentials")


def test_signing_in_and_changing_things_needs_the_csrf_token(specialist: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.get(ADDRESS)
    assert sign_in(client).json()["code"] == "csrf_failed"

    token = client.cookies["csrftoken"].value
    assert sign_in(client, HTTP_X_CSRFTOKEN=token).status_code == 200
    assert client.post("/api/tokens/", {"name": "script"}).json()["code"] == "csrf_failed"
    token = client.cookies["csrftoken"].value
    assert client.post("/api/tokens/", {"name": "script"}, HTTP_X_CSRFTOKEN=token).status_code == 201


def test_signing_out_ends_the_session(specialist: User) -> None:
    client = APIClient()
    sign_in(client)

    assert client.delete(ADDRESS).status_code == 204

    assert client.get(ADDRESS).json()["user"] is None
    assert client.get("/api/jobs/").status_code == 401


def test_a_session_ends_after_a_long_day(specialist: User, client_of: Callable[..., APIClient]) -> None:
    client = client_of(specialist)
    session = client.session
    session[STARTED] = int(time.time()) - 12 * 3600 - 1
    session.save()

    assert client.get("/api/jobs/").status_code == 401


def test_work_keeps_the_session_with_one_write_a_minute(
    specialist: User, client_of: Callable[..., APIClient], django_assert_num_queries: Any
) -> None:
    client = client_of(specialist)
    first = client.get(ADDRESS)
    with django_assert_num_queries(2):  # session, person
        second = client.get(ADDRESS)

    assert first.cookies["fovea_session"]["max-age"] == 30 * 60
    assert "fovea_session" not in second.cookies


def idle(client: APIClient, *, since_s: int) -> None:
    """Let the session's person have touched nothing for so long."""
    session = client.session
    session[SEEN] = int(time.time()) - since_s
    session.save()


def test_what_an_unattended_page_asks_for_does_not_keep_the_session(
    specialist: User, client_of: Callable[..., APIClient]
) -> None:
    client = client_of(specialist)
    client.get(ADDRESS)
    idle(client, since_s=10 * RENEW_EVERY_S)
    ends = Session.objects.get().expire_date

    for _ in range(3):
        assert client.get("/api/jobs/", headers={"Fovea-Unattended": "1"}).status_code == 200
    assert Session.objects.get().expire_date == ends

    client.get("/api/jobs/")
    assert Session.objects.get().expire_date > ends


def test_a_session_ends_when_nobody_touches_the_page(
    specialist: User, client_of: Callable[..., APIClient]
) -> None:
    client = client_of(specialist)
    client.get(ADDRESS)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))

    answer = client.get("/api/jobs/", headers={"Fovea-Unattended": "1"})

    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
