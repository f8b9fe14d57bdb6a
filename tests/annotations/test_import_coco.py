from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Region
from annotations.selectors import regions_of
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.run_datasets import run_uploaded_coco
from annotations.states import ImportKind, LabelSetState
from imaging.arrays import BoolMask
from imaging.mask_codec import encode_mask
from imaging.masks import rasterize
from imaging.pixel_edges import run_lengths
from imaging.shapes import shape_from_json
from tests.annotations.conftest import QUIET, run_command
from tests.annotations.test_import_masks import specks

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools
WIDTH, HEIGHT = 120, 100
IMAGES = [
    {"id": number, "file_name": name, "width": WIDTH, "height": HEIGHT}
    for number, name in ((7, "a.jpg"), (8, "b.png"))
]
CATEGORIES = [{"id": 1, "name": "Haemorrhages"}, {"id": 5, "name": "exsudats durs"}]
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a COCO file; what is not given is as usual."""

    def write(annotations: list[Any], name: str = "coco.json", **parts: Any) -> Path:
        path = tmp_path / name
        said = {"annotations": annotations, "images": IMAGES, "categories": CATEGORIES} | parts
        path.write_text(json.dumps(said))
        return path

    return write


def annotation(number: int = 1, **parts: Any) -> dict[str, Any]:
    return {"id": number, "image_id": 7, "category_id": 1, "iscrowd": 0} | parts


def drawn(name: str, code: str) -> BoolMask:
    label_set = LabelSet.objects.get(image__source_name=name, source__startswith="coco:")
    regions = regions_of(label_set).filter(lesion_class__code=code)
    shapes = [shape_from_json(one.shape, one.geometry) for one in regions]
    return rasterize(shapes, height=HEIGHT, width=WIDTH)


def test_outlines_run_lengths_and_boxes_cover_what_they_cover_in_coco(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = specks(1)
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    square = [10, 10, 20, 10, 20, 20, 10, 20]
    path = write(
        [
            annotation(1, segmentation=[square, [30, 30, 40, 30, 40, 36, 30, 36]]),
            annotation(2, category_id=5, segmentation={"size": [HEIGHT, WIDTH], "counts": run_lengths(mask)}),
            annotation(
                3, image_id=8, segmentation={"size": [HEIGHT, WIDTH], "counts": packed["counts"].decode()}
            ),
            annotation(4, image_id=8, category_id=5, segmentation=[], bbox=[1, 2, 30, 40]),
        ]
    )

    status, report = run_command(capsys, "import_coco", str(path), "--accept")

    assert (status, report["problems"], report["images"]) == (0, [], 2)
    two = np.zeros((HEIGHT, WIDTH), np.bool_)
    two[10:20, 10:20] = two[30:36, 30:40] = True
    box = np.zeros((HEIGHT, WIDTH), np.bool_)
    box[2:42, 1:31] = True
    for name, code, expected in (
        ("a.jpg", "HE", two),
        ("a.jpg", "EX", mask),
        ("b.png", "HE", mask),
        ("b.png", "EX", box),
    ):
        assert np.array_equal(drawn(name, code), expected), (name, code)
    assert Region.objects.filter(shape="rect").count() == 1
    assert {one.state for one in LabelSet.objects.all()} == {LabelSetState.ACCEPTED}


def test_a_drawn_outline_keeps_its_few_points(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(
        capsys, "import_coco", str(write([annotation(segmentation=[[10, 10, 50, 10, 50, 50, 10, 50]])]))
    )

    region = Region.objects.get()
    assert len(region.geometry["points"]) == 4
    assert region.origin.startswith("coco:")


def test_what_we_wrote_comes_back_pixel_for_pixel(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "masks").mkdir()
    for stem, code, seed in (("a", "HE", 1), ("a", "EX", 2), ("b", "MA", 3)):
        (tmp_path / "masks" / f"{stem}_{code}.png").write_bytes(encode_mask(specks(seed, share=0.4)))
    run_command(capsys, "import_masks", str(tmp_path / "masks"), "--accept")
    run_command(capsys, "export_coco", str(tmp_path / "out.json"))
    looked_for = list(LabelSet.objects.order_by("image").values_list("classes_looked_for", flat=True))

    status, report = run_command(capsys, "import_coco", str(tmp_path / "out.json"))

    assert (status, report["errors"]) == (0, 0)
    for stem, code, seed in (("a.jpg", "HE", 1), ("a.jpg", "EX", 2), ("b.png", "MA", 3)):
        assert np.array_equal(drawn(stem, code), specks(seed, share=0.4)), (stem, code)
    back = LabelSet.objects.filter(source__startswith="coco:").order_by("image")
    assert list(back.values_list("classes_looked_for", flat=True)) == looked_for


def test_an_image_without_annotations_was_looked_at_and_shows_nothing(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_coco", str(write([annotation(bbox=[1, 1, 5, 5])])))

    empty = LabelSet.objects.get(image__source_name="b.png")
    assert empty.classes_looked_for == ["EX", "HE"]
    assert not regions_of(empty).exists()


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
    write: Write,
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, Any],
    code: str,
) -> None:
    good = annotation(1, bbox=[1, 1, 5, 5])
    path = write([good, annotation(4711, **wrong)])

    status, report = run_command(capsys, "import_coco", str(path))
    assert (status, LabelSet.objects.count()) == (1, 0)
    assert [(one["row"], one["code"]) for one in report["problems"]] == [(4711, code)]

    run_command(capsys, "import_coco", str(path), "--skip-bad-rows")
    assert Region.objects.count() == 1


@pytest.mark.parametrize("size", [(5, 5), (None, HEIGHT)])
def test_an_image_of_another_size_is_refused(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str], size: tuple[Any, Any]
) -> None:
    other = [IMAGES[0] | {"width": size[0], "height": size[1]}]

    status, report = run_command(
        capsys, "import_coco", str(write([annotation(bbox=[1, 1, 2, 2])], images=other))
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
    write: Write,
    capsys: pytest.CaptureFixture[str],
    entries: list[Any],
    told: tuple[str, str],
) -> None:
    path = write([annotation(bbox=[1, 1, 2, 2])], images=[IMAGES[0], *entries])

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
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str], entry: Any, code: str
) -> None:
    path = write([annotation(bbox=[1, 1, 2, 2])], categories=[CATEGORIES[0], entry])

    status, report = run_command(capsys, "import_coco", str(path))
    assert (status, LabelSet.objects.count()) == (1, 0)
    first = report["problems"][0]
    assert (first["code"], first["message"].partition(":")[0]) == (code, "Entry 2 of 'categories'")

    run_command(capsys, "import_coco", str(path), "--skip-bad-rows")
    assert Region.objects.count() == (0 if code == "same_id" else 1)


def test_categories_are_mapped_or_left_out_as_asked(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(
        [annotation(1, bbox=[1, 1, 5, 5]), annotation(2, category_id=5, bbox=[9, 9, 5, 5])],
        categories=[{"id": 1, "name": "red spot"}, {"id": 5, "name": "vessel"}],
    )

    refused, first = run_command(capsys, "import_coco", str(path))
    status, report = run_command(
        capsys, "import_coco", str(path), "--class", "red spot=he", "--class", "vessel="
    )

    assert (refused, {one["code"] for one in first["problems"]}) == (1, {"unknown_class"})
    assert (status, report["regions_added"], report["regions_left_out"]) == (0, 1, 1)


@pytest.mark.parametrize("content", ["[]", "{}", '{"images": [], "categories": []}', "{", '{"a.jpg1": {}}'])
def test_a_file_that_is_no_coco_is_refused(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)

    status, report = run_command(capsys, "import_coco", str(path))

    assert (status, report["problems"][0]["code"]) == (1, "bad_json")


def test_the_same_file_again_changes_nothing(
    images: list[FundusImage], write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write([annotation(bbox=[1, 1, 5, 5])])
    run_command(capsys, "import_coco", str(path))

    status, report = run_command(capsys, "import_coco", str(path), "--accept")

    assert (status, report["regions_added"], report["regions_skipped"]) == (0, 0, 1)
    assert report["label_sets_accepted"] == LabelSet.objects.count() == 2


def test_images_without_annotations_beside_a_bad_one_are_not_called_refused(
    images: list[FundusImage], people: dict[str, User], write: Write
) -> None:
    by = people["administrator"]
    path = write([annotation(segmentation=[[1, 2, 3]])])
    batch = open_import(project=images[0].project, kind=ImportKind.COCO, by=by, skip_bad_rows=True)
    with path.open("rb") as content:
        add_file(batch=batch, name=path.name, content=content, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_coco(batch=batch, writing=QUIET)

    assert (report["label_sets_added"], report["errors"], LabelSet.objects.count()) == (2, 1, 2)


def test_coco_comes_in_from_the_page(
    images: list[FundusImage], people: dict[str, User], write: Write
) -> None:
    by = people["administrator"]
    path = write([annotation(bbox=[1, 1, 5, 5])])
    batch = open_import(project=images[0].project, kind=ImportKind.COCO, by=by)
    with path.open("rb") as content:
        add_file(batch=batch, name=path.name, content=content, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_coco(batch=batch, writing=QUIET)

    assert report["regions_added"] == 1
