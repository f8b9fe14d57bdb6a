"""What is known of an image besides its pixels: from tables, file names, cameras and folders."""

import csv
import datetime
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.files.storage import InMemoryStorage, default_storage
from PIL import Image

from annotations.models import FundusImage, ImportProblem, LabelSet, Project
from annotations.services.data_in.file_name_pattern import BadPattern, file_name_pattern
from annotations.services.data_in.image_sources import sources_in
from annotations.services.data_in.import_rules import set_file_name_pattern
from annotations.states import DrStatus, Eye
from imaging.phantom import draw_phantom
from tests.annotations.conftest import bring_in, retina, run_command
from tests.imaging.dicom_files import SECRET, dicom_file

pytestmark = pytest.mark.django_db


def told(report: object) -> list[str]:
    return [problem.code for problem in report.problems.kept]  # type: ignore[attr-defined]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "folder"
    found.mkdir()
    return found


def test_a_dicom_file_gives_eye_date_and_device_and_never_the_person(project: Project, folder: Path) -> None:
    (folder / "1.2.840.99").write_bytes(dicom_file(retina(3)))

    report, _ = bring_in(folder, project=project)

    image = FundusImage.objects.select_related("exam__patient").get()
    assert told(report) == []
    assert (image.eye, image.exam.date, image.exam.camera) == (
        "OD", datetime.date(2024, 3, 31), "Topcon TRC-NW400",
    )  # fmt: skip
    assert image.exam.patient.code.startswith("P-")
    assert image.conversion.startswith("DICOM RGB")
    rows = [*FundusImage.objects.values(), *ImportProblem.objects.values(), image.exam.__dict__]
    assert "Jane" in SECRET
    assert not any("Jane" in str(row) for row in rows)


def test_the_labels_csv_wins_over_name_and_camera_and_contradictions_are_told(
    project: Project, folder: Path, tmp_path: Path
) -> None:
    (folder / "P7_OS.dcm").write_bytes(dicom_file(retina(3)))
    labels = tmp_path / "labels.csv"
    labels.write_text("file,patient,eye,field\nP7_OS.dcm,P8,OS,macula\n")

    report, _ = bring_in(
        folder, project=project, labels=labels, options={"file_name": {"pattern": "{patient}_{eye}"}}
    )

    image = FundusImage.objects.get()
    assert (image.exam.patient.code, image.eye, image.field) == ("P8", "OS", "macula")
    assert image.exam.camera == "Topcon TRC-NW400"
    sentences = sorted(one.message for one in report.problems.kept)
    assert sentences == [
        "The eye is OS by its row, but OD by its camera; the former counts.",
        "The patient is 'P8' by its row, but 'P7' by its name; the former counts.",
    ]
    assert report.done


@pytest.mark.parametrize(
    ("pattern", "name", "patient", "eye"),
    [
        ("{patient}_{eye}", "0815_OD.jpg", "0815", Eye.OD),
        ("{patient}_{eye}", "clinic_12_left.png", "clinic_12", Eye.OS),
        ("{patient}-{eye}{any}", "A7-R (2).tif", "A7", Eye.OD),
        ("{patient}/{eye}*", "x/P3/OD*.jpg", "P3", Eye.OD),
        ("{patient}/{any}_{eye}", "year/P3/photo_right.jpg", "P3", Eye.OD),
        ("{any}_{eye}", "whatever_L.jpg", "", Eye.OS),
    ],
)
def test_a_pattern_reads_names(pattern: str, name: str, patient: str, eye: Eye) -> None:
    read = file_name_pattern(pattern).read(name)

    assert read is not None
    assert (read.patient, read.eye) == (patient, eye)


def test_a_date_in_the_name_is_read_and_nonsense_does_not_fit() -> None:
    pattern = file_name_pattern("{patient}_{date}_{eye}")

    read = pattern.read("P1_20240331_OS.jpg")
    assert read is not None
    assert read.exam_date == datetime.date(2024, 3, 31)
    assert pattern.read("P1_20241331_OS.jpg") is None
    assert pattern.read("P1_OS.jpg") is None


@pytest.mark.parametrize(
    "pattern", ["", "plain", "{any}", "{who}_{eye}", "{eye}_{eye}", "{patient", "x" * 200]
)
def test_a_pattern_that_makes_no_sense_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern) as refused:
        file_name_pattern(pattern)
    assert refused.value.remedy


def test_hostile_names_cost_no_time() -> None:
    began = time.process_time()
    for text in ("{any}{patient}_{field}-{eye}", "{any}a{any}a{patient}b"):
        pattern = file_name_pattern(text)
        for name in ("a_" * 125, "a" * 255, "a" * 5_000):
            assert pattern.read(f"{name}.jpg") is None
    assert time.process_time() - began < 2

    for text in ("{any}a{patient}a{any}a{field}b", "{any}{patient}{any}{ Any }-{eye}"):
        with pytest.raises(BadPattern):
            file_name_pattern(text)


