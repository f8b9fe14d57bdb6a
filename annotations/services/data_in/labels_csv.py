"""The labels CSV: what is known of each image, one row per file."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from annotations.services.data_in.image_details import NAMES as DETAILS
from annotations.services.data_in.image_details import ImageDetails
from annotations.services.data_in.problems import Problem, ProblemLog
from annotations.services.data_in.text_files import column_indexes, open_table
from annotations.services.files import sha256_of_file
from annotations.states import DrStatus, Eye, MacularEdema
from core.errors import DomainError
from core.spreadsheets import restored

COLUMNS = (
    "file", "patient", "eye", "label", "icdr_grade", "dme_risk", "exam_date", "site", "camera", "field",
)  # fmt: skip
READ_TOO = (*COLUMNS, "maculopathy")  # 0 or 1 in place of dme_risk
# What IDRiD calls its columns
ALIASES = {"image name": "file", "retinopathy grade": "icdr_grade", "risk of macular edema": "dme_risk"}
EYES = {
    "od": Eye.OD, "r": Eye.OD, "right": Eye.OD,
    "os": Eye.OS, "l": Eye.OS, "left": Eye.OS,
    "": Eye.UNKNOWN, "unknown": Eye.UNKNOWN,
}  # fmt: skip
STATUSES = {"dr": DrStatus.DR, "no_dr": DrStatus.NO_DR, "": DrStatus.NOT_READ}
Value = TypeVar("Value")
TEXT_LIMITS = {"patient": 64, "site": 100, "camera": 100, "field": 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelRow:
    """One valid row of a table (`source`: its hash, `title`: its name). Empty or None: not known."""

    row: int
    file: str
    source: str = ""
    title: str = ""
    patient: str = ""
    eye: Eye = Eye.UNKNOWN
    dr_status: DrStatus = DrStatus.NOT_READ
    icdr_grade: int | None = None
    macular_edema: int | None = None
    exam_date: date | None = None
    site: str = ""
    camera: str = ""
    field: str = ""

    @property
    def details(self) -> ImageDetails:
        """What it says of the image besides the reading."""
        return ImageDetails(**{name: getattr(self, name) for name in DETAILS})

    @property
    def has_reading(self) -> bool:
        """Whether the row says anything about the retina."""
        answers = (self.icdr_grade, self.macular_edema)
        return self.dr_status != DrStatus.NOT_READ or answers != (None, None)


@dataclass(slots=True, kw_only=True)
class LabelTable:
    """A labels CSV, read and checked: each path's row; what was wrong is in `problems`."""

    title: str
    sha256: str
    rows: dict[str, LabelRow] = field(default_factory=dict)
    problems: ProblemLog = field(default_factory=ProblemLog)

    def add(self, row: LabelRow) -> None:
        """Keep a row; a second one of the same file is refused."""
        name = row.file.strip().replace("\\", "/").lower()
        first = self.rows.get(name)
        if first is not None:
            self.problems.add(
                Problem(
                    code="duplicate_row",
                    file=row.file,
                    row=row.row,
                    message=f"Row {first.row} is about the same file; this one was left out.",
                    remedy="Keep one row per file.",
                )
            )
            return
        self.rows[name] = replace(row, source=self.sha256, title=self.title)


def read_labels(path: Path, *, title: str) -> LabelTable:
    """Read a labels CSV. Wrong rows go to `problems`, whole; raises BadTable when it is no such table."""
    with open_table(path, title=title) as (named, rows):
        header = [ALIASES.get(name, name) for name in named]
        table = LabelTable(title=title, sha256=sha256_of_file(path))
        column_indexes(header, ("file",), title=title)
        _say_what_is_ignored(table, header)
        for row, cells in rows:
            values = {
                name: restored(cell.strip())
                for name, cell in zip(header, cells, strict=False)
                if name in READ_TOO
            }
            try:
                table.add(_row(row, values))
            except _RowRefused as refused:
                table.problems.add(
                    Problem(
                        code=refused.cells[0].code,
                        file=values.get("file", ""),
                        row=row,
                        message=" ".join([*map(str, refused.cells), "Nothing of this row was applied."]),
                        remedy=" ".join(dict.fromkeys(cell.remedy for cell in refused.cells)),
                    )
                )
    return table


def is_label_table(path: Path) -> bool:
    """Whether a file looks like one: its header names files and something known of them."""
    try:
        with open_table(path, title=path.name) as (named, _):
            header = {ALIASES.get(name, name) for name in named}
    except (DomainError, OSError):
        return False
    return "file" in header and len(header & set(READ_TOO)) > 1


