from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from annotations.models import FundusImage, LabelSet, Project
from annotations.services.data_out.export_choice import ExportReport, named
from imaging.mask_codec import decode_indices, decode_mask, encode_mask
from tests.annotations.conftest import run_command
from tests.annotations.small_labels import specks


@pytest.mark.slow
@pytest.mark.parametrize("stems", [["IDRiD_04", "IDRiD_08", "IDRiD_25"]])
def test_real_masks_come_back_pixel_for_pixel(
    project: Project, idrid: Path, stems: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "dataset", tmp_path / "out"
    for part, ending in (("images", ".jpg"), ("masks", "_??.png")):
        (folder / part).mkdir(parents=True)
        for stem in stems:
            for path in (idrid / "segmentation" / part).glob(f"{stem}{ending}"):
                shutil.copy(path, folder / part)

    imported, _ = run_command(capsys, "import_masks", str(folder), "--accept")
    exported, report = run_command(capsys, "export_masks", str(out))

    assert (imported, exported, report["images"]) == (0, 0, 3)
    sources = sorted((folder / "masks").iterdir())
    assert len(sources) > 8
    for source in sources:
        assert np.array_equal(
            decode_mask((out / source.name).read_bytes()), decode_mask(source.read_bytes())
        ), source.name
    others = {path.name for path in out.iterdir()} - {path.name for path in sources}
    assert not any(decode_mask((out / name).read_bytes()).any() for name in others)


def test_what_was_looked_for_and_is_absent_is_an_empty_mask(
    images: list[FundusImage], masks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_masks", str(masks), "--accept")

    _, report = run_command(capsys, "export_masks", str(tmp_path / "out"))

    assert (report["images"], report["files"]) == (2, 4)
    assert not decode_mask((tmp_path / "out" / "b_EX.png").read_bytes()).any()


@pytest.mark.slow
def test_indexed_masks_come_back_where_no_classes_overlap(
    images: list[FundusImage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out, again = tmp_path / "masks", tmp_path / "out", tmp_path / "again"
    folder.mkdir()
    first, second = specks(1), specks(2)
    (folder / "a_HE.png").write_bytes(encode_mask(first))
    (folder / "a_EX.png").write_bytes(encode_mask(second))
    run_command(capsys, "import_masks", str(folder), "--accept")

    _, report = run_command(capsys, "export_masks", str(out), "--indexed")
    indices = decode_indices((out / "a.png").read_bytes())
    meaning = json.loads((out / "classes.json").read_text())
    numbers = {code: int(number) for number, code in meaning.items()}

    assert np.array_equal(indices == numbers["HE"], first)
    assert np.array_equal(indices == numbers["EX"], second & ~first)
    assert [problem["code"] for problem in report["problems"]] == ["overlap"]

    status, _ = run_command(capsys, "import_masks", str(out), "--accept")  # classes.json lies beside them
    run_command(capsys, "export_masks", str(again))
    assert status == 0
    assert np.array_equal(decode_mask((again / "a_EX.png").read_bytes()), second & ~first)


def test_indexed_masks_bring_back_what_was_looked_for_and_switch_nothing_else_on(
    images: list[FundusImage], project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, code in (("a", "HE"), ("b", "EX")):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}_{code}.png").write_bytes(encode_mask(specks(1)))
        run_command(capsys, "import_masks", str(tmp_path / name), "--accept")
    run_command(capsys, "export_masks", str(tmp_path / "out"), "--indexed")
    LabelSet.objects.update(state="returned")

    status, report = run_command(capsys, "import_masks", str(tmp_path / "out"))

    assert (status, report["label_sets_added"], report["notes"]) == (0, 2, 0)
    back = LabelSet.objects.filter(state="submitted").order_by("image__source_name")
    assert [one.classes_looked_for for one in back] == [["HE"], ["EX"]]
    assert set(project.lesion_classes.filter(enabled=True).values_list("code", flat=True)) == {"HE", "EX"}


def test_labels_that_wait_leave_only_when_asked(
    images: list[FundusImage], masks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_masks", str(masks))

    status, refused = run_command(capsys, "export_masks", str(tmp_path / "out"))
    asked, _ = run_command(capsys, "export_masks", str(tmp_path / "out"), "--waiting")

    assert (status, refused["problems"][0]["code"]) == (1, "nothing_to_export")
    assert asked == 0
    assert len(list((tmp_path / "out").iterdir())) == 4


def test_two_images_of_one_stem_are_both_written_and_said(
    images: list[FundusImage], masks: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_command(capsys, "import_masks", str(masks), "--accept")
    FundusImage.objects.filter(source_name="b.png").update(source_name="../A.png")

    _, report = run_command(capsys, "export_masks", str(tmp_path / "out"))

    other = LabelSet.objects.get(image__source_name="../A.png").image_id
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {"a_HE.png", "a_EX.png", f"A_image{other}_HE.png", f"A_image{other}_EX.png"}
    assert [problem["code"] for problem in report["problems"]] == ["renamed"]


def test_a_new_name_is_none_that_another_image_has() -> None:
    called = {1: "a.jpg", 2: "a_image3.jpg", 3: "a.jpg", 4: "a.jpg"}
    images = [FundusImage(pk=pk, source_name=name, file="x.jpg") for pk, name in called.items()]

    names = [name for name, _ in named([LabelSet(image=image) for image in images], report=ExportReport())]

    assert names == ["a.jpg", "a_image3.jpg", "a_image3_.jpg", "a_image4.jpg"]
