"""Second factors: setting one up, signing in with it, losing it, and that a code counts once."""

import time
from collections.abc import Callable
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from accounts.services.tokens import create_token
from core.models import AuditEvent
from tests.accounts.authenticator_app import App
from tests.conftest import PASSWORD

ADDRESS = "/api/me/second-factor/"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of codes, which stands still."""
    now = [time.time() // 30 * 30 + 10]
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time.time", lambda: now[0])
    return now


@pytest.fixture
def set_up(clock: list[float]) -> Callable[[APIClient], tuple[App, list[str]]]:
    """Turn the second factor on as the account page does; gives the app and the recovery codes."""

    def make(client: APIClient) -> tuple[App, list[str]]:
        app = App(client.post(f"{ADDRESS}enrolment/").json()["secret"], clock)
        answer = client.post(ADDRESS, {"code": app.code(), "password": PASSWORD})
        assert answer.status_code == 200, answer.content
        return app, answer.json()["recovery_codes"]

    return make


@pytest.fixture
def enrolled(
    reviewer: User,
    client_of: Callable[..., APIClient],
    set_up: Callable[[APIClient], tuple[App, list[str]]],
) -> tuple[App, list[str]]:
    """The reviewer's app and recovery codes."""
    made = set_up(client_of(reviewer))
    reviewer.refresh_from_db()  # its sessions before have ended
    return made


def begin(client: APIClient, **headers: Any) -> Any:
    return client.post("/api/session/", {"username": "reviewer", "password": PASSWORD}, **headers)


def finish(client: APIClient, code: str, **headers: Any) -> Any:
    return client.post("/api/session/code/", {"code": code}, **headers)


def test_setting_it_up_shows_a_secret_and_its_qr_code(
    reviewer: User, client_of: Callable[..., APIClient]
) -> None:
    shown = client_of(reviewer).post(f"{ADDRESS}enrolment/").json()

    told = parse_qs(urlsplit(shown["address"]).query)
    assert shown["address"].startswith("otpauth://totp/reviewer?")
    assert told == {"secret": [shown["secret"]], "issuer": ["Fovea"]}
    assert shown["qr_svg"].endswith("</svg>") and "<script" not in shown["qr_svg"]


def test_it_is_on_only_after_the_apps_first_code_and_the_password(
    reviewer: User, client_of: Callable[..., APIClient], clock: list[float]
) -> None:
    client = client_of(reviewer)
    assert client.post(ADDRESS, {"code": "123456", "password": PASSWORD}).status_code == 409
    app = App(client.post(f"{ADDRESS}enrolment/").json()["secret"], clock)

    wrong = client.post(ADDRESS, {"code": app.code(half_minutes=9), "password": PASSWORD})
    nobody = client.post(ADDRESS, {"code": app.code(), "password": "not the password"})
    assert (wrong.json()["code"], nobody.json()["code"]) == ("wrong_code", "wrong_credentials")
    assert client.get(ADDRESS).json()["on"] is False

    right = client.post(ADDRESS, {"code": app.code(), "password": PASSWORD})
    assert len(set(right.json()["recovery_codes"])) == 10
    assert client.get(ADDRESS).json()["recovery_codes_left"] == 10
    assert AuditEvent.objects.filter(action="user.second_factor_on", actor=reviewer).count() == 1


def test_turning_it_on_ends_the_sessions_that_came_without_a_code(
    reviewer: User,
    client_of: Callable[..., APIClient],
    set_up: Callable[[APIClient], tuple[App, list[str]]],
) -> None:
    here, elsewhere = client_of(reviewer), client_of(reviewer)

    set_up(here)

    assert here.get("/api/jobs/").status_code == 200
    assert elsewhere.get("/api/jobs/").status_code == 401


def test_signing_in_takes_password_and_code(enrolled: tuple[App, list[str]]) -> None:
    app, client = enrolled[0], APIClient()
    app.wait()

    first = begin(client).json()
    assert (first["user"], first["code_needed"]) == (None, True)
    assert client.get("/api/jobs/").status_code == 401

    second = finish(client, app.code()).json()
    assert (second["user"]["username"], second["code_needed"]) == ("reviewer", False)
    assert client.get("/api/jobs/").status_code == 200
    event = AuditEvent.objects.filter(action="session.start").order_by("-sequence")[0]
    assert event.after == {"by": "password and code"}


