"""Writes the label sets of one import of VIA or COCO: unseen while they grow, then published all at once.

A file of 200,000 regions takes long to write. In one transaction it would keep everybody else's saves
waiting on SQLite until they give up; so the sets grow as drafts that nobody can see, in short transactions,
and one last transaction publishes all of them. Until then nothing has been imported.
"""

import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Import, LabelSet, LesionClass, Region, Revision
from annotations.services.data_in.accept_at_import import accept_imported
from annotations.services.data_in.imported_classes import switch_on
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.via.scanned import FoundRegion, ViaScan
from annotations.states import LabelSetState
from core.errors import Conflict
from core.services import audit

ALWAYS_LOOKED_FOR = ("HE", "EX")  # what the study's labellers searched every image for
SETS_PER_TRANSACTION = 500


class Overtaken(Conflict):
    """Another import of the very same file was published first."""

    code = "import_overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaSets:
    """The label sets of one VIA or COCO file (`kind`) in one project, and what is needed to write them."""

    batch: Import
    source: str
    title: str
    kind: str = "via"
    open_transaction: OpenTransaction

    def labelled_images(self) -> set[int]:
        """Images that an earlier import of the same file has labelled."""
        return set(self._published().values_list("image_id", flat=True))

    def differ_from(self, scan: ViaScan) -> bool:
        """Whether the earlier import of the same file took other numbers of regions than this scan found."""
        imported = Revision.objects.filter(number=1, label_set__in=self._published().values("pk"))
        there = dict(imported.values_list("label_set__image", "added"))
        return any(scan.regions_of[image] != added for image, added in there.items())

    def write(self, scan: ViaScan, *, progress: Progress) -> int:
        """Write and publish the sets of images not labelled yet; gives how many sets were accepted.

        Raises Overtaken. Whatever goes wrong, nothing stays behind.
        """
        discard_unpublished(batch=self.batch, open_transaction=self.open_transaction)
        there = self.labelled_images()
        try:
            sets = self._create(scan, [image for image in scan.regions_of if image not in there])
            written = self._fill(scan, sets, progress)
            return self._publish(images=set(sets), regions=written, codes=scan.codes)
        except BaseException:
            with suppress(Exception):  # the next attempt, or the daily clean-up, discards what is left
                discard_unpublished(batch=self.batch, open_transaction=self.open_transaction)
            raise

    def _create(self, scan: ViaScan, images: list[int]) -> dict[int, int]:
        """Make an unseen label set and its first revision per image; gives image id to label set id."""
        looked_for = sorted({*ALWAYS_LOOKED_FOR, *scan.codes})
        sets: dict[int, int] = {}
        for some in _in_parts(images):
            new = [
                LabelSet(
                    image_id=image,
                    project=self.batch.project,
                    source=_unseen_source(self.batch),
                    source_title=self.title,
                    state=LabelSetState.DRAFT,
                    revision=1,
                    classes_looked_for=scan.looked_for.get(image, looked_for),
                    file_attributes=scan.file_attributes.get(image, {}),
                )
                for image in some
            ]
            with self.open_transaction():
                LabelSet.objects.bulk_create(new)
                Revision.objects.bulk_create(
                    Revision(
                        label_set=one,
                        number=1,
                        change_id=uuid.uuid4(),
                        author=self.batch.created_by,
                        added=scan.regions_of[one.image_id],
                    )
                    for one in new
                )
            sets |= {one.image_id: one.pk for one in new}
        return sets

    def _fill(self, scan: ViaScan, sets: dict[int, int], progress: Progress) -> int:
        """Write the regions, a chunk a transaction; gives how many."""
        classes = dict(LesionClass.objects.filter(project=self.batch.project).values_list("code", "pk"))
        written = 0
        for chunk in scan.chunks():
            rows = [self._region(found, sets, classes) for found in chunk if found.image_id in sets]
            if rows:
                with self.open_transaction():
                    Region.objects.bulk_create(rows)
            written += len(rows)
            progress(scan.rows, scan.rows, f"{written:,} regions written")
        return written

    def _region(self, found: FoundRegion, sets: dict[int, int], classes: dict[str, int]) -> Region:
        return Region(
            label_set_id=sets[found.image_id],
            uuid=uuid.uuid4(),
            lesion_class_id=classes[found.code],
            shape=found.shape,
            geometry=found.geometry,
            attributes=found.attributes,
            origin=f"{self.kind}:{self.batch.pk}",
            created_in=1,
        )

    def _publish(self, *, images: set[int], regions: int, codes: set[str]) -> int:
        """Let everybody see the sets, in one transaction; gives how many sets were accepted."""
        with self.open_transaction():
            if images & self.labelled_images():
                raise Overtaken(
                    "Another import of the very same file has ended meanwhile; this one changed nothing.",
                    remedy="Look at that import: its regions are in the project.",
                )
            _unpublished(self.batch).update(
                source=self.source, state=LabelSetState.SUBMITTED, submitted_at=timezone.now()
            )
            if regions:
                switch_on(batch=self.batch, codes=codes)
            accepted_sets = 0
            if self.batch.accept:
                accepted_sets = accept_imported(waiting=self._waiting(), by=self.batch.created_by)
            if images or accepted_sets:
                after = {"source": self.source, "file": self.title, "images": len(images), "regions": regions}
                audit.record(
                    actor=self.batch.created_by,
                    action=f"labels.import_{self.kind}",
                    obj=self.batch,
                    after=after | ({"accepted": accepted_sets} if accepted_sets else {}),
                )
        return accepted_sets

    def left_waiting(self) -> int:
        """How many sets this import was to accept and left to somebody else: the importer read the images."""
        return self._waiting().count() if self.batch.accept else 0

    def _waiting(self) -> QuerySet[LabelSet]:
        return self._published().filter(state=LabelSetState.SUBMITTED)

    def _published(self) -> QuerySet[LabelSet]:
        return LabelSet.objects.filter(source=self.source, project=self.batch.project)


def discard_unpublished(*, batch: Import, open_transaction: OpenTransaction) -> None:
    """Remove what an interrupted attempt at this very import has left."""
    for some in _in_parts(list(_unpublished(batch).values_list("pk", flat=True))):
        with open_transaction():
            Region.objects.filter(label_set__in=some).delete()
            Revision.objects.filter(label_set__in=some).delete()
            LabelSet.objects.filter(pk__in=some).delete()


def _unpublished(batch: Import) -> QuerySet[LabelSet]:
    return LabelSet.objects.filter(
        source=_unseen_source(batch), state=LabelSetState.DRAFT, project=batch.project_id
    )


def _unseen_source(batch: Import) -> str:
    """A source of its own for each import: two imports of one file never touch each other's drafts."""
    return f"importing:{batch.pk}"


def _in_parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), SETS_PER_TRANSACTION):
        yield ids[start : start + SETS_PER_TRANSACTION]