class _CellRefused(ValueError):
    def __init__(self, message: str, *, remedy: str, code: str = "bad_value") -> None:
        super().__init__(message)
        self.code, self.remedy = code, remedy


class _RowRefused(ValueError):
    """Every cell of a row that can't be used, in the columns' order."""

    def __init__(self, cells: list[_CellRefused]) -> None:
        super().__init__("row refused")
        self.cells = cells


def _row(row: int, values: dict[str, str]) -> LabelRow:
    """Read one row whole, so that all its bad cells are named at once. Raises _RowRefused."""
    refused: list[_CellRefused] = []

    def cell(read: Callable[[], Value], otherwise: Value) -> Value:
        try:
            return read()
        except _CellRefused as error:
            refused.append(error)
            return otherwise

    found = LabelRow(
        row=row,
        file=cell(lambda: _file(values), ""),
        patient=cell(lambda: _text(values, "patient"), ""),
        eye=cell(lambda: _chosen(values, "eye", EYES, "OD, OS, right or left"), Eye.UNKNOWN),
        dr_status=cell(lambda: _chosen(values, "label", STATUSES, "dr or no_dr"), DrStatus.NOT_READ),
        icdr_grade=cell(lambda: _number(values, "icdr_grade", highest=4), None),
        macular_edema=cell(lambda: _edema(values), None),
        exam_date=cell(lambda: _date(values), None),
        site=cell(lambda: _text(values, "site"), ""),
        camera=cell(lambda: _text(values, "camera"), ""),
        field=cell(lambda: _text(values, "field"), ""),
    )
    status = cell(lambda: _status(found.dr_status, found.icdr_grade), DrStatus.NOT_READ)
    if refused:
        raise _RowRefused(refused)
    return replace(found, dr_status=status)


def _file(values: dict[str, str]) -> str:
    if not values.get("file"):
        raise _CellRefused("The row names no file.", remedy="Fill the column 'file'.")
    return values["file"]


def _status(label: DrStatus, grade: int | None) -> DrStatus:
    """The label where there is one, else what the grade implies. Raises when the two contradict."""
    if grade is None:
        return label
    implied = DrStatus.DR if grade > 0 else DrStatus.NO_DR
    if label not in (DrStatus.NOT_READ, implied):
        raise _CellRefused(
            f"The label '{label.value}' contradicts the ICDR grade {grade}.",
            remedy="Correct one of the two: grade 0 is no_dr, grades 1 to 4 are dr.",
            code="contradiction",
        )
    return implied


def _chosen(values: dict[str, str], column: str, known: dict[str, Value], choices: str) -> Value:
    cell = values.get(column, "").lower()
    if cell not in known:
        raise _CellRefused(f"Column {column}: '{cell:.40}' is not known.", remedy=f"Use {choices}.")
    return known[cell]


def _number(values: dict[str, str], column: str, *, highest: int) -> int | None:
    cell = values.get(column, "")
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) < 4 and int(cell) <= highest):
        raise _CellRefused(
            f"Column {column}: '{cell:.40}' is no whole number from 0 to {highest}.",
            remedy="Correct the cell, or leave it empty when it is not known.",
        )
    return int(cell)


def _edema(values: dict[str, str]) -> int | None:
    """`dme_risk` as IDRiD has it, else `maculopathy`: 1 is near the fovea, and referred."""
    risk = _number(values, "dme_risk", highest=2)
    if risk is not None:
        return risk
    maculopathy = _number(values, "maculopathy", highest=1)
    return None if maculopathy is None else maculopathy * MacularEdema.REFERABLE


def _date(values: dict[str, str]) -> date | None:
    cell = values.get("exam_date", "")
    convert: Callable[[str], date] = date.fromisoformat
    try:
        return convert(cell) if cell else None
    except ValueError:
        raise _CellRefused(
            f"Column exam_date: '{cell:.40}' is no date.", remedy="Write it as 2024-03-31."
        ) from None


def _text(values: dict[str, str], column: str) -> str:
    cell = values.get(column, "")
    if len(cell) > TEXT_LIMITS[column] or not cell.isprintable():
        raise _CellRefused(
            f"Column {column}: longer than {TEXT_LIMITS[column]} characters, or not plain text.",
            remedy="Shorten it; for patients use a code, never a name.",
        )
    return cell


def _say_what_is_ignored(table: LabelTable, header: list[str]) -> None:
    unknown = [name for name in header if name and name not in READ_TOO]
    if unknown:
        table.problems.add(
            Problem(
                code="columns_ignored",
                file=table.title,
                row=1,
                message=f"Columns not used: {', '.join(unknown)[:200]}.",
                is_error=False,
            )
        )
