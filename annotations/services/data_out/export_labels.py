"""The labels CSV out: one row per image that somebody read, with the columns that import_images takes."""

import csv
from collections.abc import Mapping, Sequence
from typing import IO

from annotations.models import LabelSet
from annotations.services.data_in.labels_csv import COLUMNS
from annotations.services.data_in.writing import Progress
from annotations.services.data_out.export_choice import ExportReport, named
from core.spreadsheets import inert


def export_labels(
    *,
    label_sets: Sequence[LabelSet],
    out: IO[str],
    progress: Progress,
    names: Mapping[int, str] | None = None,
) -> ExportReport:
    """Write the rows; text that a spreadsheet would run as a formula is made inert."""
    report = ExportReport(files=1)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    for done, (name, label_set) in enumerate(named(label_sets, report=report, given=names)):
        progress(done, len(label_sets), name)
        values = _row(name, label_set)
        rows.writerow([values[column] for column in COLUMNS])
        report.images += 1
    progress(len(label_sets), len(label_sets), f"{report.images:,} rows written")
    return report


def _row(name: str, label_set: LabelSet) -> dict[str, str | int | None]:
    image = label_set.image
    exam = image.exam
    return {
        "file": inert(name),
        "patient": inert(exam.patient.code),
        "eye": image.eye,
        "label": label_set.dr_status,
        "icdr_grade": label_set.icdr_grade,
        "dme_risk": label_set.macular_edema,
        "exam_date": exam.date.isoformat() if exam.date else "",
        "site": inert(exam.site),
        "camera": inert(exam.camera),
        "field": inert(image.field),
    }
