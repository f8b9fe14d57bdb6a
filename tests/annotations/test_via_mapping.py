"""A VIA file over HTTP: looked into, mapped, checked, imported from the same upload."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Import, LabelSet, Project, Region
from annotations.services.data_in.image_names import names_in
from annotations.services.data_in.import_choices import repeat_import
from annotations.services.via.import_via import class_table
from annotations.services.via.via_mapping import ViaMapping
from annotations.services.via.via_preview import preview_via
from annotations.states import ImportState
from core.errors import Conflict
from core.models import AuditEvent, Job
from core.services.job_runner import run_job
from core.states import JobState

pytestmark = pytest.mark.django_db

RECT = {"name": "rect", "x": 10, "y": 12, "width": 5, "height": 7}
POINT = {"name": "point", "cx": 3, "cy": 4}
LINE = {"name": "polyline", "all_points_x": [1, 9, 9], "all_points_y": [1, 1, 9]}
Write = Callable[..., Path]


@pytest.fixture
def image(many_images: Callable[..., list[FundusImage]]) -> FundusImage:
    return many_images(1, width=100, height=80)[0]


@pytest.fixture
def api(administrator: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(administrator)
    return client


def upload(api: APIClient, project: Project, path: Path, **fields: Any) -> int:
    """Open an import (of VIA, if nothing else is said) and send its file; gives its id."""
    opened = api.post("/api/imports/", {"project": project.pk, "kind": "via", **fields}, format="json")
    assert opened.status_code == 201, opened.json()
    pk: int = opened.json()["id"]
    file = SimpleUploadedFile(path.name, path.read_bytes())
    assert api.post(f"/api/imports/{pk}/files/", {"file": file}, format="multipart").status_code == 201
    return pk


def start(api: APIClient, pk: int, **choices: Any) -> dict[str, Any]:
    """Start the import, do its job, and give it as the page sees it."""
    started = api.post(f"/api/imports/{pk}/start/", choices, format="json")
    assert started.status_code == 202, started.json()
    run_job(job_id=started.json()["job"]["id"])
    return dict(api.get(f"/api/imports/{pk}/").json())


def test_a_look_into_the_file_tells_attributes_values_shapes_and_unknown_images(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    name = image.source_name
    path = write_via(
        [
            (name, RECT, {"Lesión": "Hemorragias", "sure": "yes"}),
            (name, RECT, {"Lesión": "exudados duros"}),
            (name, POINT, {"Lesión": "freckle"}),
            ("other.jpg", RECT, {"Lesión": "Hemorragias"}),
            (name, RECT, '{"Lesión":undefined}'),
            (name, "{}", "{}"),
        ]
    )

    seen = api.get(f"/api/imports/{upload(api, project, path)}/preview/").json()

    assert (seen["regions"], seen["images"], seen["rows_without_region"], seen["unreadable"]) == (4, 2, 1, 1)
    assert seen["shapes"] == {"rect": 3, "point": 1}
    assert (seen["unknown_images"], seen["unknown_names"]) == (1, ["other.jpg"])
    assert (seen["attribute"], seen["complete"]) == ("Lesión", True)
    lesion, sure, none = seen["attributes"]
    assert [(one["value"], one["regions"], one["lesion_class"]) for one in lesion["values"]] == [
        ("Hemorragias", 2, "HE"),
        ("exudados duros", 1, "EX"),
        ("freckle", 1, None),
    ]
    assert [value["value"] for value in sure["values"]] == ["", "yes"]
    assert (none["name"], none["values"][0]["regions"]) == ("", 4)


def test_a_file_is_mapped_checked_and_imported_from_one_upload(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    name = image.source_name
    rows = [
        (name, RECT, {"type": "red dot", "note": "temporal"}),
        (name, POINT, {"type": "red dot"}),
        (name, LINE, {"type": "yellow"}),
        (name, {**RECT, "x": 40}, {"type": "vessel"}),
    ]
    options = {"attribute": "type", "classes": {"red dot": "HE", "yellow": "EX", "vessel": ""}}
    checked = start(api, upload(api, project, write_via(rows)), dry_run=True, options=options)
    assert (checked["state"], checked["holds_files"]) == (ImportState.SUCCEEDED, True)
    assert checked["report"]["regions_added"] == 1
    assert checked["report"]["regions_left_out"] == 1
    assert checked["report"]["errors"] == 2
    problems = api.get(f"/api/imports/{checked['id']}/problems/").json()["results"]
    assert [(one["row"], one["code"]) for one in problems] == [
        (3, "unsupported_shape"),
        (4, "unsupported_shape"),
        (None, "left_out"),
    ]
    assert not Region.objects.exists()

    again = api.post(
        f"/api/imports/{checked['id']}/again/",
        {
            "dry_run": False,
            "skip_bad_rows": True,
            "options": {**options, "close_polylines": True},
        },
        format="json",
    ).json()
    done = start(api, again["id"])

    assert (done["state"], done["report"]["regions_added"], done["holds_files"]) == ("succeeded", 2, False)
    assert done["file_name"] == "via.csv"
    assert sorted((one.shape, one.lesion_class.code) for one in Region.objects.all()) == [
        ("polygon", "EX"),
        ("rect", "HE"),
    ]
    assert Region.objects.get(shape="rect").attributes == {"type": "red dot", "note": "temporal"}
    assert AuditEvent.objects.filter(action="import.choose").exists()


def test_regions_without_any_attribute_can_all_be_one_class(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    pk = upload(api, project, write_via([(image.source_name, RECT, {})]))

    done = start(api, pk, options={"attribute": "", "classes": {"": "EX"}})

    assert done["report"]["regions_added"] == 1
    assert Region.objects.get().lesion_class.code == "EX"


def test_a_class_that_the_project_has_not_cannot_be_chosen(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    pk = upload(api, project, write_via([(image.source_name, RECT, {"a": "b"})]))

    refused = api.post(f"/api/imports/{pk}/start/", {"options": {"classes": {"b": "XX"}}}, format="json")

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_mapping")
    assert Import.objects.get(pk=pk).state == ImportState.COLLECTING


@pytest.mark.parametrize(
    "options", [{"attribute": 7}, {"classes": []}, {"classes": {"a": 1}}, {"close_polylines": "yes"}]
)
def test_a_mapping_that_is_none_is_refused(api: APIClient, project: Project, options: Any) -> None:
    fields = {"project": project.pk, "kind": "via", "options": options}

    assert api.post("/api/imports/", fields, format="json").status_code == 400


def test_the_job_of_a_refused_import_has_failed_too_and_its_upload_serves_another_try(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    path = write_via([(image.source_name, RECT, {"Abnormality": "freckle"})])

    refused = start(api, upload(api, project, path))

    assert refused["state"] == ImportState.FAILED
    assert (refused["job"]["state"], refused["job"]["error_code"]) == (JobState.FAILED, "import_refused")
    assert refused["holds_files"]
    again = api.post(f"/api/imports/{refused['id']}/again/", {}, format="json").json()
    done = start(api, again["id"], options={"classes": {"freckle": "HE"}})
    assert done["report"]["regions_added"] == 1
    assert set(Job.objects.values_list("state", flat=True)) == {JobState.FAILED, JobState.SUCCEEDED}


def test_an_import_without_its_upload_is_not_repeated(
    api: APIClient, project: Project, image: FundusImage, write_via: Write, administrator: User
) -> None:
    done = start(api, upload(api, project, write_via([(image.source_name, RECT, {"Abnormality": "EX"})])))

    with pytest.raises(Conflict):
        repeat_import(batch=Import.objects.get(pk=done["id"]), by=administrator, choices={})
    assert api.get(f"/api/imports/{done['id']}/preview/").status_code == 409


def test_an_import_that_has_started_takes_no_other_choices(
    api: APIClient, project: Project, image: FundusImage, write_via: Write
) -> None:
    pk = upload(api, project, write_via([(image.source_name, RECT, {"Abnormality": "EX"})]))
    api.post(f"/api/imports/{pk}/start/", {}, format="json")

    assert api.post(f"/api/imports/{pk}/start/", {"dry_run": True}, format="json").status_code == 409


def test_a_file_that_is_no_via_file_is_named_when_one_looks_into_it(
    api: APIClient, project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "coco.json"
    path.write_text(json.dumps({"images": [], "annotations": []}))

    answer = api.get(f"/api/imports/{upload(api, project, path)}/preview/")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
    assert "coco.json" in answer.json()["message"]
    assert not LabelSet.objects.exists()


def test_a_long_project_file_is_looked_at_no_longer_than_somebody_waits(
    project: Project, tmp_path: Path
) -> None:
    path = tmp_path / "project.json"
    region = '"%d": {"vid": "1", "z": [], "xy": [2, 1, 1, 9, 9], "av": {}}'
    regions = ", ".join(region % number for number in range(150_000))
    path.write_text(f'{{"project": {{}}, "metadata": {{{regions}}}, and its end is broken')

    found = preview_via(
        path,
        title="project.json",
        names=names_in(project),
        classes=class_table(project),
        mapping=ViaMapping(),
        until=time.monotonic() + 0.02,
    )

    assert not found.complete
