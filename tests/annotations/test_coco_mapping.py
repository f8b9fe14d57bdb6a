"""A COCO file over HTTP: looked into, its categories given a meaning, checked, imported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Project, Region
from annotations.services.data_in.coco_preview import preview_coco
from annotations.services.data_in.image_names import names_in
from annotations.services.via.import_via import class_table
from tests.annotations.test_via_mapping import start, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(administrator: User, client_of: Callable[[User], APIClient]) -> APIClient:
    return client_of(administrator)


@pytest.fixture
def path(images: list[FundusImage], tmp_path: Path) -> Path:
    """Three red spots (a box, an outline, a mask) and a vessel of a.jpg; an image that nobody knows."""
    square = [[10, 10, 20, 10, 20, 20, 10, 20]]
    lengths = {"size": [100, 120], "counts": [0, 9, 11_991]}
    said: list[dict[str, Any]] = [{"bbox": [1, 1, 5, 5]}, {"segmentation": square}, {"segmentation": lengths}]
    annotations = [{"id": n, "image_id": 1, "category_id": 3, **one} for n, one in enumerate(said, start=1)]
    coco = {
        "annotations": [*annotations, {"id": 9, "image_id": 1, "category_id": 4, "bbox": [9, 9, 5, 5]}],
        "images": [
            {"id": 1, "file_name": "a.jpg", "width": 120, "height": 100},
            {"id": 2, "file_name": "nowhere.jpg", "width": 120, "height": 100},
        ],
        "categories": [
            {"id": number, "name": name}
            for number, name in ((3, "red spot"), (4, "Exsudats"), (5, "never"), ([1], "odd"), ({}, "odd"))
        ],
    }
    file = tmp_path / "coco.json"
    file.write_text(json.dumps(coco))
    return file


def test_a_look_into_the_file_tells_categories_outlines_and_unknown_images(
    api: APIClient, project: Project, path: Path
) -> None:
    seen = api.get(f"/api/imports/{upload(api, project, path, kind='coco')}/preview/").json()

    (categories,) = seen["attributes"]
    assert [(one["value"], one["regions"], one["lesion_class"]) for one in categories["values"]] == [
        ("red spot", 3, None),
        ("Exsudats", 1, "EX"),
    ]
    assert (seen["regions"], seen["shapes"]) == (4, {"box": 2, "outline": 1, "mask": 1})
    assert (seen["images"], seen["unknown_names"], seen["complete"]) == (2, ["nowhere.jpg"], True)


def test_what_was_said_of_categories_is_checked_then_imported_without_sending_again(
    api: APIClient, project: Project, path: Path
) -> None:
    pk = upload(api, project, path, kind="coco")
    options = {"classes": {"red spot": "MA", "Exsudats": ""}}

    checked = start(api, pk, dry_run=True, options=options)
    again = api.post(f"/api/imports/{pk}/again/", {"dry_run": False, "skip_bad_rows": True}, format="json")
    done = start(api, again.json()["id"])

    assert (checked["report"]["regions_added"], checked["report"]["errors"]) == (3, 3)
    assert (checked["holds_files"], done["holds_files"], done["report"]["regions_added"]) == (True, False, 3)
    assert set(Region.objects.values_list("lesion_class__code", flat=True)) == {"MA"}


def test_a_look_ends_when_its_time_is_over(project: Project, path: Path) -> None:
    seen = preview_coco(
        path, title="coco", names=names_in(project), classes=class_table(project), mapped={}, until=0
    )

    assert (seen.complete, seen.regions) == (False, 0)
