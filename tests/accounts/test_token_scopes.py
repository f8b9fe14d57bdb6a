"""What a personal token may do, and for how long."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import PersonalToken, User
from accounts.scopes import SCOPE_ACTIONS, Scope
from core.actions import Action
from core.models import AuditEvent
from core.services.jobs import queue_job
from tests.doors import with_token


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_every_action_belongs_to_exactly_one_scope() -> None:
    belonging = [action for actions in SCOPE_ACTIONS.values() for action in actions]

    assert sorted(belonging) == sorted(Action)
    assert set(SCOPE_ACTIONS) == set(Scope)


def test_a_token_that_may_only_read_changes_nothing(administrator: User) -> None:
    client = with_token(administrator)

    assert client.get("/api/patients/").status_code == 200
    assert refusal(client.patch("/api/me/preferences/", {"values": {}})) == (403, "token_scope")
    assert refusal(client.post("/api/assignments/", {})) == (403, "token_scope")


@pytest.mark.parametrize(
    ("address", "needed"),
    [
        ("/api/imports/", Scope.DATA),
        ("/api/exports/", Scope.DATA),
        ("/api/users/", Scope.ADMINISTER),
        ("/api/audit-events/", Scope.ADMINISTER),
    ],
)
def test_data_people_and_audit_are_looked_at_with_their_scope_only(
    administrator: User, address: str, needed: Scope
) -> None:
    others = [scope for scope in Scope if scope is not needed]

    assert with_token(administrator, needed).get(address).status_code == 200
    assert refusal(with_token(administrator, *others).get(address)) == (403, "token_scope")


def test_a_token_does_no_more_than_its_scopes(administrator: User) -> None:
    client = with_token(administrator, Scope.DATA)

    assert refusal(client.post("/api/exports/", {})) == (400, "invalid")
    assert refusal(client.post("/api/training-runs/", {})) == (403, "token_scope")


def test_a_token_does_no_more_than_its_owner(specialist: User) -> None:
    client = with_token(specialist, *Scope)

    assert refusal(client.post("/api/training-runs/", {})) == (403, "not_permitted")


@pytest.mark.parametrize(
    ("scope", "status"), [(Scope.LABEL, 403), (Scope.PROMOTE, 403), (Scope.TRAIN, 200), (Scope.DATA, 200)]
)
def test_a_token_cancels_other_peoples_jobs_only_where_it_may_start_such_work(
    administrator: User, reviewer: User, scope: Scope, status: int
) -> None:
    client = with_token(administrator, scope)
    theirs, own = (
        f"/api/jobs/{queue_job(kind='annotations.build_masks', payload={}, by=user).pk}/cancel/"
        for user in (reviewer, administrator)
    )

    assert client.post(theirs).status_code == status
    assert client.post(own).status_code == 200


def test_a_token_makes_no_other_token(administrator: User) -> None:
    client = with_token(administrator, *Scope)

    assert refusal(client.post("/api/tokens/", {"name": "larger"})) == (403, "not_by_token")
    assert refusal(client.get("/api/tokens/")) == (403, "not_by_token")
    assert PersonalToken.objects.count() == 1


def test_a_token_ends_after_ninety_days_unless_told_otherwise(
    specialist: User, client_of: Callable[..., APIClient]
) -> None:
    made = client_of(specialist).post("/api/tokens/", {"name": "script", "scopes": ["label"]}).json()

    token = PersonalToken.objects.get()
    assert timedelta(days=89) < token.expires_at - timezone.now() < timedelta(days=91)
    assert made["scopes"] == ["read", "label"]
    told: Any = AuditEvent.objects.get(action="token.create").after
    assert (told["scopes"], bool(told["expires_at"])) == (["read", "label"], True)


@pytest.mark.parametrize("days", [-1, 0, 366, 10_000])
def test_a_token_ends_neither_in_the_past_nor_after_a_year(
    specialist: User, client_of: Callable[..., APIClient], days: int
) -> None:
    body = {"name": "script", "expires_at": (timezone.now() + timedelta(days=days)).isoformat()}
    if days == 366:
        body["expires_at"] = (timezone.now() + timedelta(days=365, hours=1)).isoformat()

    assert refusal(client_of(specialist).post("/api/tokens/", body)) == (400, "invalid_expiry")


def test_a_token_that_ended_says_so(specialist: User) -> None:
    client = with_token(specialist)
    PersonalToken.objects.update(expires_at=timezone.now() - timedelta(days=1))

    answer = client.get("/api/jobs/")

    assert answer.status_code == 401
    assert "ended on" in answer.json()["message"]


def test_only_the_scopes_that_a_persons_roles_use_are_offered(
    specialist: User, client_of: Callable[..., APIClient]
) -> None:
    rules = client_of(specialist).get("/api/tokens/rules/").json()

    assert [scope["value"] for scope in rules["scopes"]] == ["read", "label"]
    assert (rules["days"], rules["max_days"]) == (90, 365)