def test_a_code_works_once(enrolled: tuple[App, list[str]]) -> None:
    app, _ = enrolled
    app.wait()
    for status in (200, 403):
        client = APIClient()
        begin(client)
        assert finish(client, app.code()).status_code == status


def test_a_code_older_than_one_that_was_used_works_no_more(enrolled: tuple[App, list[str]]) -> None:
    app, client = enrolled[0], APIClient()
    app.wait()
    app.wait()
    begin(client)
    finish(client, app.code())

    begin(other := APIClient())
    assert finish(other, app.code(half_minutes=-1)).json()["code"] == "wrong_code"


@pytest.mark.parametrize(("half_minutes", "status"), [(-2, 403), (-1, 200), (0, 200), (1, 200), (2, 403)])
def test_the_telephones_clock_may_be_half_a_minute_off(
    enrolled: tuple[App, list[str]], half_minutes: int, status: int
) -> None:
    app, client = enrolled[0], APIClient()
    for _ in range(5):
        app.wait()
    begin(client)

    assert finish(client, app.code(half_minutes=half_minutes)).status_code == status


def test_a_recovery_code_stands_in_for_the_app_once(enrolled: tuple[App, list[str]]) -> None:
    code = enrolled[1][3]
    for status in (200, 403):
        client = APIClient()
        begin(client)
        assert finish(client, code).status_code == status

    begin(client := APIClient())
    finish(client, enrolled[1][4])
    assert client.get(ADDRESS).json()["recovery_codes_left"] == 8
    assert AuditEvent.objects.filter(action="user.recovery_code_used").count() == 2


def test_new_recovery_codes_end_the_old_ones(
    enrolled: tuple[App, list[str]], reviewer: User, client_of: Callable[..., APIClient]
) -> None:
    app, old = enrolled
    app.wait()

    new = client_of(reviewer).post(f"{ADDRESS}recovery-codes/", {"code": app.code()}).json()["recovery_codes"]

    assert set(new).isdisjoint(old)
    begin(client := APIClient())
    assert finish(client, old[0]).status_code == 403
    assert finish(client, new[0]).status_code == 200


def test_guessing_codes_is_stopped_from_wherever_it_comes(enrolled: tuple[App, list[str]]) -> None:
    app, _ = enrolled
    app.wait()
    answers = []
    for number in range(5):
        client = APIClient()
        begin(client, REMOTE_ADDR=f"203.0.113.{number}")
        answers.append(finish(client, "000000", REMOTE_ADDR=f"203.0.113.{number}").status_code)

    assert answers == [403, 403, 403, 403, 429]
    begin(client := APIClient(), REMOTE_ADDR="203.0.113.99")
    assert finish(client, app.code(), REMOTE_ADDR="203.0.113.99").status_code == 429
    assert AuditEvent.objects.get(action="sign_in.lock").after["tried"] == "code of the second factor"  # type: ignore[index]


def test_a_right_password_forgets_no_wrong_code(
    enrolled: tuple[App, list[str]], reviewer: User, client_of: Callable[..., APIClient]
) -> None:
    app, client = enrolled[0], client_of(reviewer)
    app.wait()
    removal = f"{ADDRESS}removal/"
    answers = [client.post(removal, {"password": PASSWORD, "code": "000000"}).status_code for _ in range(5)]

    assert answers == [403, 403, 403, 403, 429]
    assert client.post(removal, {"password": PASSWORD, "code": app.code()}).status_code == 429


def test_passwords_failing_elsewhere_do_not_close_the_door_for_codes(enrolled: tuple[App, list[str]]) -> None:
    app, _ = enrolled
    app.wait()
    for _ in range(6):
        body = {"username": "reviewer", "password": "wrong"}
        APIClient().post("/api/session/", body, REMOTE_ADDR="198.51.100.7")

    begin(client := APIClient())
    assert finish(client, app.code()).status_code == 200


def test_the_code_has_to_follow_within_minutes_in_the_same_browser(
    enrolled: tuple[App, list[str]], settings: Any
) -> None:
    app, client = enrolled[0], APIClient()
    app.wait()
    begin(client)

    assert finish(APIClient(), app.code()).json()["code"] == "sign_in_expired"
    settings.SECOND_FACTOR_WITHIN *= -1
    assert finish(client, app.code()).json()["code"] == "sign_in_expired"


