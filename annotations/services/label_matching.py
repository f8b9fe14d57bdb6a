"""Which row of a labels CSV is about which file of the same import."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from annotations.services.files import sha256_of_file
from annotations.services.image_names import base_name
from annotations.services.images_report import SourceFile
from annotations.services.labels_csv import LabelRow, LabelTable
from annotations.services.problems import Problem


def match_rows(table: LabelTable, files: Sequence[SourceFile]) -> tuple[dict[str, LabelRow], set[int]]:
    """Give each file's row by its base name, and the numbers of rows that fit several pictures.

    A row fits the file of its name, else one of the same stem. One that fits several files of different
    bytes is applied to none of them and reported: nobody can tell whose label it is.
    """
    fitting: dict[int, list[SourceFile]] = defaultdict(list)
    rows: dict[int, LabelRow] = {}
    for file in files:
        row = table.row_like(file.name)
        if row is not None:
            rows[row.row] = row
            fitting[row.row].append(file)
    matched: dict[str, LabelRow] = {}
    ambiguous: set[int] = set()
    for number, row in rows.items():
        exact = [file for file in fitting[number] if base_name(file.name) == base_name(row.file)]
        about = exact or fitting[number]
        if len(about) > 1 and len(contents := _contents(about)) > 1:
            ambiguous.add(number)
            table.problems.add(
                Problem(
                    code="ambiguous_file",
                    file=row.file,
                    row=number,
                    message=f"{len(contents)} different pictures of this import are called so; the row was "
                    "applied to none of them.",
                    remedy="Give each picture a name of its own, and each a row.",
                )
            )
            continue
        matched |= {base_name(file.name): row for file in about}
    return matched, ambiguous


def _contents(files: Sequence[SourceFile]) -> set[str]:
    contents = set()
    for file in files:
        with suppress(OSError):  # the import refuses such a file itself
            contents.add(sha256_of_file(file.path))
    return contents
