"""Masks that can't be taken: what is refused, what goes in all the same, and what a fault leaves behind."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from accounts.models import User
from annotations.models import FundusImage, LabelSet, Project
from annotations.services.data_in.imports import add_file, open_import, start_import
from annotations.services.data_in.mask_files import split_folder
from annotations.services.data_in.run_datasets import run_masks, run_uploaded_masks
from annotations.services.stored_pictures import StorageFull
from annotations.states import ImportKind, ImportState
from imaging.errors import UnreadableImage
from imaging.limited_child import DISK_FULL
from imaging.mask_codec import encode_mask
from imaging.png import png_file
from imaging.traced_masks import TracingChild
from tests.annotations.conftest import QUIET, run_command
from tests.annotations.small_labels import HEIGHT, WIDTH, specks
from tests.annotations.test_import_masks import set_of


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


def test_a_folder_without_masks_is_refused(project: Project, pictures: Path, tmp_path: Path) -> None:
    from django.core.management import CommandError, call_command

    with pytest.raises(CommandError, match="no mask"):
        call_command("import_masks", str(tmp_path / "nowhere"))


@pytest.mark.slow
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
