from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
from tests.annotations.small_labels import HEIGHT, WIDTH, annotation, specks

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools
Write = Callable[..., Path]


def drawn(name: str, code: str) -> BoolMask:
    label_set = LabelSet.objects.get(image__source_name=name, source__startswith="coco:")
    regions = regions_of(label_set).filter(lesion_class__code=code)
    shapes = [shape_from_json(one.shape, one.geometry) for one in regions]
    return rasterize(shapes, height=HEIGHT, width=WIDTH)


def test_outlines_run_lengths_and_boxes_cover_what_they_cover_in_coco(
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = specks(1)
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    square = [10, 10, 20, 10, 20, 20, 10, 20]
    path = write_coco(
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
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(
        capsys, "import_coco", str(write_coco([annotation(segmentation=[[10, 10, 50, 10, 50, 50, 10, 50]])]))
    )

    region = Region.objects.get()
    assert len(region.geometry["points"]) == 4
    assert region.origin.startswith("coco:")


@pytest.mark.slow
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
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_coco", str(write_coco([annotation(bbox=[1, 1, 5, 5])])))

    empty = LabelSet.objects.get(image__source_name="b.png")
    assert empty.classes_looked_for == ["EX", "HE"]
    assert not regions_of(empty).exists()


def test_categories_are_mapped_or_left_out_as_asked(
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_coco(
        [annotation(1, bbox=[1, 1, 5, 5]), annotation(2, category_id=5, bbox=[9, 9, 5, 5])],
        categories=[{"id": 1, "name": "red spot"}, {"id": 5, "name": "vessel"}],
    )

    refused, first = run_command(capsys, "import_coco", str(path))
    status, report = run_command(
        capsys, "import_coco", str(path), "--class", "red spot=he", "--class", "vessel="
    )

    assert (refused, {one["code"] for one in first["problems"]}) == (1, {"unknown_class"})
    assert (status, report["regions_added"], report["regions_left_out"]) == (0, 1, 1)


def test_the_same_file_again_changes_nothing(
    images: list[FundusImage], write_coco: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_coco([annotation(bbox=[1, 1, 5, 5])])
    run_command(capsys, "import_coco", str(path))

    status, report = run_command(capsys, "import_coco", str(path), "--accept")

    assert (status, report["regions_added"], report["regions_skipped"]) == (0, 0, 1)
    assert report["label_sets_accepted"] == LabelSet.objects.count() == 2


def test_coco_comes_in_from_the_page(
    images: list[FundusImage], people: dict[str, User], write_coco: Write
) -> None:
    by = people["administrator"]
    path = write_coco([annotation(bbox=[1, 1, 5, 5])])
    batch = open_import(project=images[0].project, kind=ImportKind.COCO, by=by)
    with path.open("rb") as content:
        add_file(batch=batch, name=path.name, content=content, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_coco(batch=batch, writing=QUIET)

    assert report["regions_added"] == 1
