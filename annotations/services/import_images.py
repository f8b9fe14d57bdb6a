"""Images and their image-level labels in: each file goes in whole or not at all; the report says which."""

import errno
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction

from annotations.models import Assignment, FundusImage, Import
from annotations.services.files import sha256_of_file, store_bytes
from annotations.services.image_names import base_name, names_in
from annotations.services.image_rows import (
    Picture,
    add_image_level_labels,
    create_image,
    fill_in,
    kept_details,
)
from annotations.services.images_report import ImagesReport, SourceFile
from annotations.services.label_matching import match_rows
from annotations.services.labels_csv import LabelRow, LabelTable
from annotations.services.problems import Problem, ProblemLog
from annotations.services.writing import OpenTransaction, Progress
from core.errors import DomainError
from core.services import audit
from imaging.errors import ImagingError, UnreadableImage
from imaging.intake import DISK_FULL, IntakeChild, Taken, intake_child

IMAGES_PER_TRANSACTION = 8


class StorageFull(DomainError):
    """The disk that keeps the images has no room left."""

    code = "storage_full"
    status = 507


def _storage_full() -> StorageFull:
    return StorageFull(
        "The disk is full: no more images can be stored.",
        remedy="Free some space and import the same files again; those that went in are skipped.",
    )


def import_images(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    labels: LabelTable | None,
    open_transaction: OpenTransaction,
    progress: Progress,
) -> ImagesReport:
    """Bring files into the batch's project, with the rows of a labels CSV that are about them.

    A bad file is refused with its reason and leaves nothing behind; the others go in. Byte-identical
    duplicates are skipped and point to the first. Safe to run again after a crash: what went in stays in.
    Raises StorageFull.
    """
    report = ImagesReport(problems=labels.problems if labels else ProblemLog(), dry_run=batch.dry_run)
    with tempfile.TemporaryDirectory(prefix="fovea-intake-") as folder, intake_child() as child:
        importer = _Importer(
            batch=batch,
            files=files,
            labels=labels,
            report=report,
            child=child,
            clean_copy=Path(folder) / "clean",
            open_transaction=open_transaction,
        )
        for done, file in enumerate(files):
            progress(done, len(files), f"{file.name}")
            importer.take(file)
        importer.write()
        importer.label_images_not_in_the_folder()
    progress(len(files), len(files), f"{report.images_added} images added")
    return report


@dataclass(slots=True, kw_only=True)
class _Known:
    image_id: int
    name: str
    batch_id: int | None


