"""Images and labels CSVs in: what goes in, what is refused, and that nothing is half-imported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import default_storage
from PIL import Image

from accounts.models import User
from annotations.models import Assignment, FundusImage, Import, ImportProblem, Patient, Project
from annotations.services.data_in.image_sources import sources_in
from annotations.services.data_in.import_images import import_images
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import run_images
from annotations.services.stored_pictures import StorageFull
from annotations.states import ImportKind, ImportState
from core.models import AuditEvent
from imaging.errors import UnreadableImage
from imaging.intake import DISK_FULL
from tests.annotations.conftest import QUIET, bring_in, retina, run_command

pytestmark = pytest.mark.django_db


def codes(report: Any) -> list[str]:
    return sorted(problem.code for problem in report.problems.kept)


def test_every_picture_of_a_folder_and_below_goes_in_with_its_field_of_view(
    project: Project, pictures: Path
) -> None:
    report, batch = bring_in(pictures, project=project)

    assert (report.images_added, report.images_skipped, report.done) == (3, 0, True)
    image = FundusImage.objects.get(source_name="a.jpg")
    assert (image.width, image.height, image.fov["found"]) == (120, 100, True)
    assert image.quality_grade == image.quality["grade"]
    assert batch.state == ImportState.SUCCEEDED
    assert batch.report["images_added"] == 3


def test_an_image_without_a_patient_gets_one_of_its_own_whose_code_tells_nothing(
    images: list[FundusImage],
) -> None:
    patients = {image.exam.patient for image in images}

    assert len(patients) == 3
    assert all(patient.code.startswith("P-") for patient in patients)


def test_the_same_bytes_again_are_skipped_and_point_to_the_first(
    project: Project, pictures: Path, images: list[FundusImage]
) -> None:
    (pictures / "copy of a.jpg").write_bytes((pictures / "a.jpg").read_bytes())

    report, _ = bring_in(pictures, project=project)

    assert (report.images_added, report.images_skipped, report.done) == (0, 4, True)
    problem = next(one for one in report.problems.kept if one.file == "copy of a.jpg")
    assert (problem.code, problem.is_error) == ("duplicate_image", False)
    assert f"image {images[0].pk}, 'a.jpg'" in problem.message


def test_the_same_name_with_other_content_is_another_image(project: Project, pictures: Path) -> None:
    cv2.imwrite(str(pictures / "sub" / "a.jpg"), retina(50))

    report, _ = bring_in(pictures, project=project)

    assert report.images_added == 4
    assert FundusImage.objects.filter(source_name="a.jpg").count() == 2


def write_bad_files(folder: Path) -> None:
    (folder / "text.jpg").write_text("no picture at all")
    (folder / "empty.png").write_bytes(b"")
    whole = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "page.png").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    Image.new("1", (12_000, 12_000)).save(folder / "bomb.png")
    cv2.imwrite(str(folder / "black.png"), np.zeros((80, 80, 3), np.uint8))


@pytest.mark.slow
def test_bad_files_are_refused_with_reason_and_remedy_and_the_good_ones_go_in(
    project: Project, pictures: Path, stored_files: Path, real_intake: None
) -> None:
    write_bad_files(pictures)

    report, batch = bring_in(pictures, project=project)

    refused = {problem.file: problem for problem in report.problems.kept}
    assert {name: problem.code for name, problem in refused.items()} == {
        "text.jpg": "not_an_image",
        "empty.png": "not_an_image",
        "cut.jpg": "truncated_image",
        "page.png": "not_an_image",
        "bomb.png": "too_many_pixels",
        "black.png": "no_field_of_view",
    }
    assert all(problem.remedy and problem.is_error for problem in refused.values())
    assert (report.images_added, report.done) == (3, False)
    assert FundusImage.objects.count() == Patient.objects.count() == 3
    assert len([path for path in stored_files.rglob("*") if path.is_file()]) == 3
    assert ImportProblem.objects.filter(batch=batch).count() == 6


def test_a_file_over_the_size_limit_is_refused(project: Project, pictures: Path, settings: Any) -> None:
    with (pictures / "a.jpg").open("ab") as file:
        file.write(bytes(200_000))
    settings.MAX_IMAGE_BYTES = 200_000

    report, _ = bring_in(pictures, project=project)

    assert codes(report) == ["too_many_bytes"]
    assert report.images_added == 2


def test_metadata_is_stripped_and_exif_orientation_applied(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "turned"
    folder.mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of Dr Secret"
    Image.fromarray(retina(1)).save(folder / "turned.jpg", exif=exif, comment=b"Jane Doe", quality=95)

    bring_in(folder, project=project)

    image = FundusImage.objects.get()
    with default_storage.open(image.file) as stored:
        data = stored.read()
    assert b"Secret" not in data
    assert b"Jane Doe" not in data
    assert (image.width, image.height, image.exif_orientation) == (100, 120, 6)


@pytest.mark.parametrize("dry_run", [False, True])
def test_one_file_in_two_folders_is_one_image_and_a_reported_duplicate(
    project: Project, pictures: Path, tmp_path: Path, dry_run: bool
) -> None:
    (pictures / "sub" / "a.jpg").write_bytes((pictures / "a.jpg").read_bytes())
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\na.jpg,dr\nsub/a.jpg,no_dr\n")

    report, batch = bring_in(pictures, project=project, labels=labels, dry_run=dry_run)

    assert (report.images_added, report.images_skipped, report.labels_added) == (3, 1, 1)
    assert codes(report) == ["duplicate_image", "label_of_duplicate"]
    assert FundusImage.objects.filter(imported_in=batch).count() == (0 if dry_run else 3)


def test_another_attempt_counts_what_the_first_brought_in_once(project: Project, pictures: Path) -> None:
    (pictures / "sub" / "a.jpg").write_bytes((pictures / "a.jpg").read_bytes())
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=None, started=True)
    files = sources_in(pictures).pictures
    import_images(
        batch=batch, files=files[:2], open_transaction=QUIET.open_transaction, progress=QUIET.progress
    )

    report = run_images(batch=batch, files=files, writing=QUIET)

    assert (report.images_added, report.images_skipped) == (3, 1)


def test_a_dry_run_counts_and_writes_nothing(project: Project, pictures: Path, stored_files: Path) -> None:
    report, _ = bring_in(pictures, project=project, dry_run=True)

    assert report.images_added == 3
    assert not FundusImage.objects.exists()
    assert not stored_files.exists()


def test_an_import_that_died_goes_on_where_it_stopped(project: Project, pictures: Path) -> None:
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=None, started=True)
    files = sources_in(pictures).pictures
    import_images(
        batch=batch,
        files=files[:2],
        open_transaction=QUIET.open_transaction,
        progress=QUIET.progress,
    )

    report = run_images(batch=batch, files=files, writing=QUIET)

    assert (report.images_added, report.images_skipped) == (3, 0)
    assert FundusImage.objects.count() == 3


def test_images_go_onto_the_worklists_of_the_people_named(
    project: Project, pictures: Path, specialist: User
) -> None:
    bring_in(pictures, project=project, assign_to=[specialist])

    assert Assignment.objects.filter(user=specialist).count() == 3
    assert project.memberships.filter(user=specialist).exists()


def test_an_import_of_images_tells_the_audit_log(
    project: Project, pictures: Path, administrator: User
) -> None:
    bring_in(pictures, project=project, by=administrator)

    event = AuditEvent.objects.get(action="images.import")
    assert event.actor == administrator
    assert event.after is not None
    assert len(event.after["images"]) == 3


def test_the_command_ends_with_status_1_when_a_file_was_refused(
    project: Project, pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (pictures / "text.jpg").write_text("no picture")

    status, report = run_command(capsys, "import_images", str(pictures))

    assert status == 1
    assert (report["images_added"], report["problems"][0]["file"]) == (3, "text.jpg")


@pytest.mark.parametrize("options", [["--project", "nowhere"], ["--assign", "nobody"]])
def test_an_unknown_project_or_person_is_refused_in_json_too(
    project: Project, pictures: Path, options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, "import_images", str(pictures), *options)

    assert (status, report["problems"][0]["code"]) == (1, "not_found")
    assert not Import.objects.exists()


def test_a_full_disk_ends_the_import_and_blames_no_file(
    project: Project, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: Any, **__: Any) -> None:
        raise UnreadableImage(DISK_FULL, "The disk is full.", remedy="Free some.")

    monkeypatch.setattr("tests.annotations.conftest.IntakeHere.take", no_room)

    with pytest.raises(StorageFull):
        bring_in(pictures, project=project)

    assert ImportProblem.objects.get().code == "storage_full"


def test_a_via_row_of_a_name_that_stands_twice_in_the_folder_is_refused(
    project: Project, pictures: Path, write_via: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(pictures / "sub" / "a.jpg"), retina(50))
    rect = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}
    path = write_via([("a.jpg", rect, {"Abnormality": "exudate"})])

    status, report = run_command(capsys, "import_via", str(path), "--images", str(pictures))

    assert (status, report["regions_added"]) == (1, 0)
    assert [problem["code"] for problem in report["problems"]] == ["ambiguous_file"]


@pytest.mark.slow
def test_the_real_graded_images_go_in_and_their_repeats_are_skipped(
    project: Project, idrid: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repeats = ("021", "391", "045", "333", "079", "279")
    photographs = sorted((idrid / "grading").glob("*.jpg"))
    chosen = [path for path in photographs if path.stem.endswith(repeats)] + photographs[:15]
    with (idrid / "grading_labels.csv").open() as rows:
        header, *rest = rows
    names = {path.name for path in chosen}
    (tmp_path / "labels.csv").write_text(header + "".join(row for row in rest if names & set(row.split(","))))
    for path in chosen:
        (tmp_path / path.name).symlink_to(path)

    status, report = run_command(
        capsys, "import_images", str(tmp_path), "--labels", str(tmp_path / "labels.csv")
    )

    assert (status, report["images_added"], report["images_skipped"]) == (0, 18, 3)
    assert report["labels_added"] == 18
