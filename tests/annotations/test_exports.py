from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from annotations.models import Export, FundusImage
from annotations.services.data_in.writing import Writing
from annotations.services.data_out.exports import clear_old_exports, clear_stray_exports, run_export
from core.models import AuditEvent, Job
from core.services.jobs import LostLease
from imaging.mask_codec import decode_mask, encode_mask
from tests.annotations.conftest import QUIET, run_command
from tests.annotations.small_labels import specks


@pytest.fixture
def labelled(images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> FundusImage:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a_HE.png").write_bytes(encode_mask(specks(1)))
    run_command(capsys, "import_masks", str(tmp_path / "masks"), "--accept")
    return images[0]


@pytest.fixture
def api(administrator: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


def started(api: APIClient, image: FundusImage, kind: str, **options: Any) -> Export:
    answer = api.post("/api/exports/", {"project": image.project_id, "kind": kind, **options}, format="json")
    assert answer.status_code == 202, answer.json()
    return Export.objects.get(pk=answer.json()["id"])


def made(api: APIClient, image: FundusImage, kind: str, **options: Any) -> Export:
    export = started(api, image, kind, **options)
    run_export(export=export, writing=QUIET)
    export.refresh_from_db()
    return export


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_sources_that_wait_to_be_accepted_can_be_chosen_when_they_count_too(
    api: APIClient, labelled: FundusImage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "b_EX.png").write_bytes(encode_mask(specks(2)))
    run_command(capsys, "import_masks", str(tmp_path / "others"))

    def titles(**query: Any) -> list[str]:
        asked = {"project": labelled.project_id, **query}
        return [one["title"] for one in api.get("/api/label-sources/", asked).json()["results"]]

    assert titles() == ["masks"]
    assert sorted(titles(waiting=True)) == ["masks", "others"]


@pytest.mark.parametrize("kind", ["via_csv", "via_json", "coco", "masks"])
def test_an_export_is_a_job_whose_file_its_owner_downloads(
    api: APIClient, labelled: FundusImage, kind: str
) -> None:
    export = started(api, labelled, kind)
    job = Job.objects.get(kind="annotations.export")
    before = api.get(f"/api/exports/{export.pk}/").json()
    early = api.get(f"/api/exports/{export.pk}/file/")
    run_export(export=export, writing=QUIET)

    after = api.get(f"/api/exports/{export.pk}/").json()
    answer = api.get(f"/api/exports/{export.pk}/file/")
    data = content(answer)

    assert (job.state, job.requested_by, before["ready"], early.status_code) == (
        "queued",
        export.created_by,
        False,
        404,
    )
    assert after["ready"] and after["report"]["images"] == 1
    assert hashlib.sha256(data).hexdigest() == after["sha256"]
    assert answer["Content-Type"] in {"text/csv", "application/json", "application/zip"}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == f'attachment; filename="{after["file_name"]}"'
    assert int(answer["Content-Length"]) == len(data) == after["size_bytes"]
    actions = AuditEvent.objects.values_list("action", flat=True)
    assert {"export.start", "export.end", "export.download"} <= set(actions)


def test_masks_leave_as_a_zip(api: APIClient, labelled: FundusImage) -> None:
    export = made(api, labelled, "masks")

    with zipfile.ZipFile(io.BytesIO(content(api.get(f"/api/exports/{export.pk}/file/")))) as archive:
        assert archive.namelist() == ["a_HE.png"]
        assert np.array_equal(decode_mask(archive.read("a_HE.png")), specks(1))


def test_nobody_else_sees_or_takes_an_export(
    api: APIClient, labelled: FundusImage, make_user: Callable[..., User]
) -> None:
    export = made(api, labelled, "via_csv")
    other = APIClient()
    other.force_authenticate(make_user("other", Role.ADMINISTRATOR))

    assert other.get("/api/exports/").json()["results"] == []
    for address in (f"/api/exports/{export.pk}/", f"/api/exports/{export.pk}/file/"):
        assert other.get(address).status_code == 404
    assert [one["id"] for one in api.get("/api/exports/").json()["results"]] == [export.pk]


def test_what_can_not_be_exported_is_refused_at_once(api: APIClient, labelled: FundusImage) -> None:
    def refused(**asked: Any) -> tuple[int, str]:
        answer = api.post("/api/exports/", {"project": labelled.project_id, **asked}, format="json")
        return answer.status_code, answer.json()["code"]

    assert refused(kind="via_csv", labels="nobody") == (400, "unknown_label_source")
    assert refused(kind="labels_csv") == (400, "nothing_to_export")
    assert refused(kind="exe") == (400, "invalid")
    assert refused(kind="coco", project=10**9) == (404, "not_found")
    assert not Export.objects.exists()
    assert not Job.objects.filter(kind="annotations.export").exists()


def test_files_are_cleared_away_after_a_week_and_the_record_stays(
    api: APIClient, labelled: FundusImage, stored_files: Path
) -> None:
    export = made(api, labelled, "coco")
    file = stored_files / export.file

    assert clear_old_exports(now=timezone.now() + timedelta(days=6)) == 0
    assert file.is_file()
    assert clear_old_exports(now=timezone.now() + timedelta(days=8)) == 1

    assert not file.exists()
    gone = api.get(f"/api/exports/{export.pk}/file/")
    assert (gone.status_code, "7 days" in gone.json()["remedy"]) == (404, True)
    assert api.get(f"/api/exports/{export.pk}/").json()["ready"] is False


def test_a_second_attempt_finds_the_file_made(api: APIClient, labelled: FundusImage) -> None:
    export = made(api, labelled, "coco")

    run_export(export=export, writing=QUIET)

    assert AuditEvent.objects.filter(action="export.end").count() == 1


def files_of_exports(stored_files: Path) -> list[Path]:
    return sorted(path for path in (stored_files / "exports").rglob("*") if path.is_file())


def test_an_attempt_that_lost_its_job_leaves_no_file_and_harms_none(
    api: APIClient, labelled: FundusImage, stored_files: Path
) -> None:
    export = started(api, labelled, "coco")
    late = Export.objects.get(pk=export.pk)  # as an attempt read it that ends last

    @contextmanager
    def lost() -> Iterator[None]:
        with transaction.atomic():
            yield
            raise LostLease

    fenced = Writing(open_transaction=lost, progress=QUIET.progress)
    with pytest.raises(LostLease):
        run_export(export=late, writing=fenced)
    assert files_of_exports(stored_files) == []

    run_export(export=export, writing=QUIET)
    export.refresh_from_db()
    before = (stored_files / export.file).stat().st_mtime_ns
    with pytest.raises(LostLease):
        run_export(export=late, writing=fenced)

    assert files_of_exports(stored_files) == [stored_files / export.file]
    assert (stored_files / export.file).stat().st_mtime_ns == before


def test_a_file_that_no_export_names_is_swept_away_after_a_day(
    api: APIClient, labelled: FundusImage, stored_files: Path
) -> None:
    export = made(api, labelled, "coco")
    stray = stored_files / "exports" / str(export.pk) / "left-by-a-crash.zip"
    stray.write_bytes(b"PK")

    assert clear_stray_exports(now=timezone.now() + timedelta(hours=23)) == 0
    assert stray.is_file()
    assert clear_stray_exports(now=timezone.now() + timedelta(hours=25)) == 1

    assert files_of_exports(stored_files) == [stored_files / export.file]


def test_the_sweep_finds_nothing_where_nobody_exported(stored_files: Path, db: None) -> None:
    assert clear_stray_exports() == 0


def test_a_list_of_exports_takes_few_queries(
    api: APIClient, labelled: FundusImage, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        made(api, labelled, "coco")

    with django_assert_max_num_queries(6):
        assert len(api.get("/api/exports/").json()["results"]) == 4