@dataclass(slots=True, kw_only=True)
class _Importer:
    batch: Import
    files: Sequence[SourceFile]
    labels: LabelTable | None
    report: ImagesReport
    child: IntakeChild
    clean_copy: Path
    open_transaction: OpenTransaction
    known: dict[str, _Known] = field(init=False)
    waiting: dict[str, Picture] = field(default_factory=dict)
    waiting_labels: list[tuple[int, LabelRow]] = field(default_factory=list)
    row_of_name: dict[str, LabelRow] = field(default_factory=dict)
    used_rows: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        if self.labels is not None:
            self.row_of_name, self.used_rows = match_rows(self.labels, self.files)
        rows = FundusImage.objects.filter(project=self.batch.project).values_list(
            "upload_sha256", "pk", "source_name", "imported_in"
        )
        self.known = {
            sha: _Known(image_id=pk, name=name, batch_id=batch) for sha, pk, name, batch in rows.iterator()
        }

    def take(self, file: SourceFile) -> None:
        """Check one file, store its clean copy, and set its row aside for the next transaction."""
        try:
            self._check_size(file)
            sha256 = sha256_of_file(file.path)
            if sha256 in self.waiting:
                self.write()
            if sha256 in self.known:
                self._skip(file, self.known[sha256])
                return
            taken = self.child.take(file.path, clean_copy=self.clean_copy)
        except ImagingError as error:
            if error.code == DISK_FULL:
                raise _storage_full() from error
            self._refuse(file, error.code, error.message, error.remedy)
            return
        except OSError as error:
            self._refuse(file, "not_readable", f"{error.strerror}.", "Check that you may read the file.")
            return
        stored = "" if self.batch.dry_run else self._store(taken)
        self.waiting[sha256] = Picture(name=file.name, upload_sha256=sha256, file=stored, taken=taken)
        if len(self.waiting) >= IMAGES_PER_TRANSACTION:
            self.write()

    def write(self) -> None:
        """Write the rows of the files set aside, all in one transaction with one audit event."""
        there = self._images_there()
        if self.batch.dry_run:
            self._only_count()
            return
        if not self.waiting and not self.waiting_labels:
            return
        added: list[FundusImage] = []
        clashes: list[Picture] = []
        with self.open_transaction():
            for picture in self.waiting.values():
                image = self._create(picture)
                if image is None:
                    clashes.append(picture)
                    continue
                added.append(image)
                row = self._row_of(picture.name)
                if row is not None:
                    self.waiting_labels.append((image.pk, row))
            filled_in = [image.pk for image, row in there if fill_in(image=image, row=row)]
            labelled = sum(self._label(image_id, row) for image_id, row in self.waiting_labels)
            self._assign(added)
            if added or labelled or filled_in:
                after = {"images": {str(image.pk): image.sha256 for image in added}, "labels": labelled}
                audit.record(
                    actor=self.batch.created_by,
                    action="images.import",
                    obj=self.batch,
                    after=after | ({"filled_in": filled_in} if filled_in else {}),
                )
        self._count(added, labelled)
        self.waiting, self.waiting_labels = {}, []
        for picture in clashes:
            self._skip_clash(picture)

    def label_images_not_in_the_folder(self) -> None:
        """Apply the CSV's other rows to images the project already has; report names it does not have."""
        if self.labels is None:
            return
        names = names_in(self.batch.project)
        for row in self.labels.rows.values():
            if row.row in self.used_rows:
                continue
            found = names.find(row.file)
            if isinstance(found, Problem):
                self.report.tell(found.code, row.file, found.message, found.remedy, row=row.row)
            else:
                self._label_later(found.image_id, row)
        self.write()

    def _images_there(self) -> list[tuple[FundusImage, LabelRow]]:
        """Images the project has that rows add to; reports rows that contradict what is known of one."""
        images = FundusImage.objects.select_related("exam__patient")
        known = images.in_bulk([image_id for image_id, _ in self.waiting_labels])
        there = []
        for image_id, row in self.waiting_labels:
            image = known.get(image_id)
            if image is None:
                continue
            if kept := kept_details(image=image, row=row):
                self.report.tell(
                    "details_kept",
                    row.file,
                    f"The image is in the project already with another {', '.join(kept)}, which stays as it "
                    "is; of this row only the reading counts.",
                    "Correct the row, or leave these cells empty.",
                    row=row.row,
                )
            else:
                there.append((image, row))
        return there

    def _create(self, picture: Picture) -> FundusImage | None:
        """The new row, or None when another import was first with the same file."""
        try:
            with transaction.atomic():
                return create_image(batch=self.batch, picture=picture, label=self._row_of(picture.name))
        except IntegrityError:
            return None

    def _count(self, added: list[FundusImage], labelled: int) -> None:
        self.report.images_added += len(added)
        self.report.labels_added += labelled
        self.report.labels_skipped += sum(row.has_reading for _, row in self.waiting_labels) - labelled
        for image in added:
            self.report.images_of[image.source_name].add(image.pk)
            self.known[image.upload_sha256] = _Known(
                image_id=image.pk, name=image.source_name, batch_id=self.batch.pk
            )

    def _only_count(self) -> None:
        self.report.images_added += len(self.waiting)
        for sha256, picture in self.waiting.items():
            self.known[sha256] = _Known(image_id=0, name=picture.name, batch_id=None)
            row = self._row_of(picture.name)
            self.report.labels_added += bool(row and row.has_reading)
        self.report.labels_added += sum(row.has_reading for _, row in self.waiting_labels)
        self.waiting, self.waiting_labels = {}, []

    def _label(self, image_id: int, row: LabelRow) -> bool:
        if self.labels is None or not row.has_reading:
            return False
        return add_image_level_labels(batch=self.batch, image_id=image_id, row=row, table=self.labels)

    def _label_later(self, image_id: int, row: LabelRow) -> None:
        self.used_rows.add(row.row)
        self.waiting_labels.append((image_id, row))

    def _assign(self, images: list[FundusImage]) -> None:
        people = list(self.batch.assign_to.all())
        Assignment.objects.bulk_create(
            Assignment(image=image, user=person, assigned_by=self.batch.created_by)
            for image in images
            for person in people
        )

    def _skip(self, file: SourceFile, known: _Known) -> None:
        """Skip a file whose very bytes are an image already; its label row stays with the first."""
        self.report.images_of[file.name].add(known.image_id)
        row = self._row_of(file.name)
        if known.name == file.name[-255:]:
            if known.batch_id == self.batch.pk:  # an earlier attempt of this very import brought it in
                self.report.images_added += 1
            else:
                self._skipped(file.name, known)
            if row is not None:
                self._label_later(known.image_id, row)
            return
        self._skipped(file.name, known)
        if row is not None:
            self.report.tell(
                "label_of_duplicate",
                file.name,
                f"The row is about a skipped duplicate of '{known.name}' and was not applied.",
                "If it is the better label, put it into the row of the first file.",
                row=row.row,
                is_error=False,
            )

    def _skipped(self, name: str, known: _Known) -> None:
        self.report.images_skipped += 1
        first = f"image {known.image_id}" if known.image_id else "an earlier file"
        self.report.tell(
            "duplicate_image",
            name,
            f"The same file is in the project already as {first}, '{known.name}'; it was skipped.",
            is_error=False,
        )

    def _skip_clash(self, picture: Picture) -> None:
        image = FundusImage.objects.get(project=self.batch.project, upload_sha256=picture.upload_sha256)
        known = _Known(image_id=image.pk, name=image.source_name, batch_id=image.imported_in_id)
        self.known[picture.upload_sha256] = known
        self._skip(SourceFile(name=picture.name, path=Path()), known)

    def _row_of(self, name: str) -> LabelRow | None:
        row = self.row_of_name.get(base_name(name))
        if row is not None:
            self.used_rows.add(row.row)
        return row

    def _check_size(self, file: SourceFile) -> None:
        size, most = file.path.stat().st_size, settings.MAX_IMAGE_BYTES
        if size > most:
            raise UnreadableImage(
                "too_many_bytes",
                f"The file has {size / 1e6:.0f} MB; {most / 1e6:.0f} MB are the most.",
                remedy="Save the photograph as a JPEG of high quality.",
            )

    def _store(self, taken: Taken) -> str:
        try:
            name = f"images/{taken.sha256[:2]}/{taken.sha256}{taken.suffix}"
            return store_bytes(name, self.clean_copy.read_bytes())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise _storage_full() from error
            raise

    def _refuse(self, file: SourceFile, code: str, message: str, remedy: str) -> None:
        self.report.tell(code, file.name, message, remedy)
        row = self._row_of(file.name)
        if row is not None:
            self.report.tell(
                "label_of_refused_file",
                file.name,
                "The row is about a file that was refused; it was not applied.",
                row=row.row,
                is_error=False,
            )
