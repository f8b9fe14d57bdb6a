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
from annotations.models import Assignment, FundusImage, Import, ImportProblem, LabelSet, Patient, Project
from annotations.services.data_in.image_sources import sources_in
from annotations.services.data_in.import_images import import_images
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import run_images
from annotations.services.stored_pictures import StorageFull
from annotations.states import DrStatus, ImportKind, ImportState, LabelSetState
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


def test_a_labels_csv_gives_patients_eyes_exams_and_accepted_label_sets(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "file,patient,eye,label,icdr_grade,dme_risk,exam_date,site,camera,colour\n"
        "A.JPG,P1,OD,dr,2,1,2024-03-31,Lima,Topcon,red\n"
        "folder/b.tif,P1,left,no_dr,0,0,2024-03-31,Lima,Topcon,\n"
        "c.tif,P2,,,,,,,,\n"
    )

    report, _ = bring_in(pictures, project=project, labels=labels)

    assert (report.labels_added, codes(report)) == (2, ["columns_ignored"])
    first = FundusImage.objects.get(source_name="a.jpg")
    assert (first.exam.patient.code, first.eye, str(first.exam.date), first.exam.camera) == (
        "P1", "OD", "2024-03-31", "Topcon",
    )  # fmt: skip
    second = FundusImage.objects.get(source_name="b.png")
    assert (second.exam, second.eye) == (first.exam, "OS")
    label_set = LabelSet.objects.get(image=first)
    assert (label_set.state, label_set.dr_status, label_set.icdr_grade, label_set.macular_edema) == (
        LabelSetState.ACCEPTED, DrStatus.DR, 2, 1,
    )  # fmt: skip
    assert label_set.source.startswith("labels:")
    assert not LabelSet.objects.filter(image__source_name="c.tif").exists()


