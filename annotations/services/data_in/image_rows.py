"""The rows that one clean picture becomes: patient, exam, image, its label set, its assignments."""

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import ProtectedError
from django.utils import timezone

from annotations.models import Exam, FundusImage, Import, LabelSet, Patient, Revision
from annotations.services.data_in.accept_at_import import acceptance
from annotations.services.data_in.image_details import NAMES, ImageDetails
from annotations.services.data_in.labels_csv import LabelRow
from annotations.states import Gradability
from imaging.intake import Taken
from imaging.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A checked upload whose clean copy is stored: what its row needs.

    A dry run stores nothing: there `file` is empty, and `small` is a small copy that lies beside.
    """

    name: str
    upload_sha256: str
    file: str
    taken: Taken
    small: Path | None = None


def create_image(
    *, batch: Import, picture: Picture, details: ImageDetails, same_as: int | None = None
) -> FundusImage:
    """Add the image's row, with patient and exam; raises IntegrityError when it is in the project already.

    `same_as` is the image that shows the same photograph, saved otherwise.
    """
    taken = picture.taken
    return FundusImage.objects.create(
        project=batch.project,
        exam=_exam_of(
            batch.project_id,
            details.patient or own_code(picture.upload_sha256),
            date=details.exam_date,
            site=details.site,
            camera=details.camera,
        ),
        eye=details.eye,
        field=details.field,
        source_name=picture.name[-255:],
        upload_sha256=picture.upload_sha256,
        sha256=taken.sha256,
        file=picture.file,
        content_type=taken.media_type,
        size_bytes=taken.size_bytes,
        width=taken.width,
        height=taken.height,
        exif_orientation=taken.exif_orientation,
        fov=taken.fov,
        quality=taken.quality,
        quality_grade=Quality.from_json(taken.quality).grade,
        conversion=taken.conversion,
        perceptual_hash=taken.perceptual_hash,
        near_duplicate_of_id=same_as,
        burned_text=taken.burned_text,
        imported_by=batch.created_by,
        imported_in=batch,
    )


def add_image_level_labels(*, batch: Import, image_id: int, row: LabelRow) -> LabelSet | None:
    """Add a row's reading as an accepted label set; None when this very file gave it before.

    It waits for somebody else where the importer read the image.
    """
    label_set, created = LabelSet.objects.get_or_create(
        image_id=image_id,
        source=f"labels:{row.source}",
        reading_no=1,
        defaults={
            "source_title": row.title[:255],
            "revision": 1,
            "dr_status": row.dr_status,
            "icdr_grade": row.icdr_grade,
            "macular_edema": row.macular_edema,
            "gradability": Gradability.GRADABLE,
            "submitted_at": timezone.now(),
            **acceptance(image_id=image_id, by=batch.created_by),
        },
    )
    if created:
        reading = {
            "dr_status": row.dr_status,
            "icdr_grade": row.icdr_grade,
            "macular_edema": row.macular_edema,
        }
        Revision.objects.create(
            label_set=label_set, number=1, change_id=uuid.uuid4(), author=batch.created_by, reading=reading
        )
    return label_set if created else None


def kept_details(*, image: FundusImage, row: LabelRow) -> list[str]:
    """Columns in which a row contradicts what is known of an image; empty when it does not.

    What is known stays. What is unknown may be filled in: see `fill_in`.
    """
    known, given = _known_details(image), _given_details(row)
    return [name for name, value in given.items() if known[name] and known[name] != value]


def added_details(*, image: FundusImage, row: LabelRow) -> dict[str, str]:
    """What a row says and is not known of an image yet, column -> value; the row contradicts nothing."""
    known = _known_details(image)
    return {name: str(value) for name, value in _given_details(row).items() if known[name] != value}


def fill_in(*, image: FundusImage, row: LabelRow) -> dict[str, Any] | None:
    """Write what a row says and was not known of an image that came without it; None: that was nothing.

    The image moves to the patient and exam of the row, which the answer names for the audit log. The row
    contradicts nothing (`kept_details`).
    """
    known = _known_details(image)
    now = known | _given_details(row)
    if now == known:
        return None
    before = image.exam
    image.exam = _exam_of(
        image.project_id,
        now["patient"] or own_code(image.upload_sha256),
        date=now["exam_date"] or None,
        site=now["site"],
        camera=now["camera"],
    )
    image.eye, image.field = now["eye"], now["field"]
    image.save(update_fields=["exam", "eye", "field"])
    with suppress(ProtectedError):  # something refers to it: it stays, without images nobody sees it
        Exam.objects.filter(pk=before.pk, images=None).delete()
        Patient.objects.filter(pk=before.patient_id, exams=None).delete()
    return {"from": _place(before), "to": _place(image.exam), "eye": image.eye, "field": image.field}


def _place(exam: Exam) -> dict[str, Any]:
    told = {"exam": exam.pk, "patient": exam.patient.code, "site": exam.site, "camera": exam.camera}
    return told | {"date": exam.date.isoformat() if exam.date else None}


def own_code(upload_sha256: str) -> str:
    """A patient code for an image that names none; file names may hold people's names, hashes do not."""
    return f"P-{upload_sha256[:10]}"


def _known_details(image: FundusImage) -> dict[str, Any]:
    exam = image.exam
    code = exam.patient.code
    return {
        "patient": "" if code == own_code(image.upload_sha256) else code,
        "eye": image.eye,
        "exam_date": exam.date or "",
        "site": exam.site,
        "camera": exam.camera,
        "field": image.field,
    }


def _given_details(row: LabelRow) -> dict[str, Any]:
    return {name: value for name in NAMES if (value := getattr(row, name))}


def _exam_of(project_id: int, code: str, *, date: date | None, site: str, camera: str) -> Exam:
    patient, is_new = Patient.objects.get_or_create(project_id=project_id, code=code)
    if is_new:
        return Exam.objects.create(patient=patient, date=date, site=site, camera=camera)
    exam, _ = Exam.objects.get_or_create(patient=patient, date=date, site=site, camera=camera)
    return exam
