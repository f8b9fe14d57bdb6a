"""Imports over HTTP: opened, filled, started, followed; limits, refusals, and jobs that died."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import Import, LabelSet, Project
from annotations.states import LabelSetState
from core.models import Job
from core.services.job_runner import run_job
from core.states import JobState

pytestmark = pytest.mark.django_db

ClientOf = Callable[[User | None], APIClient]


def upload(client: APIClient, batch: int, *files: tuple[str, bytes]) -> Any:
    parts = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"/api/imports/{batch}/files/", {"file": parts}, format="multipart")


def run_import(client: APIClient, batch: int) -> dict[str, Any]:
    started = client.post(f"/api/imports/{batch}/start/")
    assert (started.status_code, started.json()["state"]) == (202, "started"), started.content
    run_job(job_id=uuid.UUID(started.json()["job"]["id"]))
    return dict(client.get(f"/api/imports/{batch}/").json())


def test_an_administrator_imports_images_with_labels_and_then_a_via_csv(
    project: Project,
    people: dict[str, User],
    pictures: Path,
    client_of: ClientOf,
    stored_files: Path,
    write_via: Callable[..., Path],
) -> None:
    admin = client_of(people["administrator"])
    body = {"project": project.pk, "kind": "images", "assign_to": [people["specialist"].pk]}
    batch = admin.post("/api/imports/", body).json()
    assert batch["state"] == "collecting"
    sent = upload(
        admin,
        batch["id"],
        ("a.jpg", (pictures / "a.jpg").read_bytes()),
        ("notes.jpg", b"no picture"),
        ("labels.csv", b"file,label\na.jpg,dr\n"),
    )
    assert (sent.status_code, sent.json()["files_count"]) == (201, 3)

    done = run_import(admin, batch["id"])

    assert (done["state"], done["job"]["state"], done["problems_count"]) == ("succeeded", "succeeded", 1)
    assert done["report"]["images_added"] == done["report"]["labels_added"] == 1
    assert done["job"]["progress_message"] == "Added: 1 image; 1 problem"
    (problem,) = admin.get(f"/api/imports/{batch['id']}/problems/").json()["results"]
    assert (problem["file"], problem["code"], bool(problem["remedy"])) == ("notes.jpg", "not_an_image", True)
    assert not list((stored_files / "staging").rglob("*.*"))
    assert len(client_of(people["specialist"]).get("/api/images/").json()["results"]) == 1

    rect = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}
    table = write_via([("a.jpg", rect, {"Abnormality": "exudate"})])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "via", "accept": True}).json()
    upload(admin, batch["id"], ("via.csv", table.read_bytes()))
    done = run_import(admin, batch["id"])

    assert (done["state"], done["report"]["regions_added"]) == ("succeeded", 1)
    assert LabelSet.objects.get(source_title="via.csv").state == LabelSetState.ACCEPTED


def test_an_import_whose_table_has_no_header_fails_with_the_reason(
    project: Project, people: dict[str, User], client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "via"}).json()
    upload(admin, batch["id"], ("via.csv", b"1,2,3\n"))

    done = run_import(admin, batch["id"])

    assert (done["state"], done["job"]["state"], done["job"]["error_code"]) == (
        "failed", "failed", "missing_column",
    )  # fmt: skip
    assert done["job"]["error_remedy"]
    assert admin.get(f"/api/imports/{batch['id']}/problems/").json()["count"] == 1


def test_the_job_of_a_refused_via_file_says_so(
    project: Project, people: dict[str, User], client_of: ClientOf, write_via: Callable[..., Path]
) -> None:
    admin = client_of(people["administrator"])
    rect = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}
    table = write_via([("nobody.jpg", rect, {"Abnormality": "exudate"})])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "via"}).json()
    upload(admin, batch["id"], ("via.csv", table.read_bytes()))

    done = run_import(admin, batch["id"])

    assert done["state"] == "failed"
    assert done["job"]["progress_message"] == "Refused: nothing was imported, 1 problem"


def test_a_started_import_takes_no_more_files_and_starts_once(
    project: Project, people: dict[str, User], pictures: Path, client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "images"}).json()["id"]
    assert admin.post(f"/api/imports/{batch}/start/").status_code == 400
    upload(admin, batch, ("a.jpg", (pictures / "a.jpg").read_bytes()))
    run_import(admin, batch)

    assert admin.post(f"/api/imports/{batch}/start/").status_code == 409
    assert upload(admin, batch, ("b.jpg", b"x")).status_code == 409
    assert Job.objects.count() == 1


def test_uploads_over_the_limits_are_refused_and_leave_nothing(
    project: Project,
    people: dict[str, User],
    client_of: ClientOf,
    stored_files: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = client_of(people["administrator"])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "images"}).json()["id"]
    settings.MAX_IMAGE_BYTES = 1_000

    too_large = upload(admin, batch, ("a.jpg", bytes(1_001)))
    monkeypatch.setattr("annotations.api.imports.MAX_REQUEST_BYTES", 0)
    far_too_large = upload(admin, batch, ("a.jpg", bytes(3 << 20)))

    assert (too_large.status_code, too_large.json()["code"]) == (413, "file_too_large")
    assert (far_too_large.status_code, far_too_large.json()["code"]) == (413, "file_too_large")
    assert not stored_files.exists()
    assert Import.objects.get().files.count() == 0


def test_a_job_that_died_ends_its_import(
    project: Project, people: dict[str, User], pictures: Path, client_of: ClientOf
) -> None:
    admin = client_of(people["administrator"])
    batch = admin.post("/api/imports/", {"project": project.pk, "kind": "images"}).json()["id"]
    upload(admin, batch, ("a.jpg", (pictures / "a.jpg").read_bytes()))
    admin.post(f"/api/imports/{batch}/start/")

    Job.objects.update(state=JobState.CANCELLED)

    assert admin.get(f"/api/imports/{batch}/").json()["state"] == "cancelled"
