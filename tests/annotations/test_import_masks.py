from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from rest_framework.test import APIClient

from accounts.models import User
from annotations.models import FundusImage, Import, LabelSet, Project, Region
from annotations.selectors import regions_of
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.mask_files import split_folder
from annotations.services.data_in.run_datasets import mask_options, run_masks, run_uploaded_masks
from annotations.services.stored_pictures import StorageFull
from annotations.states import ImportKind, ImportState, LabelSetState
from core.errors import Invalid
from core.models import AuditEvent
from imaging.arrays import BoolMask
from imaging.errors import UnreadableImage
from imaging.limited_child import DISK_FULL
from imaging.mask_codec import encode_indices, encode_mask
from imaging.masks import rasterize
from imaging.png import png_file
from imaging.shapes import shape_from_json
from imaging.traced_masks import TracingChild
from tests.annotations.conftest import QUIET, retina, run_command

WIDTH, HEIGHT = 120, 100
Json = dict[str, Any]


def specks(seed: int, *, share: float = 0.2) -> BoolMask:
    """Parts that touch at corners, single pixels, holes: the whole zoo."""
    lit: BoolMask = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < share
    lit[40:60, 40:60] = True
    lit[45:50, 45:50] = False
    lit[47, 47] = True
    return lit


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    """A folder of masks of a.jpg and b.png."""
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "a_HE.png").write_bytes(encode_mask(specks(1)))
    (folder / "a_EX.png").write_bytes(encode_mask(specks(2)))
    cv2.imwrite(str(folder / "b_he.tif"), specks(3).astype(np.uint8) * 255)
    return folder


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


def test_an_image_with_a_bad_mask_is_left_out_whole_and_the_others_go_in(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (masks / "a_EX.png").write_bytes(b"<svg/>")
    (masks / "c_HE.png").write_bytes(encode_mask(np.ones((5, 5), np.bool_)))
    (masks / "nobody_HE.png").write_bytes(encode_mask(specks(1)))
    (masks / "a_XX.png").write_bytes(encode_mask(specks(1)))
    (masks / "b_HE.png").write_bytes(encode_mask(specks(1)))

    status, report = run_command(capsys, "import_masks", str(masks))

    assert (status, report["regions_added"]) == (1, 0)
    assert {(problem["file"], problem["code"]) for problem in report["problems"]} == {
        ("a_EX.png", "not_an_image"),
        ("c_HE.png", "other_size"),
        ("nobody_HE.png", "unknown_file"),
        ("a_XX.png", "unknown_class"),
        ("b_he.tif", "duplicate_mask"),
    }
    assert "5 x 5" in next(one["message"] for one in report["problems"] if one["file"] == "c_HE.png")


def test_a_mask_that_may_be_of_two_images_is_nobodys(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FundusImage.objects.filter(source_name="b.png").update(source_name="a.png")
    (masks / "b_he.tif").unlink()

    status, report = run_command(capsys, "import_masks", str(masks))

    assert (status, LabelSet.objects.count()) == (1, 0)
    assert {(one["file"], one["code"]) for one in report["problems"]} == {
        ("a_HE.png", "ambiguous_file"),
        ("a_EX.png", "ambiguous_file"),
    }


def test_one_bad_mask_keeps_no_other_image_out(
    images: list[FundusImage], masks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (masks / "a_EX.png").write_bytes(encode_mask(specks(2))[:60])

    status, report = run_command(capsys, "import_masks", str(masks))

    assert (status, report["images"]) == (1, 1)
    assert set_of("b").image.source_name == "b.png"


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


def test_a_folder_without_masks_is_refused(project: Project, pictures: Path, tmp_path: Path) -> None:
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError, match="no mask"):
        call_command("import_masks", str(tmp_path / "nowhere"))


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


def test_hostile_files_are_refused_in_the_child(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "hostile"
    folder.mkdir()
    rows = np.zeros((50_000, 6_251), np.uint8)
    bomb = png_file(rows, width=50_000, bit_depth=1, strategy=zlib.Z_RLE)
    (folder / "a_HE.png").write_bytes(bomb)
    frame = Image.new("1", (WIDTH, HEIGHT))
    frame.save(folder / "b_HE.tif", save_all=True, append_images=[frame] * 200)
    (folder / "c_HE.png").write_bytes(b"GIF89a" + bytes(100))

    status, report = run_command(capsys, "import_masks", str(folder))

    assert (status, LabelSet.objects.count()) == (1, 0)
    assert {(problem["file"], problem["code"]) for problem in report["problems"]} == {
        ("a_HE.png", "too_many_pixels"),
        ("b_HE.tif", "several_frames"),
        ("c_HE.png", "not_an_image"),
    }


def test_empty_masks_beside_a_bad_file_are_not_called_refused(
    images: list[FundusImage], people: dict[str, User], masks: Path
) -> None:
    """That nothing is to be seen is a label, too: the sets are written, so the import has done something."""
    by = people["administrator"]
    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=by)
    empty = encode_mask(np.zeros((HEIGHT, WIDTH), np.bool_))
    for name, content in (("a_HE.png", empty), ("b_HE.png", b"<svg/>")):
        add_file(batch=batch, name=name, content=io.BytesIO(content), size=1, max_bytes=1 << 20, by=by)
    start_import(batch=batch, by=by)
    said: list[str] = []
    writing = replace(QUIET, progress=lambda done, total, message: said.append(message))

    report = run_uploaded_masks(batch=batch, writing=writing)

    batch.refresh_from_db()
    assert (batch.state, LabelSet.objects.count()) == (ImportState.SUCCEEDED, 1)
    assert (report["label_sets_added"], report["errors"], report["done"]) == (1, 1, False)
    assert said[-1] == "Added: 0 regions, 1 label set; 1 problem"


def test_a_full_disk_ends_the_import_with_what_to_do(
    images: list[FundusImage], masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise UnreadableImage(DISK_FULL, "The disk is full.", remedy="")

    monkeypatch.setattr(TracingChild, "trace", no_room)
    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=None, started=True)

    with pytest.raises(StorageFull):
        run_masks(batch=batch, files=split_folder(masks)[0], title="masks", writing=QUIET)

    batch.refresh_from_db()
    assert batch.state == ImportState.FAILED
    assert [one.code for one in batch.problems.all()] == ["storage_full"]


def test_an_attempt_after_a_crash_counts_what_the_first_one_wrote(
    images: list[FundusImage], masks: Path, many_images: Callable[..., list[FundusImage]]
) -> None:
    from annotations.services.data_in.image_names import names_in
    from annotations.services.data_in.import_masks import MaskImportReport, import_masks

    batch = open_import(project=images[0].project, kind=ImportKind.MASKS, by=None, started=True)

    def attempt() -> MaskImportReport:
        return import_masks(
            batch=batch,
            files=split_folder(masks)[0],
            title="masks",
            names=names_in(batch.project),
            index={},
            open_transaction=QUIET.open_transaction,
            progress=QUIET.progress,
        )

    assert attempt().counts() == attempt().counts()


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
