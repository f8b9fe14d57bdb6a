"""The rows that one clean picture becomes: patient, exam, image, its label set, its assignments."""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from annotations.models import Exam, FundusImage, Import, LabelSet, Patient, Project, Revision
from annotations.services.labels_csv import LabelRow, LabelTable
from annotations.states import Gradability, LabelSetState
from imaging.intake import Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A checked upload whose clean copy is stored: what its row needs."""

    name: str
    upload_sha256: str
    file: str
    taken: Taken


def create_image(*, batch: Import, picture: Picture, label: LabelRow | None) -> FundusImage:
    """Add the image's row, with patient and exam; raises IntegrityError when it is in the project already."""
    taken = picture.taken
    return FundusImage.objects.create(
        project=batch.project,
        exam=_exam(batch.project, picture, label),
        eye=label.eye if label else "",
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
        imported_by=batch.created_by,
        imported_in=batch,
    )


def add_image_level_labels(*, batch: Import, image_id: int, row: LabelRow, table: LabelTable) -> bool:
    """Add a row's reading as an accepted label set; False when this very file gave it before."""
    now = timezone.now()
    label_set, created = LabelSet.objects.get_or_create(
        image_id=image_id,
        source=f"labels:{table.sha256}",
        reading_no=1,
        defaults={
            "source_title": table.title[:255],
            "state": LabelSetState.ACCEPTED,
            "revision": 1,
            "dr_status": row.dr_status,
            "icdr_grade": row.icdr_grade,
            "macular_edema": row.macular_edema,
            "gradability": Gradability.GRADABLE,
            "submitted_at": now,
            "decided_at": now,
            "decided_by": batch.created_by,
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
    return created


def _exam(project: Project, picture: Picture, label: LabelRow | None) -> Exam:
    code = label.patient if label and label.patient else _own_code(picture)
    patient, _ = Patient.objects.get_or_create(project=project, code=code)
    exam, _ = Exam.objects.get_or_create(
        patient=patient,
        date=label.exam_date if label else None,
        site=label.site if label else "",
        camera=label.camera if label else "",
    )
    return exam


def _own_code(picture: Picture) -> str:
    """A patient code for an image that names none; file names may hold people's names, hashes do not."""
    return f"P-{picture.upload_sha256[:10]}"
