from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from annotations.models import FundusImage, LabelSet
from annotations.selectors import regions_of
from annotations.services.data_in.labels_csv import LabelRow, read_labels
from imaging.arrays import BoolMask
from imaging.mask_codec import encode_mask
from imaging.masks import rasterize
from imaging.shapes import shape_from_json
from tests.annotations.conftest import bring_in, run_command
from tests.annotations.small_labels import specks
from tests.annotations.test_export_via import ROWS

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools
Write = Callable[..., Path]


def drawn_by_coco(read: COCO, file_name: str, category: str) -> BoolMask:
    image = next(one for one in read.dataset["images"] if one["file_name"] == file_name)
    wanted = read.getCatIds(catNms=[category])
    mask = np.zeros((image["height"], image["width"]), np.bool_)
    for one in read.loadAnns(read.getAnnIds(imgIds=[image["id"]], catIds=wanted)):
        part = read.annToMask(one).astype(np.bool_)
        rows, columns = np.nonzero(part)
        assert one["area"] == part.sum()
        x, y, width, height = one["bbox"]
        assert (x, y, x + width - 1, y + height - 1) == (
            columns.min(),
            rows.min(),
            columns.max(),
            rows.max(),
        )
        mask |= part
    return mask


def drawn_here(label_set: LabelSet, code: str) -> BoolMask:
    regions = regions_of(label_set).filter(lesion_class__code=code)
    shapes = [shape_from_json(one.shape, one.geometry) for one in regions]
    return rasterize(shapes, height=label_set.image.height, width=label_set.image.width)


@pytest.mark.slow
def test_pycocotools_reads_masks_with_holes_and_parts_pixel_for_pixel(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "a_HE.png").write_bytes(encode_mask(specks(1)))
    (tmp_path / "masks" / "a_EX.png").write_bytes(encode_mask(specks(2, share=0.6)))
    run_command(capsys, "import_masks", str(tmp_path / "masks"), "--accept")
    out = tmp_path / "coco.json"

    status, report = run_command(capsys, "export_coco", str(out))
    read = COCO(str(out))

    assert (status, report["images"]) == (0, 1)
    assert len(read.dataset["annotations"]) == report["regions"]
    assert np.array_equal(drawn_by_coco(read, "a.jpg", "Hemorrhage"), specks(1))
    assert np.array_equal(drawn_by_coco(read, "a.jpg", "Hard exudate"), specks(2, share=0.6))
    kinds = {type(one["segmentation"]) for one in read.dataset["annotations"]}
    assert kinds == {list, dict}  # outlines, and run lengths where there are holes


def test_pycocotools_reads_every_shape_as_its_mask_is(
    images: list[FundusImage], write_via: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    over_the_border = ("a.jpg", {"name": "rect", "x": 110, "y": 90, "width": 40, "height": 40}, ROWS[1][2])
    run_command(capsys, "import_via", str(write_via([*ROWS, over_the_border])), "--accept")
    out = tmp_path / "coco.json"

    run_command(capsys, "export_coco", str(out))
    read = COCO(str(out))

    for name, category, code in (
        ("a.jpg", "Hemorrhage", "HE"),
        ("a.jpg", "Hard exudate", "EX"),
        ("b.png", "Hard exudate", "EX"),
    ):
        label_set = LabelSet.objects.get(image__source_name=name)
        assert np.array_equal(drawn_by_coco(read, name, category), drawn_here(label_set, code))
    first = json.loads(out.read_text())
    assert first["images"][0]["classes_looked_for"] == ["EX", "HE"]
    assert first["annotations"][0]["attributes"] == ROWS[0][2]
    capsys.readouterr()


def rows_of(path: Path) -> list[LabelRow]:
    rows = read_labels(path, title="labels").rows.values()
    return [replace(row, source="") for row in rows]


def test_a_labels_csv_leaves_and_comes_back(
    images: list[FundusImage], pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels, out = tmp_path / "labels.csv", tmp_path / "out.csv"
    labels.write_text(
        "file,patient,eye,label,icdr_grade,dme_risk,exam_date,site,camera\n"
        "a.jpg,'=P1,OD,dr,2,1,2024-03-31,Lima,'@cam\nb.png,P2,OS,,3,,,,\n"
    )
    bring_in(pictures, project=images[0].project, labels=labels)

    status, report = run_command(capsys, "export_labels", str(out))

    assert (status, report["images"]) == (0, 2)
    assert rows_of(out) == rows_of(labels)
    assert read_labels(out, title="out").rows["a.jpg"].patient == "=P1"
    assert ",'=P1," in out.read_text()
