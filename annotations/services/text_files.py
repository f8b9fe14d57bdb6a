"""CSV files that people bring: which encoding, which columns, rows with their numbers."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import DomainError

MAX_CELL_CHARS = 1 << 20
MAX_ROWS = 2_000_000
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class BadTable(DomainError):
    """The file as a whole can't be read as the table that it should be."""

    code = "bad_table"


class MissingColumn(BadTable):
    """The table's header lacks a column that is needed."""

    code = "missing_column"


Rows = Iterator[tuple[int, list[str]]]


@contextmanager
def open_table(path: Path, *, title: str) -> Iterator[tuple[list[str], Rows]]:
    """Give the header's names (lower case, without `#` and blanks) and the rows with their numbers.

    UTF-8 with or without BOM, or UTF-16 with one; nothing is guessed. Rows are read one by one. Raises
    BadTable, also while rows are read.
    """
    csv.field_size_limit(MAX_CELL_CHARS)
    try:
        with path.open("rb") as raw:
            encoding = BOMS.get(raw.read(2), "utf-8-sig")
    except OSError as error:
        raise BadTable(
            f"{title} can't be opened: {error.strerror}.",
            remedy="Check the path, and that you may read the file.",
            detail={"file": title},
        ) from error
    with path.open(encoding=encoding, newline="") as text:
        rows = _numbered(csv.reader(_without_nul(text), strict=True), title=title)
        _, header = next(rows, (1, []))
        yield [name.strip().lstrip("#").strip().lower() for name in header], rows


def column_indexes(header: list[str], needed: tuple[str, ...], *, title: str) -> list[int]:
    """Where each needed column is; raises MissingColumn."""
    missing = [name for name in needed if name not in header]
    if missing:
        found = ", ".join(header)[:200] or "none"
        raise MissingColumn(
            f"{title}, row 1: no column {', '.join(repr(name) for name in missing)}.",
            remedy=f"Export the file again with its header. Columns found: {found}.",
            detail={"file": title, "row": 1, "missing": missing},
        )
    return [header.index(name) for name in needed]


def _without_nul(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise csv.Error("it contains NUL")
        yield line


def _numbered(reader: Iterator[list[str]], *, title: str) -> Rows:
    row = 0
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError as error:
            raise BadTable(
                f"{title}, near row {row}: the file is not UTF-8 text.",
                remedy="Save it as CSV in UTF-8 and import that.",
                detail={"file": title, "row": row},
            ) from error
        except (csv.Error, UnicodeError) as error:
            raise BadTable(
                f"{title}, row {row}: not readable as CSV ({error}).",
                remedy="Export the file again, or mend this row.",
                detail={"file": title, "row": row},
            ) from error
        if row > MAX_ROWS:
            raise BadTable(
                f"{title} has more than {MAX_ROWS:,} rows.",
                remedy="Split the file and import its parts.",
                detail={"file": title, "row": row},
            )
        if cells:
            yield row, cells
