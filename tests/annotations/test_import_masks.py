from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Import, LabelSet, Project, Region
from annotations.selectors import regions_of
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.run_datasets import mask_options, run_uploaded_masks
from annotations.states import ImportKind, ImportState, LabelSetState
from core.errors import Invalid
from core.models import AuditEvent
from imaging.arrays import BoolMask
from imaging.mask_codec import encode_indices
from imaging.masks import rasterize
from imaging.shapes import shape_from_json
from tests.annotations.conftest import QUIET, retina, run_command
from tests.annotations.small_labels import HEIGHT, WIDTH, specks

Json = dict[str, Any]


def drawn(label_set: LabelSet, code: str) -> BoolMask:
    regions = regions_of(label_set).filter(lesion_class__code=code)
    shapes = [shape_from_json(region.shape, region.geometry) for region in regions]
    return rasterize(shapes, height=label_set.image.height, width=label_set.image.width)


def set_of(stem: str) -> LabelSet:
    return LabelSet.objects.get(image__source_name__startswith=f"{stem}.", source__startswith="masks:")


def test_masks_become_regions_that_give_back_every_pixel(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, "import_masks", str(masks))

    assert status == 0
    assert (report["images"], report["masks"], report["problems"]) == (2, 3, [])
    assert report["regions_added"] == Region.objects.count() > 20
    for stem, code, seed in (("a", "HE", 1), ("a", "EX", 2), ("b", "HE", 3)):
        assert np.array_equal(drawn(set_of(stem), code), specks(seed))
    assert {one.state for one in LabelSet.objects.all()} == {LabelSetState.SUBMITTED}
    assert AuditEvent.objects.filter(action="labels.import_masks").count() == 2


