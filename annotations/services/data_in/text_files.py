"""CSV files that people bring: which encoding, which columns, rows with their numbers."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from core.errors import DomainError

MAX_CELL_CHARS = 1 << 20
MAX_RECORD_CHARS = 8 << 20  # of one row, line ends in its cells included
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
    with open_text(path, title=title) as text:
        rows = numbered_rows(text, title=title)
        _, header = next(rows, (1, []))
        yield [name.strip().lstrip("#").strip().lower() for name in header], rows


@contextmanager
def open_text(path: Path, *, title: str) -> Iterator[TextIO]:
    """Open a text file in the encoding that its first bytes tell. Raises BadTable."""
    encoding = encoding_of(path, title=title)
    with path.open(encoding=encoding, newline="") as text:
        yield text


def encoding_of(path: Path, *, title: str) -> str:
    """UTF-16 when the file begins with its mark, else UTF-8. Raises BadTable."""
    try:
        with path.open("rb") as raw:
            return BOMS.get(raw.read(2), "utf-8-sig")
    except OSError as error:
        raise BadTable(
            f"{title} can't be opened: {error.strerror}.",
            remedy="Check the path, and that you may read the file.",
            detail={"file": title},
        ) from error


def column_indexes(header: list[str], needed: tuple[str, ...], *, title: str, row: int = 1) -> list[int]:
    """Where each needed column is; raises MissingColumn."""
    missing = [name for name in needed if name not in header]
    if missing:
        found = ", ".join(header)[:200] or "none"
        raise MissingColumn(
            f"{title}, row {row}: no column {', '.join(repr(name) for name in missing)}.",
            remedy=f"Export the file again with its header. Columns found: {found}.",
            detail={"file": title, "row": row, "missing": missing},
        )
    return [header.index(name) for name in needed]


class _Lines:
    """The lines of a text, none endless; `chars` counts those read since it was last set to 0."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.chars = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_RECORD_CHARS)
        if not line:
            raise StopIteration
        if "\0" in line:
            raise csv.Error("it contains NUL")
        self.chars += len(line)
        if self.chars >= MAX_RECORD_CHARS:
            raise csv.Error(f"it has more than {MAX_RECORD_CHARS:,} characters")
        return line


def numbered_rows(text: TextIO, *, title: str, after_row: int = 0, delimiter: str = ",") -> Rows:
    """Rows with their numbers, counted as a spreadsheet does; empty ones are left out. Raises BadTable."""
    csv.field_size_limit(MAX_CELL_CHARS)
    lines = _Lines(text)
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    row = after_row
    while True:
        row += 1
        lines.chars = 0
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