def test_maculopathy_is_referable_macular_edema(project: Project, pictures: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,icdr_grade,maculopathy\nA.JPG,1,1\nfolder/b.tif,2,0\nc.tif,0,\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    found = LabelSet.objects.order_by("image__source_name").values_list("icdr_grade", "macular_edema")
    assert (list(found), codes(report)) == ([(1, 2), (2, 0), (0, None)], [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("a.jpg,P1,OD,maybe,2", "bad_value"),
        ("a.jpg,P1,OD,dr,5", "bad_value"),
        ("a.jpg,P1,OD,dr,-1", "bad_value"),
        ("a.jpg,P1,OD,dr,NaN", "bad_value"),
        ("a.jpg,P1,OD,dr," + "9" * 5_000, "bad_value"),
        ("a.jpg,P1,middle,dr,2", "bad_value"),
        ("a.jpg," + "x" * 65 + ",OD,dr,2", "bad_value"),
        ("a.jpg,P1,OD,no_dr,3", "contradiction"),
        ("nowhere.jpg,P1,OD,dr,2", "unknown_file"),
        (",P1,OD,dr,2", "bad_value"),
    ],
)
def test_a_wrong_row_of_a_labels_csv_is_reported_and_nothing_of_it_applied(
    project: Project, pictures: Path, tmp_path: Path, row: str, code: str
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text(f"file,patient,eye,label,icdr_grade\nb.png,P2,OS,dr,2\n{row}\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    problem = next(one for one in report.problems.kept if one.is_error)
    assert (problem.code, problem.row, bool(problem.remedy)) == (code, 3, True)
    assert (report.images_added, report.labels_added, report.done) == (3, 1, False)
    assert not Patient.objects.filter(code="P1").exists()


def test_every_bad_cell_of_a_row_is_named_at_once(project: Project, pictures: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,eye,label,icdr_grade,exam_date\na.jpg,middle,maybe,7,31.3.2024\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    (problem,) = (one for one in report.problems.kept if one.is_error)
    for named in ("eye: 'middle'", "label: 'maybe'", "icdr_grade: '7'", "exam_date: '31.3.2024'"):
        assert named in problem.message
    assert "OD, OS" in problem.remedy
    assert "2024-03-31" in problem.remedy


def test_the_label_of_a_skipped_duplicate_is_reported_and_not_applied(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    (pictures / "z.jpg").write_bytes((pictures / "a.jpg").read_bytes())
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label,icdr_grade\na.jpg,dr,1\nz.jpg,dr,3\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    assert codes(report) == ["duplicate_image", "label_of_duplicate"]
    assert report.problems.kept[-1].row == 3
    assert LabelSet.objects.get().icdr_grade == 1


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


def test_importing_again_with_the_labels_changes_nothing(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\na.jpg,dr\n")
    bring_in(pictures, project=project, labels=labels)

    report, _ = bring_in(pictures, project=project, labels=labels)

    assert (report.images_added, report.labels_added, report.labels_skipped) == (0, 0, 1)
    assert LabelSet.objects.count() == 1


def test_labels_can_come_after_the_images(project: Project, pictures: Path, tmp_path: Path) -> None:
    bring_in(pictures, project=project)
    labels = tmp_path / "labels.csv"
    labels.write_text("file,label\nsub/C.tif,no_dr\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    assert (report.images_skipped, report.labels_added) == (3, 1)
    assert LabelSet.objects.get().dr_status == DrStatus.NO_DR


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


def test_the_command_refuses_a_labels_csv_without_the_column_file(
    project: Project, pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("image,label\na.jpg,dr\n")

    status, report = run_command(capsys, "import_images", str(pictures), "--labels", str(labels))

    assert (status, report["problems"][0]["code"]) == (1, "missing_column")
    assert not FundusImage.objects.exists()


@pytest.mark.parametrize("where", ["missing.csv", "."])
def test_a_labels_csv_that_cannot_be_opened_is_named_and_the_import_ends(
    project: Project, pictures: Path, tmp_path: Path, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(capsys, "import_images", str(pictures), "--labels", str(tmp_path / where))

    (problem,) = report["problems"]
    assert (status, problem["code"], bool(problem["remedy"])) == (1, "bad_table", True)
    assert Import.objects.get().state == ImportState.FAILED
    assert not FundusImage.objects.exists()


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


def test_two_pictures_of_one_name_keep_apart_what_is_said_of_them(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    cv2.imwrite(str(pictures / "sub" / "a.jpg"), retina(50))
    cv2.imwrite(str(pictures / "b.tif"), retina(51))
    labels = tmp_path / "labels.csv"
    labels.write_text("file,patient,label\na.jpg,P1,dr\nb.png,P2,dr\nc,P3,dr\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    (problem,) = report.problems.kept
    assert (problem.code, problem.row, problem.is_error) == ("ambiguous_file", 2, True)
    labelled = LabelSet.objects.values_list("image__source_name", "image__exam__patient__code")
    assert sorted(labelled) == [("b.png", "P2"), ("c.tif", "P3")]
    assert not Patient.objects.filter(code="P1").exists()
    assert {len(images) for name, images in report.images_of.items() if name == "a.jpg"} == {2}


def test_a_via_row_of_a_name_that_stands_twice_in_the_folder_is_refused(
    project: Project, pictures: Path, write_via: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(pictures / "sub" / "a.jpg"), retina(50))
    rect = {"name": "rect", "x": 30, "y": 30, "width": 5, "height": 5}
    path = write_via([("a.jpg", rect, {"Abnormality": "exudate"})])

    status, report = run_command(capsys, "import_via", str(path), "--images", str(pictures))

    assert (status, report["regions_added"]) == (1, 0)
    assert [problem["code"] for problem in report["problems"]] == ["ambiguous_file"]


def test_a_corrected_row_still_gives_its_image_the_patient_and_the_eye(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,patient,eye,label\na.jpg,P1,OD,maybe\nb.png,P1,OS,dr\n")
    bring_in(pictures, project=project, labels=labels)
    labels.write_text("file,patient,eye,label\na.jpg,P1,OD,dr\nb.png,P1,OS,dr\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    image = FundusImage.objects.get(source_name="a.jpg")
    assert (image.exam.patient.code, image.eye) == ("P1", "OD")
    assert (report.problems.errors, Patient.objects.count()) == (0, 2)
    events = AuditEvent.objects.filter(action="images.import").order_by("sequence")
    assert [(event.after or {}).get("filled_in") for event in events] == [None, [image.pk]]


def test_a_row_that_contradicts_a_known_patient_is_reported_and_changes_nothing_but_the_reading(
    project: Project, pictures: Path, tmp_path: Path
) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("file,patient,eye\na.jpg,P1,OD\n")
    bring_in(pictures, project=project, labels=labels)
    labels.write_text("file,patient,eye,site,label\na.jpg,P2,OD,Lima,dr\n")

    report, _ = bring_in(pictures, project=project, labels=labels)

    problem = next(one for one in report.problems.kept if one.is_error)
    assert (problem.code, problem.row, "patient" in problem.message) == ("details_kept", 2, True)
    image = FundusImage.objects.get(source_name="a.jpg")
    assert (image.exam.patient.code, image.exam.site) == ("P1", "")
    assert LabelSet.objects.get().dr_status == DrStatus.DR


@pytest.mark.slow
def test_the_real_graded_images_go_in_and_their_repeats_are_skipped(
    project: Project, idrid: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run_command(
        capsys, "import_images", str(idrid / "grading"), "--labels", str(idrid / "grading_labels.csv")
    )

    assert (status, report["images_added"] + report["images_skipped"]) == (0, 397)
    assert report["labels_added"] == report["images_added"]
    assert report["images_skipped"] > 0
