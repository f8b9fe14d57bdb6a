"""Signing in and out with the browser."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.middleware import STARTED
from accounts.models import SignInAttempt, User
from core.housekeeping import run_chores
from core.models import AuditEvent
from tests.conftest import PASSWORD

ADDRESS = "/api/session/"


def sign_in(client: APIClient, password: str = PASSWORD, **headers: Any) -> Any:
    return client.post(ADDRESS, {"username": "specialist", "password": password}, **headers)


def test_nobody_is_signed_in_at_first(db: None) -> None:
    client = APIClient()

    answer = client.get(ADDRESS)

    assert answer.json() == {"user": None, "demo": False, "one_person_site": False}
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


def test_guessing_is_stopped_even_when_the_last_guess_is_right(specialist: User) -> None:
    client = APIClient()
    for _ in range(5):
        assert sign_in(client, "wrong").json()["code"] == "wrong_credentials"

    answer = sign_in(client)

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")


def test_guessing_from_one_address_does_not_lock_the_person_out_elsewhere(specialist: User) -> None:
    for _ in range(6):
        sign_in(APIClient(), "wrong", REMOTE_ADDR="203.0.113.9")

    assert sign_in(APIClient(), REMOTE_ADDR="203.0.113.10").status_code == 200


def test_the_door_opens_again_after_a_while(specialist: User) -> None:
    for _ in range(5):
        sign_in(APIClient(), "wrong")
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=16))

    assert sign_in(APIClient()).status_code == 200


def test_attempts_are_kept_for_90_days(specialist: User) -> None:
    for days in (1, 89, 91, 400):
        attempt = SignInAttempt.objects.create(username="x", address="::1", succeeded=False)
        SignInAttempt.objects.filter(pk=attempt.pk).update(at=timezone.now() - timedelta(days=days))

    run_chores()

    assert SignInAttempt.objects.count() == 2


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
