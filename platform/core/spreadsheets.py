"""Text cells that no spreadsheet runs as a formula, and the way back.

A cell that begins like a formula (with = + - @, a tab or a line end, also after apostrophes) leaves with an
apostrophe before it, as spreadsheets themselves mark text. Importers take that apostrophe off again, so a
file's names survive the round trip. Numbers are never touched.
"""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def inert(cell: str) -> str:
    """The text as a cell that is never run."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The text that `inert` was given."""
    return cell[1:] if cell[:1] == "'" and FORMULA.match(cell) else cell