def test_a_class_without_a_file_was_looked_for_and_is_absent(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_masks", str(masks), "--classes", "ma")

    assert set_of("b").classes_looked_for == ["EX", "HE", "MA"]
    assert not drawn(set_of("b"), "EX").any()


def test_the_same_masks_again_change_nothing_but_accept_what_waits(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, first = run_command(capsys, "import_masks", str(masks))
    status, second = run_command(capsys, "import_masks", str(masks), "--accept")

    assert (status, second["regions_added"]) == (0, 0)
    assert second["regions_skipped"] == first["regions_added"] == Region.objects.count()
    assert second["label_sets_accepted"] == LabelSet.objects.filter(state=LabelSetState.ACCEPTED).count() == 2
    assert {problem["code"] for problem in second["problems"]} == {"already_imported"}


def test_a_dry_run_tells_what_would_happen(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, "import_masks", str(masks), "--dry-run")

    assert (status, report["images"]) == (0, 2)
    assert report["regions_added"] > 20
    assert not LabelSet.objects.exists()


def test_indexed_masks_need_to_be_told_what_their_numbers_mean(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "indexed"
    folder.mkdir()
    numbers = np.where(specks(4), 1, np.where(specks(5), 2, 0)).astype(np.uint8)
    palette = [(0, 0, 0), (255, 0, 0), (0, 255, 0)]
    (folder / "a.png").write_bytes(encode_indices(numbers, palette=palette))

    _, without = run_command(capsys, "import_masks", str(folder))
    _, half = run_command(capsys, "import_masks", str(folder), "--index", "1=HE")
    status, report = run_command(capsys, "import_masks", str(folder), "--index", "1=HE,2=EX")

    assert [problem["code"] for problem in without["problems"]] == ["no_class"]
    assert [problem["code"] for problem in half["problems"]] == ["unknown_index"]
    assert (status, report["images"]) == (0, 1)
    assert np.array_equal(drawn(set_of("a"), "HE"), numbers == 1)
    assert np.array_equal(drawn(set_of("a"), "EX"), numbers == 2)


@pytest.mark.parametrize("index", ["HE=1", "1", "0=HE", "1=XX", "x=HE", "-1=HE"])
def test_an_index_that_says_nothing_is_refused(project: Project, index: str) -> None:
    with pytest.raises(Invalid, match="stands for"):
        mask_options(project=project, index=index)


def test_the_layout_of_idrid_is_understood(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "A. Segmentation"
    photos = root / "1. Original Images" / "a. Training Set"
    truth = root / "2. All Segmentation Groundtruths" / "a. Training Set"
    photos.mkdir(parents=True)
    cv2.imwrite(str(photos / "IDRiD_01.jpg"), retina(7))
    for folder, code in (("1. Microaneurysms", "MA"), ("3. Hard Exudates", "EX"), ("5. Optic Disc", "OD")):
        (truth / folder).mkdir(parents=True)
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        picture[specks(len(folder))] = (0, 0, 255)  # IDRiD's masks are red
        cv2.imwrite(str(truth / folder / f"IDRiD_01_{code}.tif"), picture)

    status, report = run_command(capsys, "import_masks", str(root), "--accept")

    assert (status, report["images_added"], report["masks"]) == (0, 1, 2)
    assert np.array_equal(drawn(set_of("IDRiD_01"), "EX"), specks(len("3. Hard Exudates")))
    assert {(one["file"], one["code"]) for one in report["problems"]} == {
        ("IDRiD_01_OD.tif", "no_lesion"),
        ("A. Segmentation", "class_switched_on"),  # MA, as the project starts out
    }


def test_masks_come_in_from_the_page(images: list[FundusImage], people: dict[str, User], masks: Path) -> None:
    by = people["administrator"]
    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=by, accept=True)
    for path in sorted(masks.iterdir()):
        with path.open("rb") as content:
            add_file(
                batch=batch,
                name=path.name,
                content=content,
                size=path.stat().st_size,
                max_bytes=1 << 20,
                by=by,
            )
    start_import(batch=batch, by=by)

    report = run_uploaded_masks(batch=batch, writing=QUIET)
    again = run_uploaded_masks(batch=batch, writing=QUIET)

    assert report == again
    assert (report["images"], report["label_sets_accepted"]) == (2, 2)
    assert Import.objects.get(pk=batch.pk).state == ImportState.SUCCEEDED
    assert set_of("a").decided_by == by
    assert not batch.files.exclude(file="").exists()


def test_a_zip_of_indexed_masks_says_itself_what_its_numbers_mean(
    images: list[FundusImage], people: dict[str, User], tmp_path: Path
) -> None:
    by = people["administrator"]
    numbers = np.where(specks(1), 7, 0).astype(np.uint8)
    archive = tmp_path / "masks.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("all/a.png", cv2.imencode(".png", numbers)[1].tobytes())
        content.writestr("all/classes.json", json.dumps({"0": "background", "7": "EX"}))
    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=by)
    with archive.open("rb") as upload:
        add_file(batch=batch, name=archive.name, content=upload, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_masks(batch=batch, writing=QUIET)

    assert (report["masks"], report["errors"]) == (1, 0)
    assert np.array_equal(drawn(set_of("a"), "EX"), specks(1))


def test_a_zip_of_masks_comes_in_from_the_page(
    images: list[FundusImage], people: dict[str, User], masks: Path, tmp_path: Path
) -> None:
    by = people["administrator"]
    archive = tmp_path / "masks.zip"
    with zipfile.ZipFile(archive, "w") as content:
        for path in masks.iterdir():
            content.write(path, f"masks/{path.name}")
    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=by)
    with archive.open("rb") as upload:
        add_file(batch=batch, name=archive.name, content=upload, size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)

    report = run_uploaded_masks(batch=batch, writing=QUIET)

    assert (report["images"], report["masks"], report["errors"]) == (2, 3, 0)


def test_the_page_says_what_the_numbers_of_masks_mean(
    images: list[FundusImage], people: dict[str, User]
) -> None:
    api = APIClient()
    api.force_authenticate(people["administrator"])

    def asked(options: Json) -> Any:
        body = {"project": images[0].project_id, "kind": "masks", "options": options}
        return api.post("/api/imports/", body, format="json")

    good = asked({"index": "2=ex, 1=HE"})

    assert Import.objects.get(pk=good.json()["id"]).options == {"index": "1=HE,2=EX", "looked_for": []}
    for wrong in ({"index": "nonsense"}, {"looked_for": ["XX"]}, {"looked_for": 3}):
        assert asked(wrong).status_code == 400