def test_the_projects_pattern_counts_for_imports_and_the_command_takes_its_own(
    project: Project, pictures: Path, administrator: object, capsys: pytest.CaptureFixture[str]
) -> None:
    for old, new in (("a.jpg", "P1-OD.jpg"), ("b.png", "P1-OS.png")):
        (pictures / old).rename(pictures / new)
    set_file_name_pattern(project=project, pattern="{patient}_{eye}", by=administrator)  # type: ignore[arg-type]

    status, report = run_command(capsys, "import_images", str(pictures), "--pattern", "{patient}-{eye}")

    read = set(FundusImage.objects.values_list("exam__patient__code", "eye"))
    assert {("P1", "OD"), ("P1", "OS")} < read
    assert status == 0
    assert [one["code"] for one in report["problems"]] == ["name_does_not_fit"]


def test_one_name_in_two_folders_is_told_apart_by_the_tables_paths(project: Project, folder: Path) -> None:
    for number, eye in enumerate(("OD", "OS")):
        (folder / eye).mkdir()
        cv2.imwrite(str(folder / eye / "1.jpg"), retina(number))
    (folder / "labels.csv").write_text("file,eye,label\nOD/1.jpg,OD,dr\nOS/1.jpg,OS,no_dr\n")

    found = sources_in(folder)
    report, _ = bring_in(folder, project=project, labels=found.tables[0].path)

    assert (report.labels_added, told(report)) == (2, [])
    assert set(LabelSet.objects.values_list("image__eye", "dr_status")) == {
        ("OD", DrStatus.DR), ("OS", DrStatus.NO_DR),
    }  # fmt: skip


def write_idrid(root: Path) -> None:
    """IDRiD as it is unpacked, with small pictures: both sets use the same names."""
    photos = root / "A. Segmentation/1. Original Images/a. Training Set"
    masks = root / "A. Segmentation/2. All Segmentation Groundtruths/a. Training Set/1. Microaneurysms"
    tables = root / "B. Disease Grading/2. Groundtruths"
    for made in (photos, masks, tables):
        made.mkdir(parents=True)
    cv2.imwrite(str(photos / "IDRiD_01.jpg"), retina(1))
    Image.fromarray(np.zeros((100, 120), np.uint8)).save(masks / "IDRiD_01_MA.tif")
    for number, (name, word) in enumerate(
        (
            ("a. Training Set", "a. IDRiD_Disease Grading_Training Labels"),
            ("b. Testing Set", "b. IDRiD_Disease Grading_Testing Labels"),
        )
    ):
        pictures = root / "B. Disease Grading/1. Original Images" / name
        pictures.mkdir(parents=True)
        for image in (1, 2):
            cv2.imwrite(str(pictures / f"IDRiD_00{image}.jpg"), retina(10 * number + image + 5))
        with (tables / f"{word}.csv").open("w", newline="") as file:
            csv.writer(file).writerows(
                [
                    ["Image name", "Retinopathy grade", "Risk of macular edema ", "", ""],
                    ["IDRiD_001", 3 * (1 - number), 2 * (1 - number), "", ""],
                    ["IDRiD_002", number, 0, "", ""],
                ]
            )


