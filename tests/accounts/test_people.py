"""Inviting people, changing what they may do, closing accounts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Invitation, PersonalToken, User
from accounts.roles import Role
from accounts.services.tokens import create_token
from annotations.models import Assignment, Exam, FundusImage, LabelSet, Membership, Patient
from annotations.services.projects import add_members, ensure_default_project
from core.models import AuditEvent
from imaging.fov import whole_frame
from review.models import Claim
from review.services.claims import claim_patient
from tests.conftest import PASSWORD

Client = Callable[..., APIClient]
INVITED = {"email": "nora@clinic.test", "full_name": "Nora New", "roles": ["specialist"]}
ANSWER = {"username": "nora", "full_name": "Nora New", "password": "three blind retinas"}


@pytest.fixture
def admin(administrator: User, client_of: Client) -> APIClient:
    return client_of(administrator)


@pytest.fixture
def two_images(db: None) -> list[FundusImage]:
    """Both eyes of one patient, as rows without files."""
    project = ensure_default_project()
    exam = Exam.objects.create(patient=Patient.objects.create(project=project, code="P1"))
    rows = [
        FundusImage(
            project=project,
            exam=exam,
            eye=eye,
            source_name=f"{eye}.png",
            upload_sha256=f"{eye:0>64}",
            sha256=f"{eye:0>64}",
            file=f"images/{eye}.png",
            content_type="image/png",
            size_bytes=1,
            width=100,
            height=100,
            fov=whole_frame(width=100, height=100).to_json(),
        )
        for eye in ("OD", "OS")
    ]
    return FundusImage.objects.bulk_create(rows)


def key_of(answer: dict[str, Any]) -> str:
    return str(answer["link"]).partition("#")[2]


def accept(key: str, **changes: str) -> Any:
    return APIClient().post("/api/invitations/accept/", {"key": key, **ANSWER, **changes})


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("sequence").values_list("action", flat=True))


def test_an_invited_person_sets_their_own_name_and_password_and_signs_in(admin: APIClient) -> None:
    project = ensure_default_project()
    invited = admin.post("/api/invitations/", {**INVITED, "projects": [project.pk]}).json()

    opened = APIClient().post("/api/invitations/open/", {"key": key_of(invited)}).json()
    accepted = accept(key_of(invited))

    assert (opened["email"], opened["full_name"]) == ("nora@clinic.test", "Nora New")
    assert (accepted.status_code, accepted.json()) == (201, {"username": "nora"})
    nora = User.objects.get(username="nora")
    assert (nora.is_active, nora.roles) == (True, ["specialist"])
    assert Membership.objects.filter(project=project, user=nora).exists()
    signing_in = APIClient().post("/api/session/", {"username": "nora", "password": ANSWER["password"]})
    assert signing_in.json()["user"]["username"] == "nora"
    assert {"user.invite", "project.add_members", "user.accept_invitation"} <= set(actions())


def test_an_invitation_works_once(admin: APIClient) -> None:
    key = key_of(admin.post("/api/invitations/", INVITED).json())
    accept(key)

    assert refusal(accept(key, username="mallory")) == (404, "ended_invitation")
    assert refusal(APIClient().post("/api/invitations/open/", {"key": key})) == (404, "ended_invitation")


def test_an_invitation_ends_after_some_days(admin: APIClient) -> None:
    key = key_of(admin.post("/api/invitations/", INVITED).json())
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert refusal(accept(key)) == (404, "ended_invitation")


def test_the_key_of_an_invitation_is_stored_nowhere(admin: APIClient) -> None:
    key = key_of(admin.post("/api/invitations/", INVITED).json())

    rows = [*Invitation.objects.values(), *User.objects.values(), *AuditEvent.objects.values()]
    assert key not in repr(rows)


def test_sending_an_invitation_again_ends_the_first_link(admin: APIClient) -> None:
    first = admin.post("/api/invitations/", INVITED).json()
    again = admin.post(f"/api/people/{first['person']}/invitation/").json()

    assert refusal(accept(key_of(first))) == (404, "ended_invitation")
    assert accept(key_of(again)).status_code == 201


def test_a_withdrawn_invitation_leaves_nobody_behind(admin: APIClient) -> None:
    invited = admin.post("/api/invitations/", INVITED).json()

    assert admin.delete(f"/api/people/{invited['person']}/invitation/").status_code == 204
    assert refusal(accept(key_of(invited))) == (404, "ended_invitation")
    assert not User.objects.filter(email=INVITED["email"]).exists()
    assert actions()[-1] == "user.withdraw_invitation"


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"password": "short"}, (400, "invalid")),
        ({"password": "nora@clinic.test"}, (400, "invalid")),
        ({"username": "administrator"}, (409, "conflict")),
        ({"username": "two words"}, (400, "invalid")),
    ],
)
def test_an_answer_that_will_not_do_leaves_the_invitation_open(
    admin: APIClient, changes: dict[str, str], refused: tuple[int, str]
) -> None:
    key = key_of(admin.post("/api/invitations/", INVITED).json())

    assert refusal(accept(key, **changes)) == refused
    assert accept(key).status_code == 201


def test_the_link_goes_out_by_mail_where_there_is_a_mail_server(admin: APIClient, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.clinic.test"
    invited = admin.post("/api/invitations/", INVITED).json()

    assert (invited["sent"], invited["link"]) == (True, None)
    (letter,) = mail.outbox
    assert letter.to == [INVITED["email"]]
    key = letter.body.partition("/invitation#")[2].split()[0]
    assert accept(key).status_code == 201


def test_the_administrator_gets_the_link_where_the_mail_server_is_away(
    admin: APIClient, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    invited = admin.post("/api/invitations/", INVITED).json()

    assert invited["sent"] is False
    assert accept(key_of(invited)).status_code == 201


def test_nobody_is_invited_twice(admin: APIClient) -> None:
    admin.post("/api/invitations/", INVITED)

    again = admin.post("/api/invitations/", {**INVITED, "email": "Nora@Clinic.test"})
    assert refusal(again) == (409, "conflict")


def test_roles_count_from_the_next_request_on(admin: APIClient, specialist: User, client_of: Client) -> None:
    theirs = client_of(specialist)
    body = {"roles": ["reviewer"], "reason": "board decision"}
    assert admin.put(f"/api/people/{specialist.pk}/roles/", body).json()["roles"] == ["reviewer"]

    assert theirs.get("/api/review-queue/summary/?project=1").status_code != 403
    event: Any = AuditEvent.objects.get(action="user.change_roles")
    assert (event.before["roles"], event.after["roles"]) == (["specialist"], ["reviewer"])
    assert event.reason == "board decision"


def test_the_last_administrator_stays_one(admin: APIClient, administrator: User, specialist: User) -> None:
    roles = admin.put(f"/api/people/{administrator.pk}/roles/", {"roles": ["reviewer"]})
    closing = admin.post(f"/api/people/{administrator.pk}/close/")

    assert refusal(roles) == refusal(closing) == (409, "last_administrator")
    administrator.refresh_from_db()
    assert (administrator.is_active, administrator.roles) == (True, ["administrator"])


def test_a_closed_administrator_is_no_second_one(
    admin: APIClient, administrator: User, other_administrator: User
) -> None:
    assert admin.post(f"/api/people/{other_administrator.pk}/close/").status_code == 200

    assert refusal(admin.post(f"/api/people/{administrator.pk}/close/")) == (409, "last_administrator")


def test_a_closed_account_loses_sessions_and_tokens_at_once_and_for_good(
    admin: APIClient, specialist: User, client_of: Client
) -> None:
    browser, script = client_of(specialist), APIClient()
    script.credentials(HTTP_AUTHORIZATION=f"Token {create_token(user=specialist, name='script')[1]}")
    assert browser.get("/api/jobs/").status_code == script.get("/api/jobs/").status_code == 200

    admin.post(f"/api/people/{specialist.pk}/close/", {"reason": "left the clinic"})
    assert browser.get("/api/jobs/").status_code == script.get("/api/jobs/").status_code == 401

    admin.post(f"/api/people/{specialist.pk}/open/")
    assert browser.get("/api/jobs/").status_code == script.get("/api/jobs/").status_code == 401
    assert not PersonalToken.objects.exists()
    again = APIClient().post("/api/session/", {"username": "specialist", "password": PASSWORD})
    assert again.json()["user"]["username"] == "specialist"


def test_closing_an_account_frees_what_was_begun_and_keeps_what_was_made(
    admin: APIClient, make_user: Callable[..., User], two_images: list[FundusImage]
) -> None:
    leaving = make_user("leaving", Role.SPECIALIST, Role.REVIEWER)
    add_members(project=two_images[0].project, users=[leaving], by=None)
    Assignment.objects.bulk_create(
        Assignment(image=image, project=image.project, user=leaving) for image in two_images
    )
    done = LabelSet.objects.create(image=two_images[0], author=leaving, submitted_at=timezone.now())
    draft = LabelSet.objects.create(image=two_images[1], author=leaving)
    claim_patient(patient=Patient.objects.get(), by=leaving)

    admin.post(f"/api/people/{leaving.pk}/close/")

    assert [row.image_id for row in Assignment.objects.filter(user=leaving)] == [two_images[0].pk]
    assert not Claim.objects.exists()
    assert set(LabelSet.objects.filter(author=leaving)) == {done, draft}
    assert {"images.unassign", "review.release", "user.close"} <= set(actions())


def test_a_person_is_let_into_exactly_the_projects_that_are_named(admin: APIClient, specialist: User) -> None:
    project = ensure_default_project()
    address = f"/api/people/{specialist.pk}/projects/"

    inside = admin.put(address, {"projects": [project.pk]}).json()
    outside = admin.put(address, {"projects": []}).json()

    assert [one["name"] for one in inside["projects"]] == [project.name]
    assert outside["projects"] == []
    assert actions()[-2:] == ["project.add_members", "project.remove_member"]


def test_people_are_found_by_words_role_and_state(admin: APIClient, specialist: User) -> None:
    admin.post("/api/invitations/", INVITED)

    def found(query: str) -> list[str]:
        people = admin.get(f"/api/people/?{query}").json()["results"]
        return [person["full_name"] or person["username"] for person in people]

    assert found("search=new+nora") == found("search=CLINIC") == found("state=invited") == ["Nora New"]
    assert found("role=administrator") == ["administrator"]
    assert found("state=active&search=spec") == ["specialist"]
    assert found("state=closed") == []
    assert admin.get("/api/people/?state=lost").status_code == 400


def test_a_list_of_people_with_projects_takes_constant_queries(
    admin: APIClient, make_user: Callable[..., User], django_assert_num_queries: Any
) -> None:
    people = [make_user(f"person{number}", Role.SPECIALIST) for number in range(12)]
    add_members(project=ensure_default_project(), users=people, by=None)
    admin.get("/api/session/")
    with django_assert_num_queries(5):  # session, person, which, rows, projects
        assert len(admin.get("/api/people/").json()["results"]) == 13