def test_removing_it_takes_password_and_code(
    enrolled: tuple[App, list[str]], reviewer: User, client_of: Callable[..., APIClient]
) -> None:
    app, client = enrolled[0], client_of(reviewer)
    app.wait()
    removal = f"{ADDRESS}removal/"

    assert client.post(removal, {"code": app.code()}).json()["code"] == "unconfirmed"
    assert client.post(removal, {"password": PASSWORD}).json()["code"] == "wrong_code"
    assert client.post(removal, {"password": PASSWORD, "code": app.code()}).status_code == 204

    assert client.get(ADDRESS).json()["on"] is False
    assert begin(APIClient()).json()["user"]["username"] == "reviewer"
    assert AuditEvent.objects.filter(action="user.second_factor_off").count() == 1


def test_an_administrator_resets_it_for_another_with_a_reason_and_ends_their_sessions(
    enrolled: tuple[App, list[str]],
    reviewer: User,
    administrator: User,
    client_of: Callable[..., APIClient],
) -> None:
    theirs, address = client_of(reviewer), f"/api/people/{reviewer.pk}/second-factor-reset/"
    client = client_of(administrator)
    assert client.post(address, {}).status_code == 400

    assert client.post(address, {"reason": "lost her telephone"}).status_code == 204

    assert theirs.get("/api/jobs/").status_code == 401
    assert begin(APIClient()).json()["user"]["username"] == "reviewer"
    event = AuditEvent.objects.get(action="user.second_factor_reset")
    assert (event.actor, event.object_id, event.reason) == (
        administrator,
        str(reviewer.pk),
        "lost her telephone",
    )
    assert client.post(address, {"reason": "again"}).json()["code"] == "no_second_factor"


def test_the_command_line_resets_the_last_administrators(
    administrator: User,
    client_of: Callable[..., APIClient],
    set_up: Callable[[APIClient], tuple[App, list[str]]],
) -> None:
    set_up(client_of(administrator))

    call_command("reset_second_factor", "administrator", reason="telephone stolen", stdout=StringIO())

    event = AuditEvent.objects.get(action="user.second_factor_reset")
    assert (event.actor, event.actor_name, event.reason) == (None, "system", "telephone stolen")
    with pytest.raises(CommandError, match="has no second factor"):
        call_command("reset_second_factor", "administrator", reason="again")


def test_nobody_resets_their_own_without_a_code(
    administrator: User,
    client_of: Callable[..., APIClient],
    set_up: Callable[[APIClient], tuple[App, list[str]]],
) -> None:
    client = client_of(administrator)
    set_up(client)

    answer = client.post(f"/api/people/{administrator.pk}/second-factor-reset/", {"reason": "easier"})

    assert answer.status_code == 409
    assert client.get(ADDRESS).json()["on"] is True


def test_the_database_holds_no_secret_in_clear(enrolled: tuple[App, list[str]]) -> None:
    app, codes = enrolled
    kept = str(list(Authenticator.objects.values()))

    assert app.secret not in kept
    assert not any(code in kept for code in codes)


def test_the_secret_outlives_a_change_of_the_sites_key(
    enrolled: tuple[App, list[str]], settings: Any
) -> None:
    app, old = enrolled[0], settings.SECRET_KEY
    app.wait()
    settings.SECRET_KEY = "another key: " + "y" * 50
    begin(client := APIClient())
    assert finish(client, app.code()).json()["code"] == "unreadable_second_factor"

    settings.SECRET_KEY_FALLBACKS = [old]
    begin(client := APIClient())
    assert finish(client, app.code()).status_code == 200


def test_a_role_may_need_one_before_anything_else(
    reviewer: User,
    specialist: User,
    client_of: Callable[..., APIClient],
    set_up: Callable[[APIClient], tuple[App, list[str]]],
    settings: Any,
) -> None:
    settings.REQUIRE_SECOND_FACTOR = [Role.REVIEWER.value]
    begin(client := APIClient())
    assert client.get("/api/session/").json()["second_factor_due"] is True
    assert client.get("/api/jobs/").json()["code"] == "second_factor_due"
    assert client_of(specialist).get("/api/jobs/").status_code == 200

    set_up(client)

    assert client.get("/api/session/").json()["second_factor_due"] is False
    assert client.get("/api/jobs/").status_code == 200


def test_personal_tokens_need_no_code(enrolled: tuple[App, list[str]], reviewer: User, settings: Any) -> None:
    settings.REQUIRE_SECOND_FACTOR = [Role.REVIEWER.value]
    _, key = create_token(user=reviewer, name="script")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    assert client.get("/api/jobs/").status_code == 200
    assert client.get(ADDRESS).json()["code"] == "not_by_token"
