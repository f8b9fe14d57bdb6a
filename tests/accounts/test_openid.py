"""Signing in with an OpenID provider: a real one on this machine, which signs tokens and checks ours."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.services.invitations import invite_person
from accounts.services.second_factor import enrol
from config.settings.people import openid_provider
from core.models import AuditEvent
from tests.accounts.authenticator_app import App
from tests.accounts.openid_server import CLIENT_ID, CLIENT_SECRET, Provider, running_provider

START = "/api/session/openid/"
SECOND_FACTOR = "/api/me/second-factor/"


@pytest.fixture
def provider(settings: Any, db: None) -> Iterator[Provider]:
    """A provider that this site knows, with Rhea in front of it."""
    with running_provider() as one:
        settings.OIDC_NAME, settings.OIDC_ISSUER = "The clinic", one.issuer
        settings.SOCIALACCOUNT_PROVIDERS = openid_provider(
            name="The clinic", issuer=one.issuer, client_id=CLIENT_ID, secret=CLIENT_SECRET
        )
        yield one


@pytest.fixture
def rhea(make_user: Callable[..., User]) -> User:
    """A reviewer without a password."""
    person = make_user("rhea", Role.REVIEWER)
    person.email = "Rhea@example.org"
    person.set_unusable_password()
    person.save()
    return person


def way_back(client: APIClient, *, purpose: str = "sign_in", next_page: str = "/review") -> str:
    """Go to the provider as a browser does; gives the address that it sends the browser back to."""
    answer = client.post(START, {"purpose": purpose, "next": next_page})
    assert answer.status_code == 200, answer.content
    sent = requests.get(answer.json()["address"], allow_redirects=False, timeout=5)
    back = urlsplit(sent.headers["Location"])
    assert back.path == f"{START}callback/"
    return f"{back.path}?{back.query}"


def go_and_return(client: APIClient, **options: str) -> Any:
    return client.get(way_back(client, **options))


def signed_in_name(client: APIClient) -> str | None:
    user = client.get("/api/session/").json()["user"]
    return user["username"] if user else None


def test_a_site_without_a_provider_offers_none(db: None) -> None:
    client = APIClient()

    assert client.get("/api/session/").json()["provider"] is None
    assert client.post(START, {"purpose": "sign_in"}).status_code == 404
    assert client.get(f"{START}callback/").status_code == 404


def test_a_person_whom_the_site_knows_comes_in_and_lands_where_they_wanted(
    provider: Provider, rhea: User
) -> None:
    client = APIClient()
    assert client.get("/api/session/").json()["provider"] == "The clinic"

    answer = go_and_return(client, next_page="/review/12?eye=left")

    assert (answer.status_code, answer["Location"]) == (302, "/review/12?eye=left")
    assert signed_in_name(client) == "rhea"
    actions = set(AuditEvent.objects.filter(actor=rhea).values_list("action", flat=True))
    assert {"user.openid_tied", "session.start"} <= actions
    assert not SocialToken.objects.exists()


def test_roles_are_never_the_providers_to_give(provider: Provider, rhea: User) -> None:
    provider.claims = {"roles": ["administrator"], "groups": ["administrator"]}

    go_and_return(APIClient())

    rhea.refresh_from_db()
    assert rhea.roles == ["reviewer"]


@pytest.mark.parametrize("verified", [False, None, "false", 0])
def test_an_address_that_the_provider_has_not_verified_opens_nothing(
    provider: Provider, rhea: User, verified: Any
) -> None:
    provider.email_verified = verified
    client = APIClient()

    answer = go_and_return(client)

    assert (answer.status_code, answer.json()["code"]) == (403, "unknown_person")
    assert signed_in_name(client) is None


def test_nobody_gets_an_account_by_signing_in(provider: Provider, rhea: User) -> None:
    provider.subject, provider.email = "1", "stranger@example.org"
    people = User.objects.count()

    answer = go_and_return(APIClient())

    assert answer.json()["remedy"] == "Ask an administrator of this site to let you in."
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()


def test_a_browser_is_told_so_on_a_page(provider: Provider) -> None:
    client = APIClient()

    answer = client.get(way_back(client), headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code == 403
    assert b"Nobody with the address rhea@example.org is expected here." in answer.content


def test_after_the_first_time_the_subject_counts_and_not_the_address(provider: Provider, rhea: User) -> None:
    go_and_return(APIClient())
    provider.email = "rhea.married@example.org"
    go_and_return(client := APIClient())
    assert signed_in_name(client) == "rhea"

    provider.subject, provider.email = "4712", "rhea@example.org"  # her old address, given to another
    assert go_and_return(client := APIClient()).status_code == 403
    assert signed_in_name(client) is None


def test_an_administrator_unties_a_person_whose_number_changed(
    provider: Provider, rhea: User, administrator: User, client_of: Callable[..., APIClient]
) -> None:
    go_and_return(APIClient())
    provider.subject = "4713"

    address = f"/api/people/{rhea.pk}/openid-untie/"
    assert client_of(administrator).post(address).status_code == 204

    go_and_return(client := APIClient())
    assert signed_in_name(client) == "rhea"


def test_an_invited_person_may_come_this_way(provider: Provider, administrator: User) -> None:
    invited = invite_person(
        email="rhea@example.org", full_name="Rhea R", roles=[Role.REVIEWER], by=administrator
    )

    go_and_return(client := APIClient())

    assert signed_in_name(client) == "rhea@example.org"
    assert not Invitation.objects.filter(pk=invited.invitation.pk).exists()


def test_an_invitation_that_ended_lets_nobody_in(provider: Provider, administrator: User) -> None:
    invite_person(email="rhea@example.org", full_name="Rhea R", roles=[Role.REVIEWER], by=administrator)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert go_and_return(APIClient()).json()["code"] == "unknown_person"


def test_a_closed_account_stays_closed(provider: Provider, rhea: User) -> None:
    go_and_return(APIClient())
    User.objects.filter(pk=rhea.pk).update(is_active=False)

    assert go_and_return(client := APIClient()).json()["code"] == "unknown_person"
    assert signed_in_name(client) is None


@pytest.mark.parametrize(
    "fault",
    [
        {"foreign_key": True},
        {"unsigned": True},
        {"claims": {"iss": "https://elsewhere.example.org"}},
        {"claims": {"aud": "another application"}},
        {"claims": {"exp": 1}},
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"azp": "another application"}},
        {"claims": {"sub": "somebody else"}},
        {"userinfo": {"sub": "somebody else"}},
        {"refuses": True},
    ],
    ids=str,
)
def test_what_does_not_hold_is_refused(provider: Provider, rhea: User, fault: dict[str, Any]) -> None:
    for name, value in fault.items():
        setattr(provider, name, value)
    client = APIClient()

    answer = go_and_return(client)

    assert (answer.status_code, answer.json()["code"]) == (403, "openid_refused")
    assert signed_in_name(client) is None


def test_a_provider_that_calls_itself_otherwise_is_refused(provider: Provider, rhea: User) -> None:
    provider.named_issuer = "https://elsewhere.example.org"

    answer = APIClient().post(START, {"purpose": "sign_in"})

    assert answer.status_code == 503


def test_a_provider_that_is_away_is_said_to_be(settings: Any, db: None) -> None:
    settings.OIDC_ISSUER = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = openid_provider(
        name="The clinic", issuer=settings.OIDC_ISSUER, client_id="x", secret="y"
    )

    answer = APIClient().post(START, {"purpose": "sign_in"})

    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


def test_the_way_back_works_once_and_in_the_same_browser(provider: Provider, rhea: User) -> None:
    client, stranger = APIClient(), APIClient()
    back = way_back(client)

    assert stranger.get(back).json()["code"] == "openid_refused"
    assert client.get(back).status_code == 302
    assert client.get(back).json()["code"] == "openid_refused"


@pytest.mark.parametrize(
    "page", ["https://evil.example.org", "//evil.example.org", "/\\evil.example.org", "javascript:1"]
)
def test_the_way_back_leads_to_this_site_only(provider: Provider, rhea: User, page: str) -> None:
    assert go_and_return(APIClient(), next_page=page)["Location"] == "/"


def test_a_second_factor_here_is_asked_for_all_the_same(provider: Provider, rhea: User) -> None:
    secret = generate_totp_secret()
    codes = enrol(user=rhea, secret=secret, code=App(secret, [time.time()]).code())
    client = APIClient()

    answer = go_and_return(client, next_page="/review")

    assert parse_qs(urlsplit(answer["Location"]).query) == {"next": ["/review"]}
    assert client.get("/api/session/").json()["code_needed"] is True
    assert client.post("/api/session/code/", {"code": codes[0]}).json()["user"]["username"] == "rhea"


def enrol_here(client: APIClient) -> Any:
    """Set up a second factor as somebody without a password does."""
    secret = client.post(f"{SECOND_FACTOR}enrolment/").json()["secret"]
    return client.post(SECOND_FACTOR, {"code": App(secret, [time.time()]).code()})


def test_without_a_password_one_signs_in_anew_at_the_provider_to_prove_who_one_is(
    provider: Provider, rhea: User
) -> None:
    go_and_return(client := APIClient())
    assert client.get("/api/session/").json()["user"]["confirm_by"] == "provider"
    refused = enrol_here(client).json()
    assert (refused["code"], refused["detail"]) == ("unconfirmed", {"confirm_by": "provider"})

    assert go_and_return(client, purpose="confirm", next_page="/account")["Location"] == "/account"

    assert (provider.asked[-1]["prompt"], provider.asked[-1]["max_age"]) == ("login", "0")
    assert enrol_here(client).status_code == 200
    assert client.get("/api/session/").json()["user"]["confirm_by"] == "code"


def test_a_proof_from_the_provider_ends_after_minutes(provider: Provider, rhea: User, settings: Any) -> None:
    go_and_return(client := APIClient())
    go_and_return(client, purpose="confirm")
    settings.CONFIRMED_FOR = timedelta(seconds=-1)

    assert enrol_here(client).json()["code"] == "unconfirmed"


@pytest.mark.parametrize(
    "fault", [{"claims": {"auth_time": 1}}, {"claims": {"auth_time": None}}, {"subject": "4712"}], ids=str
)
def test_an_old_sign_in_or_another_person_proves_nothing(
    provider: Provider, rhea: User, fault: dict[str, Any]
) -> None:
    go_and_return(client := APIClient())
    for name, value in fault.items():
        setattr(provider, name, value)

    answer = go_and_return(client, purpose="confirm")

    assert answer.json()["code"] == "openid_refused"
    assert enrol_here(client).json()["code"] == "unconfirmed"


def test_proving_who_one_is_needs_a_session(provider: Provider) -> None:
    assert APIClient().post(START, {"purpose": "confirm"}).status_code == 401
