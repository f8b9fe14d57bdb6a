"""VIA regions into label sets: one set per image and file, all rows or none."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from annotations.models import Import, LabelSet, LesionClass, Project, Region, Revision
from annotations.services.files import sha256_of_file
from annotations.services.image_names import ImageNames
from annotations.services.problems import Problem, ProblemLog
from annotations.services.via_rows import DEFAULT_ATTRIBUTE
from annotations.services.via_scan import ClassTable, Progress, ViaScan, scan_via
from annotations.states import LabelSetState
from core.services import audit

ALWAYS_LOOKED_FOR = ("HE", "EX")  # what the study's labellers searched every image for
OpenTransaction = Callable[[], AbstractContextManager[Any]]


@dataclass(slots=True, kw_only=True)
class ViaReport:
    """What an import of a VIA file did. `done` is False when rows were refused and nothing went in."""

    regions_added: int = 0
    regions_skipped: int = 0
    images: int = 0
    label_sets_accepted: int = 0
    rows: int = 0
    rows_without_region: int = 0
    dry_run: bool = False
    done: bool = False
    problems: ProblemLog = field(default_factory=ProblemLog)

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON; `errors` and `notes` count all problems, also those beyond the kept ones."""
        return {
            "regions_added": self.regions_added,
            "regions_skipped": self.regions_skipped,
            "images": self.images,
            "label_sets_accepted": self.label_sets_accepted,
            "rows": self.rows,
            "rows_without_region": self.rows_without_region,
            "dry_run": self.dry_run,
            "done": self.done,
            "errors": self.problems.errors,
            "notes": self.problems.notes,
        }


def import_via(
    *,
    batch: Import,
    path: Path,
    title: str,
    names: ImageNames,
    open_transaction: OpenTransaction,
    progress: Progress,
    attribute: str = DEFAULT_ATTRIBUTE,
) -> ViaReport:
    """Bring the regions of a VIA 2 CSV into the batch's project.

    Every row is checked before anything is written; with one wrong row nothing goes in, unless the batch
    says `skip_bad_rows`. The same file again changes nothing (`regions_skipped`), except that it accepts
    what waited when the batch says `accept`. Raises BadTable.
    """
    project = batch.project
    with scan_via(
        path,
        title=title,
        names=names,
        classes=class_table(project),
        attribute=attribute,
        progress=progress,
    ) as scan:
        report = ViaReport(
            problems=scan.problems,
            rows=scan.rows,
            rows_without_region=scan.rows_without_region,
            dry_run=batch.dry_run,
        )
        if scan.problems.errors and not batch.skip_bad_rows:
            return report
        source = f"via:{sha256_of_file(path)}"
        if batch.dry_run:
            _foresee(report, scan, batch=batch, source=source)
        else:
            with open_transaction():
                _write(report, scan, batch=batch, source=source, title=title, progress=progress)
        _say_what_was_there(report, title)
        report.done = not scan.problems.errors
    return report


def class_table(project: Project) -> ClassTable:
    """The project's lesion classes as a scan needs them."""
    classes = list(project.lesion_classes.all())
    return ClassTable(
        enabled={one.code: one.name for one in classes if one.enabled},
        disabled={one.code: one.name for one in classes if not one.enabled},
    )


def _foresee(report: ViaReport, scan: ViaScan, *, batch: Import, source: str) -> set[int]:
    """Count what there is to do; gives the images that this file has labelled before."""
    there = set(_earlier_sets(batch, source).values_list("image_id", flat=True))
    report.images = len(scan.regions_of)
    report.regions_skipped = sum(count for image, count in scan.regions_of.items() if image in there)
    report.regions_added = scan.regions_of.total() - report.regions_skipped
    return there


def _write(
    report: ViaReport, scan: ViaScan, *, batch: Import, source: str, title: str, progress: Progress
) -> None:
    """Write label sets, revisions and regions of the images that this file has not labelled yet."""
    there = _foresee(report, scan, batch=batch, source=source)
    if batch.accept:
        report.label_sets_accepted = _accept_waiting(batch, source)
    new_images = [image for image in scan.regions_of if image not in there]
    sets = _create_sets(new_images, scan, batch=batch, source=source, title=title)
    classes = {one.code: one for one in LesionClass.objects.filter(project=batch.project)}
    written = 0
    for chunk in scan.chunks():
        rows = [
            Region(
                label_set_id=sets[found.image_id],
                uuid=uuid.uuid4(),
                lesion_class_id=classes[found.code].pk,
                shape=found.shape,
                geometry=found.geometry,
                origin=f"via:{batch.pk}",
                created_in=1,
            )
            for found in chunk
            if found.image_id in sets
        ]
        Region.objects.bulk_create(rows)
        written += len(rows)
        progress(scan.rows, scan.rows, f"{written:,} regions written")
    if written or report.label_sets_accepted:
        audit.record(
            actor=batch.created_by,
            action="labels.import_via",
            obj=batch,
            after={"source": source, "file": title, "images": len(sets), "regions": written}
            | ({"accepted": report.label_sets_accepted} if report.label_sets_accepted else {}),
        )


def _create_sets(
    images: list[int], scan: ViaScan, *, batch: Import, source: str, title: str
) -> dict[int, int]:
    """Make one label set and its first revision per image; gives image id to label set id."""
    now = timezone.now()
    state = LabelSetState.ACCEPTED if batch.accept else LabelSetState.SUBMITTED
    looked_for = [code for code in ALWAYS_LOOKED_FOR if code not in scan.codes]
    sets = LabelSet.objects.bulk_create(
        [
            LabelSet(
                image_id=image,
                source=source,
                source_title=title,
                state=state,
                revision=1,
                classes_looked_for=sorted([*looked_for, *scan.codes]),
                submitted_at=now,
                decided_at=now if batch.accept else None,
                decided_by=batch.created_by if batch.accept else None,
            )
            for image in images
        ],
        batch_size=500,
    )
    Revision.objects.bulk_create(
        [
            Revision(
                label_set=one,
                number=1,
                change_id=uuid.uuid4(),
                author=batch.created_by,
                added=scan.regions_of[one.image_id],
            )
            for one in sets
        ],
        batch_size=500,
    )
    return {one.image_id: one.pk for one in sets}


def _accept_waiting(batch: Import, source: str) -> int:
    waiting = _earlier_sets(batch, source).filter(state=LabelSetState.SUBMITTED).values("pk")
    return LabelSet.objects.filter(pk__in=waiting, state=LabelSetState.SUBMITTED).update(
        state=LabelSetState.ACCEPTED, decided_at=timezone.now(), decided_by=batch.created_by
    )


def _earlier_sets(batch: Import, source: str) -> QuerySet[LabelSet]:
    """Label sets that an earlier import of the same file made in the same project."""
    return LabelSet.objects.filter(source=source, image__project=batch.project)


def _say_what_was_there(report: ViaReport, title: str) -> None:
    if report.regions_skipped:
        report.problems.add(
            Problem(
                code="already_imported",
                file=title,
                message=f"{report.regions_skipped:,} regions of this very file are in the project already; "
                "nothing was changed about them.",
                is_error=False,
            )
        )
