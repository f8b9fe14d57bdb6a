"""Readings, masks and imports over HTTP: the path from files to masks as people walk it."""

import io
import uuid
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Mask, Project
from core.models import Job
from core.services.job_runner import run_job
from core.states import JobState

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


def add_rect(x: int = 30, **fields: Any) -> dict[str, Any]:
    return {
        "op": "add",
        "uuid": str(uuid.uuid4()),
        "shape": "rect",
        "geometry": {"x": x, "y": 40, "width": 12, "height": 9},
        "lesion_class": "HE",
        **fields,
    }


def changes(base: int, *some: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"base_revision": base, "change_id": str(uuid.uuid4()), "changes": list(some), **fields}


@pytest.fixture
def reading(assigned: list[FundusImage], people: dict[str, User], client_of: ClientOf) -> dict[str, Any]:
    answer = client_of(people["specialist"]).post(f"/api/images/{assigned[0].pk}/label-sets/")
    assert answer.status_code == 201
    return dict(answer.json())


def test_a_specialist_draws_saves_and_hands_in_and_a_reviewer_accepts(
    reading: dict[str, Any], people: dict[str, User], client_of: ClientOf
) -> None:
    specialist, reviewer = client_of(people["specialist"]), client_of(people["reviewer"])
    address = f"/api/label-sets/{reading['id']}/"
    polygon = add_rect(
        shape="polygon", geometry={"points": [[50, 50], [60, 50], [55, 60]]}, lesion_class="EX"
    )

    saved = specialist.post(
        f"{address}changes/",
        changes(
            0,
            add_rect(),
            polygon,
            reading={"dr_status": "dr", "icdr_grade": 2, "gradability": "gradable"},
            seconds_spent=12.5,
        ),
    )
    handed_in = specialist.post(f"{address}submit/", {})
    accepted = reviewer.post(f"{address}accept/", {"comment": "Good."})

    assert saved.json() == {"revision": 1, "regions_count": 2}
    assert (handed_in.status_code, handed_in.json()["state"], handed_in.json()["warnings"]) == (
        200, "submitted", [],
    )  # fmt: skip
    now = accepted.json()
    assert (now["state"], now["decided_by_name"], now["counts"]) == (
        "accepted",
        "reviewer",
        {"EX": 1, "HE": 1},
    )
    assert (now["reading"]["icdr_grade"], now["seconds_spent"], now["editable"]) == (2, 12.5, False)
    assert [region["lesion_class"] for region in now["regions"]] == ["HE", "EX"]


def test_nobody_accepts_or_returns_a_revision_they_did_not_look_at(
    reading: dict[str, Any], people: dict[str, User], client_of: ClientOf
) -> None:
    specialist, reviewer = client_of(people["specialist"]), client_of(people["reviewer"])
    address = f"/api/label-sets/{reading['id']}/"
    specialist.post(f"{address}changes/", changes(0, add_rect(), reading={"dr_status": "dr"}))
    specialist.post(f"{address}submit/", {})
    reviewer.post(f"{address}return/", {"comment": "Add the other one.", "base_revision": 1})
    specialist.post(f"{address}changes/", changes(1, add_rect(70)))
    specialist.post(f"{address}submit/", {})

    refused = [
        reviewer.post(f"{address}{verdict}/", {"comment": "Good.", "base_revision": 1})
        for verdict in ("accept", "return")
    ]
    accepted = reviewer.post(f"{address}accept/", {"base_revision": 2})

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "stale_revision")
    ] * 2
    assert (accepted.status_code, accepted.json()["state"]) == (200, "accepted")


def test_a_stale_save_gets_409_with_the_label_set_as_it_is(
    reading: dict[str, Any], people: dict[str, User], client_of: ClientOf
) -> None:
    specialist = client_of(people["specialist"])
    address = f"/api/label-sets/{reading['id']}/changes/"
    specialist.post(address, changes(0, add_rect()))

    answer = specialist.post(address, changes(0, add_rect(70)))

    body = answer.json()
    assert (answer.status_code, body["code"], body["detail"]["current_revision"]) == (
        409,
        "stale_revision",
        1,
    )
    assert [region["geometry"]["x"] for region in body["detail"]["label_set"]["regions"]] == [30]
    assert body["remedy"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (add_rect(geometry={"x": 1, "y": 1, "width": -4, "height": 2}), "invalid_region"),
        (add_rect(geometry={"x": 900, "y": 1, "width": 4, "height": 2}), "invalid_region"),
        (add_rect(geometry=[1, 2]), "invalid_region"),
        (add_rect(lesion_class="XX"), "invalid_region"),
        (add_rect(shape="star"), "invalid"),
        (add_rect(op="destroy"), "invalid"),
        (add_rect(uuid="7"), "invalid"),
    ],
)
def test_wrong_changes_are_refused_whole(
    reading: dict[str, Any], people: dict[str, User], client_of: ClientOf, change: dict[str, Any], code: str
) -> None:
    specialist = client_of(people["specialist"])

    answer = specialist.post(f"/api/label-sets/{reading['id']}/changes/", changes(0, add_rect(), change))

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert LabelSet.objects.get().revision == 0


