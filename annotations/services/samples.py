"""Sample patients for demos and tests: synthetic pictures with true labels, and work for each role."""

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from annotations.models import FundusImage, LabelSet, LesionClass, Patient, Project, Region, Revision
from annotations.services.assignments import assign_images
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.imports import open_import
from annotations.services.data_in.run_imports import run_images
from annotations.services.data_in.writing import Progress, Writing
from annotations.services.label_set_moves import submit_label_set
from annotations.services.label_sets import RegionChange, open_reading, save_changes
from annotations.services.projects import add_members
from annotations.states import DrStatus, Gradability, ImportKind, LabelSetState
from core.actions import Action
from core.services import audit
from imaging.phantom import NOTE, Phantom, PhantomPatient, sample_patients

SEED = 1
SOURCE = f"synthetic:{SEED}"
SOURCE_TITLE = "Synthetic ground truth"
SHARE_ON_WORKLIST = 0.5  # of the patients; the first of them already read, so that reviewers have work


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesReport:
    """How many sample patients and images there are, and whether they were made just now."""

    patients: int
    images: int
    made: bool


def create_samples(
    *, project: Project, people: list[User], count: int = 12, progress: Progress
) -> SamplesReport:
    """Make the sample patients unless the project has them; let the people into the project.

    Labels are accepted at once. Who may label gets half of the patients to read, and the first of them
    comes already handed in.
    """
    add_members(project=project, users=people, by=None)
    there = Patient.objects.filter(project=project, is_synthetic=True)
    if there.count() >= count:
        images = FundusImage.objects.filter(exam__patient__in=there).count()
        return SamplesReport(patients=there.count(), images=images, made=False)
    with tempfile.TemporaryDirectory(prefix="fovea-samples-") as folder:
        patients = [
            _written(patient, Path(folder), done, count, progress)
            for done, patient in enumerate(sample_patients(count=count, seed=SEED))
        ]
        _import(project, Path(folder), progress)
    with transaction.atomic():
        for phantoms in patients:
            for name, phantom in phantoms.items():
                _label(project, name, phantom)
        Patient.objects.filter(project=project, code__in=_codes(count)).update(is_synthetic=True)
        audit.record(actor=None, action="samples.create", obj=project, after={"patients": count})
    _give_work(project, patients, [one for one in people if one.can(Action.LABEL)])
    return SamplesReport(patients=count, images=2 * count, made=True)


def _codes(count: int) -> list[str]:
    return [f"SAMPLE-{number + 1:02d}" for number in range(count)]


def _written(
    patient: PhantomPatient, folder: Path, done: int, count: int, progress: Progress
) -> dict[str, Phantom]:
    """Write a patient's pictures and their rows of the labels CSV; gives the phantoms by file name."""
    progress(done, count, f"drawing {patient.code}")
    phantoms = {f"{patient.code}_{phantom.eye}.jpg": phantom for phantom in patient.eyes}
    for name, phantom in phantoms.items():
        Image.fromarray(phantom.rgb).save(folder / name, "JPEG", quality=92, subsampling=0, comment=NOTE)
    with (folder / "labels.csv").open("a", encoding="utf-8") as table:
        if done == 0:
            table.write("file,patient,eye,site\n")
        table.writelines(
            f"{name},{patient.code},{phantom.eye},Synthetic\n" for name, phantom in phantoms.items()
        )
    return phantoms


def _import(project: Project, folder: Path, progress: Progress) -> None:
    """Bring the pictures in by the way that all images come."""
    options = {"synthetic": True}
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=None, options=options, started=True)
    files = [SourceFile(name=path.name, path=path) for path in sorted(folder.glob("*.jpg"))]
    writing = Writing(open_transaction=transaction.atomic, progress=progress)
    run_images(
        batch=batch, files=files, labels=folder / "labels.csv", labels_title="samples", writing=writing
    )


def _label(project: Project, name: str, phantom: Phantom) -> None:
    """Add the true outlines and the true grade as an accepted label set."""
    image = FundusImage.objects.get(project=project, source_name=name)
    now = timezone.now()
    status = DrStatus.DR if phantom.has_dr else DrStatus.NO_DR
    label_set, created = LabelSet.objects.get_or_create(
        image=image,
        source=SOURCE,
        reading_no=1,
        defaults={
            "source_title": SOURCE_TITLE,
            "state": LabelSetState.ACCEPTED,
            "revision": 1,
            "dr_status": status,
            "icdr_grade": phantom.icdr_grade,
            "gradability": Gradability.GRADABLE,
            "classes_looked_for": sorted(phantom.polygons),
            "submitted_at": now,
            "decided_at": now,
        },
    )
    if not created:
        return
    classes = {one.code: one for one in LesionClass.objects.filter(project=project)}
    regions = Region.objects.bulk_create(
        Region(
            label_set=label_set,
            lesion_class=classes[code],
            shape=polygon.kind,
            geometry=polygon.to_json(),
            origin=SOURCE,
            created_in=1,
        )
        for code, polygons in phantom.polygons.items()
        for polygon in polygons
    )
    reading = {"dr_status": status, "icdr_grade": phantom.icdr_grade}
    Revision.objects.create(
        label_set=label_set, number=1, change_id=uuid.uuid4(), added=len(regions), reading=reading
    )


def _give_work(project: Project, patients: list[dict[str, Phantom]], readers: list[User]) -> None:
    """Put half of the patients on the readers' worklists, and hand the first one's readings in."""
    on_worklist = patients[: round(len(patients) * SHARE_ON_WORKLIST)]
    names = [name for phantoms in on_worklist for name in phantoms]
    images = list(FundusImage.objects.filter(project=project, source_name__in=names))
    if not readers or not images:
        return
    assign_images(images=images, users=readers, by=None)
    for name, phantom in patients[0].items():
        image = next(image for image in images if image.source_name == name)
        _read(image, phantom, readers[0])


def _read(image: FundusImage, phantom: Phantom, reader: User) -> None:
    """Hand in a reading with rectangles around the lesions, as the study's readers drew them."""
    label_set, created = open_reading(image=image, reader=reader)
    if not created:
        return
    changes = [
        RegionChange(op="add", uuid=uuid.uuid4(), shape=rect.kind, geometry=rect.to_json(), lesion_class=code)
        for code in phantom.polygons
        for rect in phantom.rects(code)
    ]
    reading: dict[str, Any] = {
        "dr_status": DrStatus.DR if phantom.has_dr else DrStatus.NO_DR,
        "icdr_grade": phantom.icdr_grade,
        "gradability": Gradability.GRADABLE,
        "comment": "A sample reading that came with the sample patients.",
    }
    save_changes(
        label_set=label_set,
        by=reader,
        base_revision=label_set.revision,
        change_id=uuid.uuid4(),
        changes=changes,
        reading=reading,
        seconds_spent=90.0,
    )
    submit_label_set(label_set=label_set, by=reader)
