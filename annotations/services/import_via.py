"""VIA regions into label sets: one set per image and file, all rows or none."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.files import sha256_of_file
from annotations.services.image_names import ImageNames
from annotations.services.problems import Problem, ProblemLog
from annotations.services.via_rows import DEFAULT_ATTRIBUTE
from annotations.services.via_scan import ClassTable, ViaScan, scan_via
from annotations.services.via_sets import ViaSets
from annotations.services.writing import OpenTransaction, Progress


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
    what waited when the batch says `accept`. Raises BadTable, Overtaken.
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
        sets = ViaSets(batch=batch, source=source, title=title, open_transaction=open_transaction)
        _foresee(report, scan, sets.labelled_images())
        if not batch.dry_run:
            report.label_sets_accepted = sets.write(scan, progress=progress)
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


def _foresee(report: ViaReport, scan: ViaScan, there: set[int]) -> None:
    """Count what there is to do, with the images that this file has labelled before."""
    report.images = len(scan.regions_of)
    report.regions_skipped = sum(count for image, count in scan.regions_of.items() if image in there)
    report.regions_added = scan.regions_of.total() - report.regions_skipped


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
