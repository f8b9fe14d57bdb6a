"""VIA regions into label sets: one set per image and file, all rows or none."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.models import Import, Project
from annotations.services.data_in.accept_at_import import OWN_LABELS_WAIT
from annotations.services.data_in.image_names import ImageNames
from annotations.services.data_in.imported_classes import classes_off, say_what_is_switched_on
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.files import sha256_of_file
from annotations.services.via.scanned import ViaScan
from annotations.services.via.via_classes import ClassTable
from annotations.services.via.via_mapping import ViaMapping
from annotations.services.via.via_scan import scan_via
from annotations.services.via.via_sets import ViaSets


@dataclass(slots=True, kw_only=True)
class ViaReport:
    """What an import of a VIA or COCO file did. `done` is False when a row was refused.

    The rows of COCO are its annotations. `mapping` is how a VIA file was read, with what was guessed.
    """

    regions_added: int = 0
    regions_skipped: int = 0
    images: int = 0
    label_sets_added: int = 0
    label_sets_accepted: int = 0
    regions_left_out: int = 0
    rows: int = 0
    rows_without_region: int = 0
    mapping: ViaMapping = field(default_factory=ViaMapping)
    dry_run: bool = False
    done: bool = False
    problems: ProblemLog = field(default_factory=ProblemLog)

    def counts(self) -> dict[str, Any]:
        """The numbers, as JSON; `errors` and `notes` count all problems, also those beyond the kept ones."""
        return {
            "regions_added": self.regions_added,
            "regions_skipped": self.regions_skipped,
            "regions_left_out": self.regions_left_out,
            "images": self.images,
            "label_sets_added": self.label_sets_added,
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
    mapping: ViaMapping,
) -> ViaReport:
    """Bring the regions of a VIA file into the batch's project.

    Every row is checked before anything is written; with one wrong row nothing goes in, unless the batch
    says `skip_bad_rows`. A dry run counts what could go in, wrong rows or not. The same file again changes
    nothing (`regions_skipped`), except that it accepts what waited when the batch says `accept`. Raises
    BadTable, Overtaken.
    """
    project = batch.project
    with scan_via(
        path,
        title=title,
        names=names,
        classes=class_table(project),
        mapping=mapping,
        progress=progress,
    ) as scan:
        report = ViaReport(
            problems=scan.problems,
            rows=scan.rows,
            rows_without_region=scan.rows_without_region,
            regions_left_out=scan.left_out.total(),
            mapping=mapping.as_used(scan.attribute, scan.meanings),
            dry_run=batch.dry_run,
        )
        for image in scan.file_attributes.keys() - scan.regions_of.keys():
            scan.take_remarks(image)
        _say_what_was_left_out(report, scan, title)
        source = f"via:{sha256_of_file(path)}"
        sets = ViaSets(batch=batch, source=source, title=title, open_transaction=open_transaction)
        write_scan(report, scan, sets, progress=progress)
    return report


def write_scan(report: ViaReport, scan: ViaScan, sets: ViaSets, *, progress: Progress) -> None:
    """Write what a file was found to hold, unless rows of it are wrong; raises Overtaken."""
    batch = sets.batch
    if scan.problems.errors and not batch.skip_bad_rows and not batch.dry_run:
        return
    _foresee(report, scan, sets.labelled_images())
    off = classes_off(batch=batch, codes=scan.codes) if report.regions_added else []
    say_what_is_switched_on(report.problems, off, title=sets.title, dry_run=batch.dry_run)
    if not batch.dry_run:
        report.label_sets_accepted = sets.write(scan, progress=progress)
        _say_what_waits(report, sets)
    _say_what_was_there(report, sets, scan, sets.title)
    report.done = not scan.problems.errors


def class_table(project: Project) -> ClassTable:
    """The project's lesion classes as a scan needs them."""
    return ClassTable(names=dict(project.lesion_classes.values_list("code", "name")))


def _foresee(report: ViaReport, scan: ViaScan, there: set[int]) -> None:
    """Count what there is to do, with the images that this file has labelled before."""
    report.images = len(scan.regions_of)
    report.regions_skipped = sum(count for image, count in scan.regions_of.items() if image in there)
    report.regions_added = scan.regions_of.total() - report.regions_skipped
    report.label_sets_added = len(scan.regions_of.keys() - there)


def _say_what_was_there(report: ViaReport, sets: ViaSets, scan: ViaScan, title: str) -> None:
    if not report.regions_skipped:
        return
    _note(
        report,
        title,
        "already_imported",
        f"{report.regions_skipped:,} regions of this very file are in the project already; "
        "nothing was changed about them.",
    )
    if sets.differ_from(scan):
        _note(
            report,
            title,
            "imported_differently",
            "An earlier import of this very file took other regions of it, by its mapping or because rows "
            "were left out; what it made stays as it is.",
        )


def _say_what_waits(report: ViaReport, sets: ViaSets) -> None:
    if left := sets.left_waiting():
        many = f"{left:,} label sets: " if left > 1 else ""
        _note(report, sets.title, "own_labels", f"{many}{OWN_LABELS_WAIT}")


def _say_what_was_left_out(report: ViaReport, scan: ViaScan, title: str) -> None:
    for value, count in scan.left_out.most_common():
        named = f"'{scan.attribute}' is '{value:.60}'" if value else f"'{scan.attribute}' is not given"
        _note(
            report,
            title,
            "left_out",
            f"{count:,} region{' was' if count == 1 else 's were'} left out, as was asked: {named}.",
        )


def _note(report: ViaReport, title: str, code: str, message: str) -> None:
    report.problems.add(Problem(code=code, file=title, message=message, is_error=False))
