"""Masks into label sets: one set per image, every pixel kept, all of an image or nothing of it."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from annotations.models import Import, LabelSet, LesionClass, Region, Revision
from annotations.services.data_in.accept_at_import import OWN_LABELS_WAIT, accept_imported, acceptance
from annotations.services.data_in.image_names import ImageNames, ImageSize
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.imported_classes import classes_off, say_what_is_switched_on, switch_on
from annotations.services.data_in.mask_files import MaskFile, sort_masks
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.files import sha256_of_file
from annotations.services.label_sets import MAX_REGIONS
from annotations.services.stored_pictures import storage_full
from annotations.states import LabelSetState
from core.errors import Conflict
from core.services import audit
from imaging.errors import ImagingError, UnreadableImage
from imaging.limited_child import DISK_FULL
from imaging.traced_masks import TracingChild, tracing_child


@dataclass(slots=True, kw_only=True)
class MaskImportReport:
    """What an import of masks did. `done` is False when a file was refused."""

    regions_added: int = 0
    regions_skipped: int = 0
    images: int = 0
    masks: int = 0
    label_sets_added: int = 0
    label_sets_accepted: int = 0
    dry_run: bool = False
    problems: ProblemLog = field(default_factory=ProblemLog)

    @property
    def done(self) -> bool:
        """Whether everything that was asked for was done."""
        return not self.problems.errors

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON."""
        return {
            "regions_added": self.regions_added,
            "regions_skipped": self.regions_skipped,
            "images": self.images,
            "masks": self.masks,
            "label_sets_added": self.label_sets_added,
            "label_sets_accepted": self.label_sets_accepted,
            "dry_run": self.dry_run,
            "done": self.done,
            "errors": self.problems.errors,
            "notes": self.problems.notes,
        }


def import_masks(
    *,
    batch: Import,
    files: Sequence[SourceFile],
    title: str,
    names: ImageNames,
    index: Mapping[int, str],
    looked_for: Sequence[str] = (),
    looked_for_of: Mapping[str, Sequence[str]] | None = None,
    open_transaction: OpenTransaction,
    progress: Progress,
) -> MaskImportReport:
    """Bring mask files into the batch's project as polygons that give back every pixel.

    An image with a file that can't be taken is left out whole and reported. Every class that some file is
    of (or that `looked_for` names) was looked for in all images: where an image has no file of it, it is
    absent; `looked_for_of` says it of indexed masks, by their stem. The same files again change nothing but
    accept what waited when the batch says `accept`. Raises StorageFull.
    """
    report = MaskImportReport(dry_run=batch.dry_run)
    classes = {one.code: one for one in batch.project.lesion_classes.all()}
    codes = {code.lower(): code for code in classes}
    found = sort_masks(files, names=names, codes=codes, indexed=bool(index), problems=report.problems)
    spoken_of = {file.code for some in found.of.values() for file in some if file.code}
    if any(not file.code for some in found.of.values() for file in some):
        spoken_of |= set(index.values())
    importer = _Importer(
        batch=batch,
        title=title,
        classes=classes,
        index=dict(index),
        looked_for=sorted(spoken_of | set(looked_for)),
        looked_for_of=looked_for_of or {},
        report=report,
        open_transaction=open_transaction,
    )
    with tracing_child() as child:
        for number, (image, masks) in enumerate(found.of.items()):
            progress(number, len(found.of), masks[0].name)
            if image not in found.refused:
                importer.take(image, masks, child)
    if off := classes_off(batch=batch, codes=importer.drawn):
        say_what_is_switched_on(report.problems, off, title=title, dry_run=batch.dry_run)
        if not batch.dry_run:
            with open_transaction():
                switch_on(batch=batch, codes=importer.drawn)
    progress(len(found.of), len(found.of), f"{report.regions_added:,} regions written")
    return report


