"""Accounts, roles and personal tokens."""

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import PersonalToken, User
from accounts.roles import ROLE_ACTIONS, Role
from accounts.scopes import Scope
from accounts.services.people import create_person
from accounts.services.tokens import create_token
from core.actions import Action
from core.errors import Conflict, Invalid
from core.models import AuditEvent
from tests.conftest import PASSWORD


def with_token(key: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def test_every_action_belongs_to_some_role() -> None:
    assert frozenset().union(*ROLE_ACTIONS.values()) == frozenset(Action)
    assert set(ROLE_ACTIONS) == set(Role)


def test_a_person_with_two_roles_may_do_what_either_may(make_user: Callable[..., User]) -> None:
    both = make_user("both", Role.SPECIALIST, Role.REVIEWER)

    assert both.can(Action.LABEL)
    assert both.can(Action.JUDGE_LABELS)
    assert not both.can(Action.PROMOTE)


def test_a_closed_account_may_do_nothing(administrator: User) -> None:
    administrator.is_active = False

    assert not any(administrator.can(action) for action in Action)


def test_a_superuser_has_no_more_rights_than_its_roles(db: None) -> None:
    assert not User.objects.create_superuser("root", password=PASSWORD).can(Action.SEE_AUDIT)


@pytest.mark.parametrize(
    ("username", "password", "roles", "error"),
    [
        ("specialist", PASSWORD, [Role.REVIEWER], Conflict),
        ("SPECIALIST", PASSWORD, [Role.REVIEWER], Conflict),
        ("new", "short", [Role.REVIEWER], Invalid),
        ("newcomer", "newcomer-2026", [Role.REVIEWER], Invalid),
        ("new", PASSWORD, [], Invalid),
        ("a name with spaces", PASSWORD, [Role.REVIEWER], Invalid),
    ],
)
def test_a_taken_name_a_weak_password_and_no_role_are_refused(
    specialist: User, username: str, password: str, roles: list[Role], error: type[Exception]
) -> None:
    with pytest.raises(error):
        create_person(username=username, password=password, roles=roles)


def test_people_are_listed_by_role(
    specialist: User, reviewer: User, administrator: User, client_of: Callable[..., APIClient]
) -> None:
    people = client_of(administrator).get("/api/users/?role=reviewer").json()

    assert [person["username"] for person in people["results"]] == ["reviewer"]
    assert set(people["results"][0]) == {"id", "username", "full_name", "roles", "is_active"}


def test_an_unknown_role_is_refused(administrator: User, client_of: Callable[..., APIClient]) -> None:
    answer = client_of(administrator).get("/api/users/?role=king")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_list_of_people_takes_the_same_queries_for_one_and_for_many(
    administrator: User,
    make_user: Callable[..., User],
    client_of: Callable[..., APIClient],
    django_assert_num_queries: Any,
) -> None:
    for number in range(20):
        make_user(f"person{number}", Role.SPECIALIST)
    client = client_of(administrator)
    client.get("/api/session/")
    with django_assert_num_queries(4):  # session, person, which, rows
        assert client.get("/api/users/").json()["count"] == 21


def test_a_tokens_key_is_shown_once_and_stored_nowhere(
    specialist: User, client_of: Callable[..., APIClient]
) -> None:
    client = client_of(specialist)

    key = client.post("/api/tokens/", {"name": "script"}).json()["key"]

    assert "key" not in client.get("/api/tokens/").json()["results"][0]
    assert key not in json.dumps(list(PersonalToken.objects.values()), default=str)
    assert key not in json.dumps(list(AuditEvent.objects.values()), default=str)


def test_a_script_signs_in_with_a_token_and_needs_no_csrf_token(specialist: User) -> None:
    token, key = create_token(user=specialist, name="script", scopes=[Scope.LABEL])
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")

    assert client.patch("/api/me/preferences/", {"values": {"dark": True}}).status_code == 200
    token.refresh_from_db()
    assert token.last_used_at is not None


@pytest.mark.parametrize("reason", ["unknown", "expired", "withdrawn", "closed account", "malformed"])
def test_a_token_that_does_not_count_is_refused(specialist: User, reason: str) -> None:
    token, key = create_token(user=specialist, name="script")
    if reason == "unknown":
        key += "x"
    elif reason == "expired":
        PersonalToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    elif reason == "withdrawn":
        token.delete()
    elif reason == "closed account":
        User.objects.update(is_active=False)
    else:
        key = "two words"

    answer = with_token(key).get("/api/jobs/")

    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")


def test_a_token_of_somebody_else_is_not_there(
    specialist: User, administrator: User, client_of: Callable[..., APIClient]
) -> None:
    token, _ = create_token(user=specialist, name="script")

    assert client_of(administrator).get("/api/tokens/").json()["count"] == 0
    assert client_of(administrator).delete(f"/api/tokens/{token.pk}/").status_code == 404
    assert client_of(specialist).delete(f"/api/tokens/{token.pk}/").status_code == 204
    assert not PersonalToken.objects.exists()


def demo_accounts() -> dict[str, Any]:
    out = StringIO()
    call_command("create_demo_accounts", "--json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_demo_accounts_share_a_password_that_is_made_once(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path

    first, second = demo_accounts(), demo_accounts()

    assert first == second
    assert [account["username"] for account in first["accounts"]] == [
        "specialist",
        "reviewer",
        "admin",
        "admin2",
    ]
    assert (tmp_path / "demo_password").stat().st_mode & 0o777 == 0o600
    for account in first["accounts"]:
        assert User.objects.get(username=account["username"]).check_password(first["password"])


def test_an_account_that_exists_keeps_its_password(
    make_user: Callable[..., User], settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    make_user("admin", Role.ADMINISTRATOR)

    made = {account["username"]: account["has_demo_password"] for account in demo_accounts()["accounts"]}

    assert made == {"specialist": True, "reviewer": True, "admin": False, "admin2": True}
    assert User.objects.get(username="admin").check_password(PASSWORD)


def test_the_first_administrator_is_made_on_the_command_line(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOVEA_PASSWORD", PASSWORD)
    call_command("create_user", "ada", "--role", "administrator", stdout=StringIO())

    assert User.objects.get(username="ada").can(Action.MANAGE_PEOPLE)
    with pytest.raises(CommandError, match="already an account"):
        call_command("create_user", "ada", "--role", "reviewer")
