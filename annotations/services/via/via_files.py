"""Any VIA file to one stream of rows: version 1, 2 or 3, CSV or JSON, annotations or a whole project."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO
from urllib.parse import unquote

from annotations.services.data_in.text_files import BadTable, column_indexes, numbered_rows, open_text
from annotations.services.via.via3 import is_via_3_csv, rows_of_via_3_csv
from annotations.services.via.via_json import rows_of_json
from annotations.services.via.via_rows import ViaRow, cut_short
from core.spreadsheets import restored

COLUMNS = ("filename", "region_shape_attributes", "region_attributes")
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def rows_of_via(path: Path, *, title: str, until: float | None = None) -> Iterator[ViaRow]:
    """The rows of a VIA file, one by one. Raises BadTable, also while rows are read.

    Reading a JSON file beyond `until` (of the monotonic clock) raises OutOfTime.
    """
    with open_text(path, title=title) as text:
        begin = _beginning(text, title=title)
        if not begin.lstrip().startswith(("{", "[")):
            text.seek(0)
            first = begin.partition("\n")[0]
            if is_via_3_csv(first):
                yield from rows_of_via_3_csv(text, title=title)
            else:
                yield from _rows_of_csv(text, title=title, delimiter=_delimiter(first))
            return
    yield from rows_of_json(path, title=title, until=until)


def plain_name(name: str) -> str:
    """A file name as it may stand in a project; an address such as file:///C:/my%20eye.jpg is spelled out."""
    return unquote(name) if _ADDRESS.match(name.strip()) else name


def _beginning(text: TextIO, *, title: str) -> str:
    try:
        return text.read(4096)
    except UnicodeError as error:
        raise BadTable(
            f"{title} is no text in UTF-8.",
            remedy="Export the file from VIA again, or save it in UTF-8.",
            detail={"file": title, "row": 1},
        ) from error


def _delimiter(header: str) -> str:
    """What separates the cells: a spreadsheet that was set to French or Spanish saves with semicolons."""
    return ";" if header.count(";") > header.count(",") else ","


def _rows_of_csv(text: TextIO, *, title: str, delimiter: str) -> Iterator[ViaRow]:
    """The rows of a VIA 1 or 2 CSV."""
    rows = numbered_rows(text, title=title, delimiter=delimiter)
    _, names = next(rows, (1, []))
    header = [name.strip().lstrip("#").strip().lower() for name in names]
    file_at, shape_at, attributes_at = column_indexes(header, COLUMNS, title=title)
    about_at = header.index("file_attributes") if "file_attributes" in header else None
    needed = max(file_at, shape_at, attributes_at)
    for row, cells in rows:
        if len(cells) <= needed:
            yield ViaRow(row, cells[file_at] if file_at < len(cells) else "", fault=cut_short(cells))
            continue
        about = cells[about_at] if about_at is not None else ""
        yield ViaRow(row, restored(cells[file_at]), cells[shape_at], cells[attributes_at], about)