@dataclass(slots=True, kw_only=True)
class _Importer:
    batch: Import
    title: str
    classes: dict[str, LesionClass]
    index: dict[int, str]
    looked_for: list[str]
    looked_for_of: Mapping[str, Sequence[str]]
    report: MaskImportReport
    open_transaction: OpenTransaction
    drawn: set[str] = field(default_factory=set)

    def take(self, image: ImageSize, files: list[MaskFile], child: TracingChild) -> None:
        """Import one image's masks, or say why not."""
        try:
            source = self._source(files)
            if there := LabelSet.objects.filter(image=image.image_id, source=source).first():
                self._find_again(there, files)
                return
            regions = self._trace(image, files, child)
        except ImagingError as error:
            if error.code == DISK_FULL:
                raise storage_full() from error
            self._refuse(files, error.code, error.message, error.remedy)
            return
        except OSError as error:
            self._refuse(files, "not_readable", f"{error.strerror}.", "Check that you may read the file.")
            return
        if not self.batch.dry_run:
            label_set = self._write(image, source, regions, looked_for=self._looked_for(files))
            self._count_accepted(label_set, files)
        self.report.images += 1
        self.report.masks += len(files)
        self.report.regions_added += len(regions)
        self.report.label_sets_added += 1
        self.drawn |= {code for code, _ in regions}

    def _looked_for(self, files: list[MaskFile]) -> list[str]:
        """The classes that were searched for in the image of these masks."""
        said = None if files[0].code else self.looked_for_of.get(PurePath(files[0].name).stem.lower())
        return self.looked_for if said is None else sorted(set(said) & self.classes.keys())

    def _source(self, files: list[MaskFile]) -> str:
        """The same files with the same meaning are the same source."""
        said = {
            "files": {file.code: sha256_of_file(file.path) for file in files},
            "looked_for": self._looked_for(files),
            "index": {str(number): code for number, code in self.index.items()},
        }
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return f"masks:{hashlib.sha256(canonical.encode()).hexdigest()}"

    def _find_again(self, label_set: LabelSet, files: list[MaskFile]) -> None:
        """Count what was imported before: by an earlier attempt at this very import, or by another one."""
        count = Region.objects.filter(label_set=label_set, created_in=1).count()
        self.report.images += 1
        self.report.masks += len(files)
        if label_set.revisions.filter(change_id=self._change_id(label_set.image_id)).exists():
            self.report.regions_added += count
            self.report.label_sets_added += 1
            self.drawn |= set(label_set.regions.values_list("lesion_class__code", flat=True))
            self.report.label_sets_accepted += label_set.state == LabelSetState.ACCEPTED
            return
        self.report.regions_skipped += count
        self.report.problems.add(
            Problem(
                code="already_imported",
                file=files[0].name,
                message="These very masks of the image are in the project already; nothing was changed.",
                is_error=False,
            )
        )
        if self.batch.accept and not self.batch.dry_run and label_set.state == LabelSetState.SUBMITTED:
            with self.open_transaction():
                waiting = LabelSet.objects.filter(pk=label_set.pk, state=LabelSetState.SUBMITTED)
                accept_imported(waiting=waiting, by=self.batch.created_by)
                label_set.refresh_from_db()
                self._record(label_set)
            self._count_accepted(label_set, files)

    def _count_accepted(self, label_set: LabelSet, files: list[MaskFile]) -> None:
        """Count a label set that this import was to accept, or say that it waits for somebody else."""
        if label_set.state == LabelSetState.ACCEPTED:
            self.report.label_sets_accepted += 1
        elif self.batch.accept:
            self.report.problems.add(
                Problem(code="own_labels", file=files[0].name, message=OWN_LABELS_WAIT, is_error=False)
            )

    def _trace(
        self, image: ImageSize, files: list[MaskFile], child: TracingChild
    ) -> list[tuple[str, dict[str, Any]]]:
        """The class and geometry of every region of an image; raises ImagingError."""
        regions: list[tuple[str, dict[str, Any]]] = []
        for file in files:
            traced = child.trace(file.path, classes=file.code or self.index)
            if (traced.width, traced.height) != (image.width, image.height):
                raise UnreadableImage(
                    "other_size",
                    f"The mask '{file.name}' has {traced.width} x {traced.height} pixels, its image "
                    f"{image.width} x {image.height}.",
                    remedy="Give masks of the image's own size.",
                )
            regions += [(code, one) for code, found in traced.polygons.items() for one in found]
            if len(regions) > MAX_REGIONS:
                raise UnreadableImage(
                    "too_many_regions",
                    f"The image's masks fall into more than {MAX_REGIONS:,} parts.",
                    remedy="Remove specks from the masks; a label set takes no more regions.",
                )
        return regions

    def _write(
        self,
        image: ImageSize,
        source: str,
        regions: list[tuple[str, dict[str, Any]]],
        *,
        looked_for: list[str],
    ) -> LabelSet:
        decided: dict[str, Any] = {"state": LabelSetState.SUBMITTED}
        if self.batch.accept:
            decided = acceptance(image_id=image.image_id, by=self.batch.created_by)
        try:
            with self.open_transaction():
                label_set = LabelSet.objects.create(
                    image_id=image.image_id,
                    project=self.batch.project,
                    source=source,
                    source_title=self.title,
                    revision=1,
                    classes_looked_for=looked_for,
                    submitted_at=timezone.now(),
                    **decided,
                )
                Revision.objects.create(
                    label_set=label_set,
                    number=1,
                    change_id=self._change_id(image.image_id),
                    author=self.batch.created_by,
                    added=len(regions),
                )
                Region.objects.bulk_create(
                    Region(
                        label_set=label_set,
                        uuid=uuid.uuid4(),
                        lesion_class=self.classes[code],
                        shape="polygon",
                        geometry=geometry,
                        origin=f"masks:{self.batch.pk}",
                        created_in=1,
                    )
                    for code, geometry in regions
                )
                self._record(label_set, regions=len(regions))
            return label_set
        except IntegrityError as error:
            raise Conflict(
                "Another import of the very same masks runs at this moment.",
                remedy="Wait until it has ended; then look at it, or import again.",
            ) from error

    def _record(self, label_set: LabelSet, **after: int) -> None:
        audit.record(
            actor=self.batch.created_by,
            action="labels.import_masks",
            obj=label_set,
            after={
                "import": self.batch.pk,
                "image": label_set.image_id,
                "accepted": label_set.state == LabelSetState.ACCEPTED,
                **({"one_person_site": True} if label_set.one_person_site else {}),
                **after,
            },
        )

    def _change_id(self, image_id: int) -> uuid.UUID:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"import:{self.batch.pk}:{image_id}")

    def _refuse(self, files: list[MaskFile], code: str, message: str, remedy: str) -> None:
        self.report.problems.add(
            Problem(
                code=code,
                file=files[0].name,
                message=f"{message} Nothing of this image was imported.",
                remedy=remedy,
            )
        )
