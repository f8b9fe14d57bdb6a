"""Failures to sign in are counted by name and address, and too many close the door for a while."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from core.housekeeping import run_chores
from core.models import AuditEvent
from tests.conftest import PASSWORD

ADDRESS = "/api/session/"


def sign_in(password: str = PASSWORD, *, username: str = "specialist", address: str = "203.0.113.9") -> Any:
    return APIClient().post(ADDRESS, {"username": username, "password": password}, REMOTE_ADDR=address)


def lock(username: str = "specialist") -> None:
    for _ in range(5):
        sign_in("wrong", username=username)


def test_the_fifth_failure_closes_the_door_even_for_the_right_password(specialist: User) -> None:
    codes = [sign_in("wrong").json()["code"] for _ in range(5)]
    answer = sign_in()

    assert codes == ["wrong_credentials"] * 4 + ["too_many_attempts"]
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert answer.json()["remedy"].startswith("Wait 15 minutes")


def test_another_person_and_another_place_are_not_locked_out(specialist: User, reviewer: User) -> None:
    lock()

    assert sign_in(address="203.0.113.10").status_code == 200
    assert sign_in(username="reviewer").status_code == 200


def test_an_address_that_tries_many_names_is_locked_for_all(specialist: User, settings: Any) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 8
    for number in range(8):
        assert sign_in("wrong", username=f"name{number}").status_code == 403

    assert sign_in().status_code == 429
    assert sign_in(address="203.0.113.10").status_code == 200


def test_a_locked_address_promises_no_help_that_an_administrator_can_not_give(
    specialist: User, settings: Any
) -> None:
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 8
    lock()
    assert "An administrator can let you in" in sign_in().json()["remedy"]

    for number in range(3):
        last = sign_in("wrong", username=f"name{number}")
    assert last.status_code == 403

    assert "administrator" not in sign_in().json()["remedy"]
    assert "administrator" not in sign_in(username="somebody").json()["remedy"]
    call_command("axes_reset_ip", "203.0.113.9", stdout=StringIO())
    assert sign_in().status_code == 200


def test_ipv4_addresses_that_a_socket_of_ipv6_took_count_each_for_itself(specialist: User) -> None:
    for _ in range(5):
        sign_in("wrong", address="::ffff:203.0.113.9")

    assert sign_in().status_code == 429
    assert sign_in(address="::ffff:203.0.113.10").status_code == 200


def test_the_addresses_of_one_ipv6_network_count_together(specialist: User) -> None:
    for last in range(5):
        sign_in("wrong", address=f"2001:db8::{last}")

    assert sign_in(address="2001:db8::ffff:1").status_code == 429
    assert sign_in(address="2001:db8:0:1::1").status_code == 200


def test_the_door_opens_again_after_a_while(specialist: User) -> None:
    lock()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))

    assert sign_in().status_code == 200


def test_trying_a_closed_door_keeps_it_closed_no_longer(specialist: User) -> None:
    lock()
    before = AccessAttempt.objects.get().attempt_time

    sign_in("wrong")

    assert AccessAttempt.objects.get().attempt_time == before


def test_being_let_in_forgets_the_failures_before(specialist: User) -> None:
    for _ in range(4):
        sign_in("wrong")
    sign_in()

    assert sign_in("wrong").status_code == 403


def test_a_lock_is_one_line_of_the_audit_log(specialist: User) -> None:
    lock()
    sign_in("wrong")

    event = AuditEvent.objects.get(action="sign_in.lock")
    assert event.object_id == str(specialist.pk)
    assert event.after == {"address": "203.0.113.9", "tried": "password", "known_name": True}


def test_a_name_that_nobody_has_is_not_kept_in_the_audit_log(db: None) -> None:
    lock("hunter2-typed-into-the-wrong-field")

    event = AuditEvent.objects.get(action="sign_in.lock")
    assert event.after is not None and event.after["known_name"] is False
    assert "hunter2" not in str(event.after)


def test_no_password_is_kept_of_a_failure(specialist: User) -> None:
    sign_in("a password with one letter wrong")

    assert "letter wrong" not in str(list(AccessAttempt.objects.values()))
    assert "letter wrong" not in str(list(AccessFailureLog.objects.values()))


def test_an_administrator_lets_a_person_in_before_the_time(
    specialist: User, administrator: User, client_of: Callable[..., APIClient]
) -> None:
    lock()
    client, person = client_of(administrator), f"/api/people/{specialist.pk}"
    locked = {"password": True, "second_factor": False, "at_provider": False, "locked": True}
    assert client.get(f"{person}/sign-in/").json() == locked

    assert client.post(f"{person}/unlock/").status_code == 204

    assert client.get(f"{person}/sign-in/").json()["locked"] is False
    assert sign_in().status_code == 200
    assert AuditEvent.objects.filter(action="user.unlock", object_id=str(specialist.pk)).count() == 1


def test_the_command_line_lets_everybody_in(specialist: User) -> None:
    lock()

    call_command("axes_reset", verbosity=0)

    assert sign_in().status_code == 200


def test_failures_are_kept_for_90_days(specialist: User) -> None:
    for days in (1, 89, 91, 400):
        row = AccessFailureLog.objects.create(username="x", ip_address="::1", user_agent="password")
        AccessFailureLog.objects.filter(pk=row.pk).update(attempt_time=timezone.now() - timedelta(days=days))

    run_chores()

    assert AccessFailureLog.objects.count() == 2


@pytest.mark.parametrize("address", ["", "unix:", "203.0.113.9:4711", "x" * 300])
def test_what_is_no_address_counts_as_one_unknown_place(specialist: User, address: str) -> None:
    for _ in range(5):
        sign_in("wrong", address=address)

    assert sign_in(address=address).status_code == 429
