"""Writes decoded pictures, their labels and their assignments, some of them in each transaction."""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from annotations.models import Assignment, FundusImage, Import
from annotations.services.data_in.accept_at_import import OWN_LABELS_WAIT
from annotations.services.data_in.image_details import ImageDetails
from annotations.services.data_in.image_rows import (
    Picture,
    add_image_level_labels,
    added_details,
    create_image,
    fill_in,
    kept_details,
)
from annotations.services.data_in.images_report import ImagesReport
from annotations.services.data_in.labels_csv import LabelRow
from annotations.services.data_in.near_duplicates import NearDuplicates
from annotations.services.data_in.writing import OpenTransaction
from annotations.states import LabelSetState
from core.services import audit

IMAGES_PER_TRANSACTION = 8


@dataclass(slots=True, kw_only=True)
class Known:
    """An image whose bytes the project has. `image_id` 0: a dry run found it in this import."""

    image_id: int
    name: str
    batch_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A picture that is stored and waits for its row. `same_as`: the upload of a near duplicate."""

    picture: Picture
    details: ImageDetails
    row: LabelRow | None
    shown: str
    same_as: str | None


@dataclass(slots=True, kw_only=True)
class ImageWriter:
    """Collects what is to be written; `write` writes it, with one audit event."""

    batch: Import
    report: ImagesReport
    open_transaction: OpenTransaction
    known: dict[str, Known] = field(init=False)
    near: NearDuplicates = field(init=False)
    added_now: set[int] = field(default_factory=set)
    waiting: dict[str, Waiting] = field(default_factory=dict)
    waiting_labels: list[tuple[int, LabelRow]] = field(default_factory=list)

    def __post_init__(self) -> None:
        rows = FundusImage.objects.filter(project=self.batch.project).values_list(
            "upload_sha256", "pk", "source_name", "imported_in"
        )
        self.known = {
            sha: Known(image_id=pk, name=name, batch_id=batch) for sha, pk, name, batch in rows.iterator()
        }
        self.near = NearDuplicates(self.batch.project)

    @property
    def synthetic(self) -> bool:
        """Whether the pictures are drawn: alike, and none the same photograph as another."""
        return bool(self.batch.options.get("synthetic"))

    def add(self, picture: Picture, *, details: ImageDetails, row: LabelRow | None, shown: str) -> None:
        """Set a stored picture aside for the next transaction."""
        same_as = None if self.synthetic else self.near.find(picture)
        self.waiting[picture.upload_sha256] = Waiting(
            picture=picture, details=details, row=row, shown=shown, same_as=same_as
        )
        self.near.add(picture)
        if len(self.waiting) >= IMAGES_PER_TRANSACTION:
            self.write()

    def label(self, image_id: int, row: LabelRow) -> None:
        """Set a row about an image of the project aside."""
        self.waiting_labels.append((image_id, row))

    def skip(self, name: str, known: Known, *, shown: str) -> bool:
        """Count a file whose bytes are an image already; whether a row about it may be applied to that."""
        self.report.images_of[name].add(known.image_id)
        comes_again = not known.image_id or known.image_id in self.added_now
        if comes_again or known.name != name[-255:]:
            self._tell_skipped(shown, known)
            return False
        if known.batch_id == self.batch.pk:  # an earlier attempt of this very import brought it in
            self.added_now.add(known.image_id)
            self.report.images_added += 1
        else:
            self._tell_skipped(shown, known)
        return True

    def write(self) -> None:
        """Write the rows of what was set aside, all in one transaction with one audit event."""
        there = self._images_there()
        for known, row in there:
            self._tell_filled_in(known, row)
        if self.batch.dry_run:
            self._only_count()
            return
        if not self.waiting and not self.waiting_labels:
            return
        added: dict[str, FundusImage] = {}
        clashes: list[Waiting] = []
        with self.open_transaction():
            for one in self.waiting.values():
                image = self._create(one, added)
                if image is None:
                    clashes.append(one)
                    continue
                added[one.picture.upload_sha256] = image
                if one.row is not None:
                    self.waiting_labels.append((image.pk, one.row))
            filled_in = {
                str(image.pk): told
                for image, row in there
                if (told := fill_in(image=image, row=row)) is not None
            }
            labelled = sum(self._label(image_id, row) for image_id, row in self.waiting_labels)
            self._assign(list(added.values()))
            if added or labelled or filled_in:
                after = {"images": {str(one.pk): one.sha256 for one in added.values()}, "labels": labelled}
                audit.record(
                    actor=self.batch.created_by,
                    action="images.import",
                    obj=self.batch,
                    after=after | ({"filled_in": filled_in} if filled_in else {}),
                )
        self._count(added, labelled)
        self.waiting, self.waiting_labels = {}, []
        for one in clashes:
            self._skip_clash(one)

    def _create(self, one: Waiting, added: dict[str, FundusImage]) -> FundusImage | None:
        """The new row, or None when another import was first with the same file."""
        same_as = None
        if one.same_as is not None:
            same_as = added[one.same_as].pk if one.same_as in added else self._known_id(one.same_as)
        try:
            with transaction.atomic():
                return create_image(
                    batch=self.batch, picture=one.picture, details=one.details, same_as=same_as
                )
        except IntegrityError:
            return None

    def _known_id(self, upload_sha256: str) -> int | None:
        known = self.known.get(upload_sha256)
        return known.image_id if known else None

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

    def _count(self, added: dict[str, FundusImage], labelled: int) -> None:
        self.report.images_added += len(added)
        self.report.labels_added += labelled
        self.report.labels_skipped += sum(row.has_reading for _, row in self.waiting_labels) - labelled
        for sha256, image in added.items():
            self.report.images_of[image.source_name].add(image.pk)
            self.added_now.add(image.pk)
            self.known[sha256] = Known(image_id=image.pk, name=image.source_name, batch_id=self.batch.pk)
        for sha256, image in added.items():
            one = self.waiting[sha256]
            if image.near_duplicate_of_id is not None:
                self._tell_near_duplicate(one)
            self.report.count(one.picture.taken, one.details)

    def _only_count(self) -> None:
        self.report.images_added += len(self.waiting)
        for sha256, one in self.waiting.items():
            self.known[sha256] = Known(image_id=0, name=one.picture.name, batch_id=None)
            self.report.labels_added += bool(one.row and one.row.has_reading)
            self.report.count(one.picture.taken, one.details)
        for one in self.waiting.values():
            if one.same_as is not None:
                self._tell_near_duplicate(one)
        self.report.labels_added += sum(row.has_reading for _, row in self.waiting_labels)
        self.waiting, self.waiting_labels = {}, []

    def _label(self, image_id: int, row: LabelRow) -> bool:
        if not row.has_reading:
            return False
        added = add_image_level_labels(batch=self.batch, image_id=image_id, row=row)
        if added is not None and added.state != LabelSetState.ACCEPTED:
            self.report.tell("own_labels", row.file, OWN_LABELS_WAIT, row=row.row, is_error=False)
        return added is not None

    def _assign(self, images: list[FundusImage]) -> None:
        people = list(self.batch.assign_to.all())
        Assignment.objects.bulk_create(
            Assignment(
                image=image, project=self.batch.project, user=person, assigned_by=self.batch.created_by
            )
            for image in images
            for person in people
        )

    def _skip_clash(self, one: Waiting) -> None:
        sha256 = one.picture.upload_sha256
        image = FundusImage.objects.get(project=self.batch.project, upload_sha256=sha256)
        known = Known(image_id=image.pk, name=image.source_name, batch_id=image.imported_in_id)
        self.known[sha256] = known
        if self.skip(one.picture.name, known, shown=one.shown) and one.row is not None:
            self.label(image.pk, one.row)

    def _tell_skipped(self, shown: str, known: Known) -> None:
        self.report.images_skipped += 1
        first = f"image {known.image_id}" if known.image_id else "an earlier file"
        self.report.tell(
            "duplicate_image",
            shown,
            f"The same file is in the project already as {first}, '{known.name}'; it was skipped.",
            is_error=False,
        )

    def _tell_filled_in(self, image: FundusImage, row: LabelRow) -> None:
        added = added_details(image=image, row=row)
        if not added:
            return
        self.report.details_filled_in += 1
        told = ", ".join(f"{name.replace('exam_', '')} {value}" for name, value in added.items())
        begins = "Would fill in" if self.batch.dry_run else "Filled in"
        self.report.tell(
            "details_filled_in",
            row.file,
            f"{begins} what was not known of the image: {told}.",
            row=row.row,
            is_error=False,
        )

    def _tell_near_duplicate(self, one: Waiting) -> None:
        self.report.near_duplicates += 1
        known = self.known.get(one.same_as or "")
        like = f"'{known.name}'" if known else "another image"
        if known and known.image_id:
            like += f" (image {known.image_id})"
        then = "both would go in" if self.batch.dry_run else "both are in the project"
        self.report.tell(
            "near_duplicate",
            one.shown,
            f"It looks like {like}, saved otherwise; {then}.",
            "Look at both. If they are one photograph, let only one of them be read.",
            is_error=False,
        )
