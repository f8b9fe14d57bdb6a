"""The labels CSV that comes with images: its rows give patients, eyes, exams and accepted label sets."""

from pathlib import Path

import cv2
import pytest

from annotations.models import FundusImage, Import, LabelSet, Patient, Project
from annotations.states import DrStatus, ImportState, LabelSetState
from core.models import AuditEvent
from tests.annotations.conftest import bring_in, retina, run_command
from tests.annotations.test_import_images import codes

pytestmark = pytest.mark.django_db


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
    first, second = ((event.after or {}).get("filled_in") for event in events)
    assert first is None
    assert second is not None
    told = second[str(image.pk)]
    assert (told["from"]["patient"][:2], told["to"]["patient"], told["eye"]) == ("P-", "P1", "OD")


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_that_tells_an_images_patient_and_eye_later_is_told_of(
    project: Project, pictures: Path, tmp_path: Path, dry_run: bool
) -> None:
    bring_in(pictures, project=project)
    labels = tmp_path / "labels.csv"
    labels.write_text("file,patient,eye\na.jpg,REAL-4,OS\n")

    report, _ = bring_in(pictures, project=project, labels=labels, dry_run=dry_run)

    assert report.counts()["details_filled_in"] == 1
    (told,) = [one for one in report.problems.kept if one.code == "details_filled_in"]
    begins = "Would fill in" if dry_run else "Filled in"
    assert told.message == f"{begins} what was not known of the image: patient REAL-4, eye OS."
    assert (told.file, told.row, told.is_error) == ("a.jpg", 2, False)


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
