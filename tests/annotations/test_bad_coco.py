"""COCO files of which something is wrong: which annotation, image or category, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Region
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.run_datasets import run_uploaded_coco
from annotations.states import ImportKind
from tests.annotations.conftest import QUIET, run_command
from tests.annotations.small_labels import CATEGORIES, HEIGHT, IMAGES, WIDTH, annotation
from tests.annotations.test_import_coco import Write

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"segmentation": [[1, 2, 3]]}, "bad_geometry"),
        ({"segmentation": [[1, 2, 3, 4, "x", 6]]}, "bad_geometry"),
        ({"segmentation": [[1, 2, 3, 4, 5, 1e9]]}, "bad_geometry"),
        ({"segmentation": [[500, 500, 600, 500, 600, 600]]}, "outside_image"),
        ({"segmentation": {"size": [5, 5], "counts": [25]}}, "other_size"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [7]}}, "bad_geometry"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": "\x01"}}, "bad_geometry"),
        ({"segmentation": {"size": [HEIGHT, WIDTH], "counts": [HEIGHT * WIDTH]}}, "empty_region"),
        ({"bbox": [1, 1, -5, 5]}, "negative_size"),
        ({"bbox": [900, 900, 5, 5]}, "outside_image"),
        ({}, "no_geometry"),
        ({"bbox": [1, 1, 5, 5], "category_id": 99}, "unknown_class"),
        ({"bbox": [1, 1, 5, 5], "image_id": 99}, "unknown_image"),
    ],
)
def test_a_wrong_annotation_is_told_by_its_id_and_nothing_goes_in(
    images: list[FundusImage],
    write_coco: Write,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, Any],
    code: str,
) -> None:
    good = annotation(1, bbox=[1, 1, 5, 5])
    path = write_coco([good, annotation(4711, **wrong)])

    status, report = run_command(capsys, "import_coco", str(path))
    assert (status, LabelSet.objects.count()) == (1, 0)
    assert [(one["row"], one["code"]) for one in report["problems"]] == [(4711, code)]

    run_command(capsys, "import_coco", str(path), "--skip-bad-rows")
    assert Region.objects.count() == 1


@pytest.mark.parametrize("size", [(5, 5), (None, HEIGHT)])
def test_an_image_of_another_size_is_refused(
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str], size: tuple[Any, Any]
) -> None:
    other = [IMAGES[0] | {"width": size[0], "height": size[1]}]

    status, report = run_command(
        capsys, "import_coco", str(write_coco([annotation(bbox=[1, 1, 2, 2])], images=other))
    )

    assert status == 1
    assert [(one["file"], one["code"]) for one in report["problems"]] == [("a.jpg", "other_size")]


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        ([{"id": 7, "file_name": "b.png", "width": WIDTH, "height": HEIGHT}], ("b.png", "same_id")),
        ([{"id": "9", "file_name": "b.png", "width": WIDTH, "height": HEIGHT}], ("b.png", "bad_id")),
        ([{"id": -1, "file_name": "b.png", "width": WIDTH, "height": HEIGHT}], ("b.png", "bad_id")),
        (["b.png"], ("", "malformed_json")),
        ([{"id": 9, "file_name": "b.png", "tags": ["x"] * 600}], ("", "too_large")),
    ],
)
def test_an_entry_of_an_image_that_can_not_be_used_is_told(
    images: list[FundusImage],
    write_coco: Write,
    capsys: pytest.CaptureFixture[str],
    entries: list[Any],
    told: tuple[str, str],
) -> None:
    path = write_coco([annotation(bbox=[1, 1, 2, 2])], images=[IMAGES[0], *entries])

    status, report = run_command(capsys, "import_coco", str(path))
    assert (status, LabelSet.objects.count()) == (1, 0)
    assert [(one["file"], one["code"]) for one in report["problems"]] == [told]

    # Whose annotations those of a repeated id are, nobody knows: neither image gets them.
    run_command(capsys, "import_coco", str(path), "--skip-bad-rows")
    assert Region.objects.count() == (0 if told[1] == "same_id" else 1)


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"id": 1, "name": "exsudats durs"}, "same_id"),
        ({"id": "6", "name": "MA"}, "bad_id"),
        (None, "malformed_json"),
        ({"id": 6, "name": "MA", "keypoints": [0] * 600}, "too_large"),
    ],
)
def test_an_entry_of_a_category_that_can_not_be_used_is_told(
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str], entry: Any, code: str
) -> None:
    path = write_coco([annotation(bbox=[1, 1, 2, 2])], categories=[CATEGORIES[0], entry])

    status, report = run_command(capsys, "import_coco", str(path))
    assert (status, LabelSet.objects.count()) == (1, 0)
    first = report["problems"][0]
    assert (first["code"], first["message"].partition(":")[0]) == (code, "Entry 2 of 'categories'")

    run_command(capsys, "import_coco", str(path), "--skip-bad-rows")
    assert Region.objects.count() == (0 if code == "same_id" else 1)


@pytest.mark.parametrize("content", ["[]", "{}", '{"images": [], "categories": []}', "{", '{"a.jpg1": {}}'])
def test_a_file_that_is_no_coco_is_refused(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)

    status, report = run_command(capsys, "import_coco", str(path))

    assert (status, report["problems"][0]["code"]) == (1, "bad_json")


def test_images_without_annotations_beside_a_bad_one_are_not_called_refused(
    images: list[FundusImage], people: dict[str, User], write_coco: Write
) -> None:
    by = people["administrator"]
    path = write_coco([annotation(segmentation=[[1, 2, 3]])])
    batch = open_import(project=images[0].project, kind=ImportKind.COCO, by=by, skip_bad_rows=True)
    with path.open("rb") as content:
        add_file(batch=batch, name=path.name, content=content, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_coco(batch=batch, writing=QUIET)

    assert (report["label_sets_added"], report["errors"], LabelSet.objects.count()) == (2, 1, 2)