def test_a_draft_does_not_exist_for_others(
    reading: dict[str, Any], people: dict[str, User], client_of: ClientOf
) -> None:
    for role in ("reviewer", "administrator"):
        client = client_of(people[role])
        assert client.get(f"/api/label-sets/{reading['id']}/").status_code == 404
        assert client.post(f"/api/label-sets/{reading['id']}/accept/", {}).status_code == 404
        assert client.get(f"/api/label-sets/{reading['id']}/mask-preview/").status_code == 404


@pytest.fixture
def accepted(reading: dict[str, Any], people: dict[str, User], client_of: ClientOf) -> LabelSet:
    address = f"/api/label-sets/{reading['id']}/"
    specialist = client_of(people["specialist"])
    specialist.post(f"{address}changes/", changes(0, add_rect(), reading={"dr_status": "dr"}))
    specialist.post(f"{address}submit/", {})
    client_of(people["reviewer"]).post(f"{address}accept/", {})
    return LabelSet.objects.get()


def test_masks_are_built_as_a_job_and_served_bit_for_bit(
    accepted: LabelSet, project: Project, people: dict[str, User], client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])

    queued = admin.post("/api/masks/build/", {"project": project.pk, "labels": "person"})
    assert queued.status_code == 202
    job = run_job(job_id=uuid.UUID(queued.json()["id"]))

    assert job is not None
    assert (job.state, job.result["masks"], job.result["built"]) == (JobState.SUCCEEDED, 2, 2)
    masks = admin.get(f"/api/label-sets/{accepted.pk}/masks/").json()["results"]
    assert {mask["lesion_class"]: mask["area_px"] for mask in masks} == {"HE": 108, "EX": 0}
    answer = admin.get(f"/api/masks/{masks[0]['id']}/picture/")
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.mode, picture.size) == ("1", (120, 100))
        lit = np.argwhere(np.asarray(picture))
    assert (lit.min(axis=0).tolist(), lit.max(axis=0).tolist()) == ([40, 30], [48, 41])
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_building_masks_without_labels_is_refused_at_once(
    images: list[FundusImage], project: Project, people: dict[str, User], client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])

    nothing = admin.post("/api/masks/build/", {"project": project.pk})
    unknown = admin.post("/api/masks/build/", {"project": project.pk, "labels": "via"})

    assert (nothing.status_code, nothing.json()["code"]) == (400, "nothing_to_build")
    assert (unknown.status_code, unknown.json()["code"]) == (400, "unknown_label_source")
    assert not Job.objects.exists()


def test_a_mask_whose_file_changed_is_not_served(
    accepted: LabelSet, project: Project, people: dict[str, User], client_of: ClientOf
) -> None:
    from annotations.services.masks import build_masks

    build_masks(project=project, source=None, by=None)
    mask = Mask.objects.get(lesion_class__code="HE")
    with default_storage.open(mask.file, "wb") as file:
        file.write(b"something else")

    answer = client_of(people["administrator"]).get(f"/api/masks/{mask.pk}/picture/")
    rebuilt = build_masks(project=project, source=None, by=None)

    assert (answer.status_code, answer.json()["code"]) == (409, "mask_changed")
    assert rebuilt.built == 0
    assert client_of(people["administrator"]).get(f"/api/masks/{mask.pk}/picture/").status_code == 200


def test_the_mask_preview_shows_hemorrhages_red(
    accepted: LabelSet, people: dict[str, User], client_of: ClientOf
) -> None:
    answer = client_of(people["reviewer"]).get(f"/api/label-sets/{accepted.pk}/mask-preview/")

    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.mode, picture.size) == ("RGBA", (120, 100))
        red, green, blue, alpha = (int(value) for value in np.asarray(picture)[44, 36])
        outside = int(np.asarray(picture)[5, 5, 3])
    assert (red, green, blue) == (224, 49, 49)
    assert (alpha > 0, outside) == (True, 0)
