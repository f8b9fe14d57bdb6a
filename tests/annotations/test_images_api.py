"""Projects, patients, images and pictures over HTTP: scoped, counted queries, nothing sniffable."""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project
from annotations.services.assignments import assign_images
from core.models import AuditEvent
from imaging.phantom import draw_phantom
from tests.annotations.conftest import bring_in, retina

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


def results(client: APIClient, address: str) -> list[dict[str, Any]]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return list(response.json()["results"])


def test_each_role_sees_its_own_images(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    assign_images(images=images[:1], users=[people["specialist"]], by=None)

    seen = {role: results(client_of(user), "/api/images/") for role, user in people.items()}

    assert [image["id"] for image in seen["specialist"]] == [images[0].pk]
    assert len(seen["reviewer"]) == len(seen["administrator"]) == 3


def test_another_persons_image_does_not_exist(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    image = images[0]
    addresses = [
        f"/api/images/{image.pk}/",
        f"/api/images/{image.pk}/picture/preview/",
        f"/api/images/{image.pk}/label-sets/",
        f"/api/patients/{image.exam.patient_id}/",
    ]

    for address in addresses:
        answer = client_of(people["specialist"]).get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_file_names_are_for_administrators_only(
    assigned: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    names = {
        role: client_of(user).get(f"/api/images/{assigned[0].pk}/").json()["source_name"]
        for role, user in people.items()
    }

    assert names == {"specialist": None, "reviewer": None, "administrator": "a.jpg"}


def test_an_administrator_corrects_the_eye_and_the_field(
    assigned: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["administrator"])
    address = f"/api/images/{assigned[0].pk}/"
    was = client.get(address).json()["eye"]
    other = "OS" if was == "OD" else "OD"

    told = client.patch(address, {"eye": other, "field": "macula"}).json()

    assert (told["eye"], told["field"]) == (other, "macula")
    event = AuditEvent.objects.get(action="images.correct")
    assert event.before == {"eye": was, "field": ""}
    assert event.after == {"eye": other, "field": "macula"}
    decision = client.get(f"/api/patients/{told['patient']}/decision/").json()
    assert [one["eye"] for one in decision["eyes"]] == [other]
    client.patch(address, {"eye": other})
    assert AuditEvent.objects.filter(action="images.correct").count() == 1


@pytest.mark.parametrize(
    "body", [{}, {"eye": "left"}, {"field": "x" * 41}, {"eye": "OD", "source_name": "b"}]
)
def test_a_correction_that_can_not_be_made_is_refused_whole(
    assigned: list[FundusImage], people: dict[str, User], client_of: ClientOf, body: dict[str, str]
) -> None:
    answer = client_of(people["administrator"]).patch(f"/api/images/{assigned[0].pk}/", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not AuditEvent.objects.filter(action="images.correct").exists()


def test_patients_come_with_their_images_and_can_be_searched(
    assigned: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["specialist"])
    code = assigned[0].exam.patient.code

    (patient,) = results(client, f"/api/patients/?search={code[:-2].lower()}&assigned=me")

    assert (patient["code"], [image["id"] for image in patient["images"]]) == (code, [assigned[0].pk])
    assert patient["images"][0]["label_state"] == ""
    client.post(f"/api/images/{assigned[0].pk}/label-sets/")
    detail = client.get(f"/api/patients/{patient['id']}/").json()
    assert detail["exams"][0]["images"][0]["label_state"] == "draft"
    assert [one["id"] for one in results(client, "/api/images/?state=draft")] == [assigned[0].pk]
    assert len(results(client, "/api/images/?state=none")) == 2
    seen_by_judge = client_of(people["reviewer"]).get(f"/api/images/{assigned[0].pk}/").json()
    assert seen_by_judge["label_state"] == "draft"


def test_projects_tell_classes_and_counts(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    (project,) = results(client_of(people["reviewer"]), "/api/projects/")
    told = client_of(people["reviewer"]).get(f"/api/projects/{project['id']}/").json()

    assert told["counts"] == {"patients": 3, "images": 3, "label_sets_waiting": 0}
    enabled = {one["code"]: one["enabled"] for one in project["lesion_classes"]}
    assert {code for code, on in enabled.items() if on} == {"HE", "EX"}
    assert {code for code, on in enabled.items() if not on} == {"SE", "MA", "DN", "AR", "LS", "NV", "PH"}
    assert told == {**project, "counts": told["counts"]}
    unassigned = client_of(people["specialist"]).get(f"/api/projects/{project['id']}/").json()
    assert unassigned["counts"] == {"patients": 0, "images": 0, "label_sets_waiting": 0}


@pytest.mark.parametrize("query", ["project=x", "patient=-1", "state=odd", "project=99999999999999999999"])
def test_nonsense_in_the_query_is_refused(people: dict[str, User], client_of: ClientOf, query: str) -> None:
    answer = client_of(people["administrator"]).get(f"/api/images/?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize("what", ["patients", "images", "label-sets", "assignments"])
@pytest.mark.parametrize("role", ["specialist", "reviewer", "administrator"])
def test_lists_take_the_same_queries_for_one_row_and_for_many(
    project: Project,
    people: dict[str, User],
    many_images: Callable[..., list[FundusImage]],
    client_of: ClientOf,
    django_assert_num_queries: Any,
    what: str,
    role: str,
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from annotations.services.label_sets import open_reading

    user, address = people[role], f"/api/{what}/"

    def grow(count: int, prefix: str) -> None:
        images = many_images(count, prefix=prefix)
        assign_images(images=images, users=[people["specialist"]], by=None)
        for image in images:
            label_set, _ = open_reading(image=image, reader=people["specialist"])
            label_set.state = "submitted"
            label_set.save()

    grow(1, "one")
    client = client_of(user)
    client.get(address)  # the first request renews the session
    with CaptureQueriesContext(connection) as few:
        assert len(results(client, address)) == 1
    grow(12, "more")

    with django_assert_num_queries(len(few)):
        assert len(results(client, address)) == 13


@pytest.fixture
def large(project: Project, tmp_path: Any) -> FundusImage:
    """A picture of 2000 x 1500 with a text burned into its dark corner."""
    folder = tmp_path / "large"
    folder.mkdir()
    picture = retina(3, width=2000, height=1500)
    cv2.putText(picture, "JANE DOE", (10, 60), cv2.FONT_HERSHEY_SIMPLEX, 2, (255, 255, 255), 4)
    cv2.imwrite(str(folder / "large.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 95])
    bring_in(folder, project=project)
    return FundusImage.objects.get()


@pytest.mark.parametrize(
    ("layer", "size", "corner_is_dark"),
    [
        ("original", (2000, 1500), False),
        ("blanked", (2000, 1500), True),
        ("preview", (1600, 1200), True),
        ("thumbnail", (320, 240), True),
        ("red_free", (2000, 1500), True),
        ("clahe", (2000, 1500), True),
    ],
)
def test_pictures_are_served_with_a_fixed_type_and_without_burned_in_text(
    large: FundusImage,
    people: dict[str, User],
    client_of: ClientOf,
    layer: str,
    size: tuple[int, int],
    corner_is_dark: bool,
) -> None:
    client = client_of(people["reviewer"])

    for _ in range(2):  # drawn, then from the store
        answer = client.get(f"/api/images/{large.pk}/picture/{layer}/")
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    with Image.open(io.BytesIO(content)) as picture:
        pixels = np.asarray(picture)
        assert picture.size == size
    corner = pixels[: size[1] // 15, : size[0] // 8]
    assert (int(corner.max()) < 30) is corner_is_dark
    assert int(pixels[size[1] // 2, size[0] // 2].max()) > 80
    again = client.get(f"/api/images/{large.pk}/picture/{layer}/", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_an_unknown_layer_and_a_lost_file_are_not_found(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    client = client_of(people["reviewer"])
    image = images[0]

    assert client.get(f"/api/images/{image.pk}/picture/secret/").status_code == 404
    FundusImage.objects.filter(pk=image.pk).update(file="images/lost.jpg")
    assert client.get(f"/api/images/{image.pk}/picture/original/").status_code == 404
    assert client.get(f"/api/images/{image.pk}/picture/preview/").status_code == 404


def test_an_administrator_assigns_and_takes_back(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    admin, specialist = client_of(people["administrator"]), client_of(people["specialist"])
    body = {"users": [people["specialist"].pk], "patients": [images[0].exam.patient_id]}

    answer = admin.post("/api/assignments/", body)
    again = admin.post("/api/assignments/", body)

    assert (answer.status_code, answer.json()) == (201, {"readings": 1, "new": 1, "images": 1})
    assert again.json() == {"readings": 1, "new": 0, "images": 1}
    (mine,) = results(specialist, "/api/assignments/")
    assert (mine["image"], mine["username"]) == (images[0].pk, "specialist")
    assert admin.delete(f"/api/assignments/{mine['id']}/").status_code == 204
    assert results(specialist, "/api/images/") == []


def test_assigning_to_who_cannot_label_or_what_is_not_there_is_refused(
    images: list[FundusImage], people: dict[str, User], client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])
    reviewer, specialist = people["reviewer"].pk, people["specialist"].pk

    wrong_person = admin.post("/api/assignments/", {"users": [reviewer], "images": [images[0].pk]})
    no_image = admin.post("/api/assignments/", {"users": [specialist], "images": [images[0].pk, 999_999]})
    nothing = admin.post("/api/assignments/", {"users": [specialist]})

    assert (wrong_person.status_code, wrong_person.json()["code"]) == (400, "not_a_reader")
    assert no_image.status_code == 404
    assert nothing.status_code == 400


def test_landmarks_are_proposed_once_and_kept(
    project: Project, people: dict[str, User], client_of: ClientOf, tmp_path: Any
) -> None:
    phantom = draw_phantom(eye="OD", icdr_grade=2, seed=5, side=700)
    folder = tmp_path / "phantom"
    folder.mkdir()
    Image.fromarray(phantom.rgb).save(folder / "right.png")
    bring_in(folder, project=project)
    image = FundusImage.objects.get()
    client = client_of(people["reviewer"])

    first = client.get(f"/api/images/{image.pk}/landmarks/").json()
    FundusImage.objects.update(file="images/lost.png")
    second = client.get(f"/api/images/{image.pk}/landmarks/").json()

    assert first == second
    assert first["disc"][0] > first["fovea"][0]
    assert first["confidence"] == min(first["disc_confidence"], first["fovea_confidence"])
    assert client_of(people["specialist"]).get(f"/api/images/{image.pk}/landmarks/").status_code == 404
