"""Archives from the page: sent in parts that survive a lost connection, unpacked, imported."""

import io
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Import, ImportFile, ImportProblem, Project
from annotations.services.data_in.imports import start_import
from core.models import Job
from tests.annotations.test_archives import zip_of

pytestmark = pytest.mark.django_db
PART = 1024**2


@pytest.fixture
def admin(client_of: Callable[..., APIClient], people: dict[str, Any]) -> APIClient:
    return client_of(people["administrator"])


@pytest.fixture
def opened(admin: APIClient, project: Project) -> int:
    answer = admin.post("/api/imports/", {"project": project.pk, "kind": "images"})
    return int(answer.json()["id"])


@pytest.fixture
def archive(pictures: Path) -> bytes:
    members = {f"eyes/{path.name}": path.read_bytes() for path in pictures.rglob("*") if path.is_file()}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in members.items():
            file.writestr(name, data)
        file.writestr("eyes/notes.md", bytes(5 * PART // 2))
    return stream.getvalue()


def send(
    admin: APIClient,
    opened: int,
    data: bytes,
    *,
    upload: uuid.UUID,
    offset: int,
    size: int = PART,
    name: str = "eyes.zip",
) -> Any:
    part = SimpleUploadedFile("blob", data[offset : offset + size])
    fields = {
        "file": part,
        "name": name,
        "upload": str(upload),
        "offset": offset,
        "total_bytes": len(data),
    }
    return admin.post(f"/api/imports/{opened}/files/part/", fields, format="multipart")


def test_an_archive_in_parts_is_put_together_and_imported(
    admin: APIClient, opened: int, archive: bytes, run_queued_jobs: Callable[[], Any], stored_files: Path
) -> None:
    upload = uuid.uuid4()
    for offset in range(0, len(archive), PART):
        assert send(admin, opened, archive, upload=upload, offset=offset).status_code == 201
    assert admin.get(f"/api/imports/{opened}/").json()["files_count"] == 1

    assert admin.post(f"/api/imports/{opened}/start/").status_code == 202
    run_queued_jobs()

    answer = admin.get(f"/api/imports/{opened}/").json()
    assert (answer["state"], answer["report"]["images_added"]) == ("succeeded", 3)
    assert set(FundusImage.objects.values_list("source_name", flat=True)) == {"a.jpg", "b.png", "c.tif"}
    assert not list((stored_files / "staging").rglob("*.zip"))


def test_after_a_lost_connection_the_answer_says_where_to_go_on(
    admin: APIClient, opened: int, archive: bytes
) -> None:
    upload = uuid.uuid4()
    send(admin, opened, archive, upload=upload, offset=0)

    skipped = send(admin, opened, archive, upload=upload, offset=2 * PART)
    again = send(admin, opened, archive, upload=upload, offset=0)

    assert (skipped.status_code, skipped.json()["code"]) == (409, "part_out_of_place")
    assert skipped.json()["detail"]["received"] == PART
    assert again.json() == {"received": PART}
    assert ImportFile.objects.count() == 1
    assert len(default_storage.listdir(f"staging/{opened}")[1]) == 1


def test_an_import_with_half_a_file_does_not_start(admin: APIClient, opened: int, archive: bytes) -> None:
    send(admin, opened, archive, upload=uuid.uuid4(), offset=0)

    answer = admin.post(f"/api/imports/{opened}/start/")

    assert answer.status_code == 409
    assert "'eyes.zip' is not complete" in answer.json()["message"]
    assert not Job.objects.exists()


def test_no_file_comes_between_the_check_and_the_start(
    admin: APIClient, opened: int, archive: bytes, administrator: User
) -> None:
    """Whoever adds a file holds the import's row; so it is held before its files are looked at."""
    upload = uuid.uuid4()
    for offset in range(0, len(archive), PART):
        send(admin, opened, archive, upload=upload, offset=offset)

    batch = Import.objects.get(pk=opened)

    with CaptureQueriesContext(connection) as captured:
        start_import(batch=batch, by=administrator)

    asked = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]
    of_the_row = [n for n, sql in enumerate(asked) if 'FROM "annotations_import" ' in sql]
    of_files = [n for n, sql in enumerate(asked) if 'FROM "annotations_importfile"' in sql]
    assert of_the_row[0] < of_files[0]


@pytest.mark.parametrize("kind, name", [("images", "labels.csv"), ("images", "a.jpg"), ("via", "via.json")])
def test_parts_lift_no_limit(
    admin: APIClient, project: Project, kind: str, name: str, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    opened = admin.post("/api/imports/", {"project": project.pk, "kind": kind}).json()["id"]
    settings.MAX_IMAGE_BYTES = PART
    monkeypatch.setattr("annotations.api.imports.MAX_TABLE_BYTES", PART)

    answer = send(admin, opened, bytes(2 * PART), upload=uuid.uuid4(), offset=0, name=name)

    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_files_in_parts_count_as_files(
    admin: APIClient, opened: int, archive: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotations.services.data_in.imports.MAX_FILES", 1)
    first = uuid.uuid4()
    send(admin, opened, archive, upload=first, offset=0)

    assert send(admin, opened, archive, upload=first, offset=PART).status_code == 201
    answer = send(admin, opened, archive, upload=uuid.uuid4(), offset=0)

    assert answer.status_code == 400
    assert "An import takes 1 files" in answer.json()["message"]


@pytest.mark.parametrize(
    "options",
    [
        {"file_name": "x"},
        {"file_name": {"pattern": 3}},
        {"file_name": {"pattern": "{who}"}},
        {"file_name": {"pattern": "{eye}", "more": 1}},
        {"other": 1},
    ],
)
def test_an_import_of_images_takes_a_pattern_and_no_other_options(
    admin: APIClient, project: Project, options: dict[str, Any]
) -> None:
    asked = {"project": project.pk, "kind": "images", "options": options}
    assert admin.post("/api/imports/", asked, format="json").status_code == 400

    asked["options"] = {"file_name": {"pattern": "{patient}_{eye}"}}
    assert admin.post("/api/imports/", asked, format="json").status_code == 201
    assert Import.objects.get().options == asked["options"]


def test_parts_that_do_not_fit_are_refused(
    admin: APIClient, opened: int, archive: bytes, settings: Any
) -> None:
    assert send(admin, opened, archive, upload=uuid.uuid4(), offset=0, size=100).status_code == 400
    settings.MAX_ARCHIVE_BYTES = 1_000
    assert send(admin, opened, archive, upload=uuid.uuid4(), offset=0).status_code == 413
    assert not ImportFile.objects.exists()


def test_a_bad_archive_ends_the_import_with_its_reason(
    admin: APIClient, opened: int, run_queued_jobs: Callable[[], Any]
) -> None:
    evil = SimpleUploadedFile("evil.zip", zip_of({"../evil.jpg": b"x"}))
    admin.post(f"/api/imports/{opened}/files/", {"file": evil}, format="multipart")
    admin.post(f"/api/imports/{opened}/start/")
    run_queued_jobs()

    assert Import.objects.get().state == "failed"
    problem = ImportProblem.objects.get()
    assert (problem.code, problem.file) == ("bad_archive", "evil.zip")
    assert admin.get("/api/imports/").status_code == 200, "the site still answers"


def test_files_keep_the_folders_they_came_in(
    admin: APIClient, opened: int, pictures: Path, run_queued_jobs: Callable[[], Any]
) -> None:
    one, other = ((pictures / name).read_bytes() for name in ("a.jpg", "b.png"))
    table = b"file,eye\nOD/1.jpg,OD\nOS/1.jpg,OS\n"
    files = [SimpleUploadedFile("1.jpg", one), SimpleUploadedFile("1.jpg", other)]
    files.append(SimpleUploadedFile("labels.csv", table))
    paths = ["eyes/OD/1.jpg", "eyes/OS/1.jpg", "eyes/labels.csv"]

    admin.post(f"/api/imports/{opened}/files/", {"file": files, "path": paths}, format="multipart")
    admin.post(f"/api/imports/{opened}/start/")
    run_queued_jobs()

    assert sorted(FundusImage.objects.values_list("source_name", "eye")) == [("1.jpg", "OD"), ("1.jpg", "OS")]


def test_other_tables_and_texts_in_an_archive_do_not_stop_it(
    admin: APIClient, opened: int, pictures: Path, run_queued_jobs: Callable[[], Any]
) -> None:
    members = {
        "x/a.jpg": (pictures / "a.jpg").read_bytes(),
        "x/README.txt": b"hello",
        "x/via.csv": b"filename\na",
    }
    sent = SimpleUploadedFile("x.zip", zip_of(members))
    admin.post(f"/api/imports/{opened}/files/", {"file": sent}, format="multipart")
    admin.post(f"/api/imports/{opened}/start/")
    run_queued_jobs()

    assert admin.get(f"/api/imports/{opened}/").json()["report"]["images_added"] == 1
    assert set(ImportProblem.objects.values_list("code", "is_error")) == {("not_a_labels_table", False)}


def test_an_upload_without_a_picture_says_so(
    admin: APIClient, opened: int, run_queued_jobs: Callable[[], Any]
) -> None:
    sent = SimpleUploadedFile("x.zip", zip_of({"notes.md": b"hello"}))
    admin.post(f"/api/imports/{opened}/files/", {"file": sent}, format="multipart")
    admin.post(f"/api/imports/{opened}/start/")
    run_queued_jobs()

    assert Import.objects.get().state == "failed"
    assert ImportProblem.objects.get().code == "nothing_to_import"