def test_idrids_own_folders_are_understood(
    project: Project, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_idrid(folder)

    status, report = run_command(capsys, "import_images", str(folder))

    assert (status, report["images_added"], report["labels_added"]) == (0, 5, 4)
    assert [one["code"] for one in report["problems"]] == ["mask_left_out"]
    read = LabelSet.objects.values_list("source_title", "image__source_name", "icdr_grade", "macular_edema")
    assert sorted(read) == [
        ("a. IDRiD_Disease Grading_Training Labels.csv", "IDRiD_001.jpg", 3, 2),
        ("a. IDRiD_Disease Grading_Training Labels.csv", "IDRiD_002.jpg", 0, 0),
        ("b. IDRiD_Disease Grading_Testing Labels.csv", "IDRiD_001.jpg", 0, 0),
        ("b. IDRiD_Disease Grading_Testing Labels.csv", "IDRiD_002.jpg", 1, 0),
    ]


def test_labels_of_a_set_whose_pictures_are_missing_are_not_given_to_the_other(
    project: Project, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_idrid(folder)
    for path in (folder / "B. Disease Grading/1. Original Images/b. Testing Set").iterdir():
        path.unlink()

    _, report = run_command(capsys, "import_images", str(folder))

    assert report["labels_added"] == 2
    assert sorted(one["code"] for one in report["problems"]) == [
        "mask_left_out",
        "unknown_file",
        "unknown_file",
    ]


def test_rahims_own_folders_give_grade_patient_and_eye(
    project: Project, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classes = {"1 - No DR": 0, "3 - Mild DR with maculopathy": 1, "10 - ADED": None}
    for number, name in enumerate(classes):
        made = folder / "DR and maculopathy 10 classes" / name
        made.mkdir(parents=True)
        cv2.imwrite(str(made / f"Patient00{number}_L.jpg"), retina(number))

    status, report = run_command(capsys, "import_images", str(folder))

    assert (status, report["images_added"], report["labels_added"]) == (0, 3, 3)
    read = LabelSet.objects.values_list("image__exam__patient__code", "image__eye", "icdr_grade", "dr_status")
    assert sorted(read) == [
        ("Patient000", "OS", 0, "no_dr"), ("Patient001", "OS", 1, "dr"), ("Patient002", "OS", None, "dr"),
    ]  # fmt: skip


def test_the_same_photograph_at_another_size_goes_in_and_is_flagged(project: Project, folder: Path) -> None:
    eyes = [draw_phantom(eye="OS", icdr_grade=3, seed=seed, side=500).rgb for seed in (5, 6)]
    for number, rgb in enumerate(eyes):
        Image.fromarray(rgb).save(folder / f"{number}.png")
    bring_in(folder, project=project)
    Image.fromarray(eyes[0]).resize((300, 300)).save(folder / "small.jpg", quality=90)

    report, batch = bring_in(folder, project=project)

    first = FundusImage.objects.get(source_name="0.png")
    assert FundusImage.objects.get(source_name="small.jpg").near_duplicate_of == first
    assert FundusImage.objects.exclude(source_name="small.jpg").filter(near_duplicate_of=None).count() == 2
    assert (report.images_added, report.near_duplicates, batch.report["near_duplicates"]) == (1, 1, 1)
    note = next(one for one in report.problems.kept if one.code == "near_duplicate")
    assert f"'0.png' (image {first.pk})" in note.message
    assert not note.is_error


class Elsewhere(InMemoryStorage):
    """A storage whose files have no path on this machine, as on S3."""

    def path(self, name: str) -> str:
        raise NotImplementedError

    def _relative_path(self, name: str) -> str:
        return name


def test_a_picture_that_got_lost_elsewhere_stops_no_import(
    project: Project, folder: Path, settings: Any
) -> None:
    elsewhere = {"BACKEND": f"{Elsewhere.__module__}.{Elsewhere.__name__}"}
    settings.STORAGES = {**settings.STORAGES, "default": elsewhere}
    rgb = draw_phantom(eye="OS", icdr_grade=3, seed=5, side=500).rgb
    Image.fromarray(rgb).save(folder / "a.png")
    bring_in(folder, project=project)
    default_storage.delete(FundusImage.objects.get().file)
    Image.fromarray(rgb).save(folder / "b.jpg", quality=85)

    report, _ = bring_in(folder, project=project)

    assert (report.images_added, report.near_duplicates) == (1, 0)


@pytest.mark.parametrize("dry_run", [False, True])
def test_near_duplicates_within_one_import_are_flagged_too(
    project: Project, folder: Path, dry_run: bool
) -> None:
    rgb = draw_phantom(eye="OS", icdr_grade=3, seed=5, side=500).rgb
    Image.fromarray(rgb).save(folder / "a.png")
    Image.fromarray(rgb).save(folder / "b.jpg", quality=85)

    report, _ = bring_in(folder, project=project, dry_run=dry_run)

    assert (report.images_added, report.near_duplicates) == (2, 1)
    (note,) = (one for one in report.problems.kept if one.code == "near_duplicate")
    assert (note.file, "'a.png'" in note.message) == ("b.jpg", True)
    flagged = FundusImage.objects.exclude(near_duplicate_of=None)
    pairs = list(flagged.values_list("source_name", "near_duplicate_of__source_name"))
    assert pairs == ([] if dry_run else [("b.jpg", "a.png")])


def test_a_dry_run_knows_the_near_duplicates_of_images_that_are_there(project: Project, folder: Path) -> None:
    rgb = draw_phantom(eye="OS", icdr_grade=3, seed=5, side=500).rgb
    Image.fromarray(rgb).save(folder / "a.png")
    bring_in(folder, project=project)
    Image.fromarray(rgb).save(folder / "b.jpg", quality=85)

    report, _ = bring_in(folder, project=project, dry_run=True)

    assert (report.images_added, report.near_duplicates, FundusImage.objects.count()) == (1, 1, 1)


def test_the_report_counts_images_whose_patient_or_eye_nobody_said(project: Project, folder: Path) -> None:
    for number, name in enumerate(("P1_OD.png", "P2_.png", "other.png")):
        cv2.imwrite(str(folder / name), retina(number))
    options = {"file_name": {"pattern": "{patient}_{eye}"}}

    report, _ = bring_in(folder, project=project, options=options)

    assert (report.images_without_patient, report.images_without_eye) == (2, 2)
