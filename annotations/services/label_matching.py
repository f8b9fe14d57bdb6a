"""Which row of which table is about which file of the same import."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress

from annotations.services.data_in.image_names import base_name, stem
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.labels_csv import LabelRow, LabelTable
from annotations.services.data_in.problems import Problem
from annotations.services.files import sha256_of_file

Fit = tuple[bool, int]
"""Whether the ending fits too, and how many of the folders above: the larger, the better."""


def match_rows(
    table: LabelTable, files: Sequence[SourceFile]
) -> tuple[dict[SourceFile, LabelRow], set[LabelRow]]:
    """Give each file's row, and the rows that were refused because they fit several pictures.

    A row fits the file of its name, else one of the same stem; among files of one name, those whose folders
    fit too. One that still fits several files of different bytes is applied to none of them and reported:
    nobody can tell whose label it is.
    """
    files_by_stem: dict[str, list[SourceFile]] = defaultdict(list)
    for file in files:
        files_by_stem[stem(file.name)].append(file)
    rows_of: dict[SourceFile, list[tuple[Fit, LabelRow]]] = defaultdict(list)
    refused = set()
    for row in table.rows.values():
        fits = {file: _fit(row, file) for file in files_by_stem.get(stem(row.file), ())}
        about = [file for file, fit in fits.items() if fit == max(fits.values())]
        if len(about) > 1 and (contents := _contents(about)) > 1:
            refused.add(row)
            table.problems.add(_ambiguous(row, contents))
            continue
        for file in about:
            rows_of[file].append((fits[file], row))
    best = {file: _only_best(rows) for file, rows in rows_of.items()}
    return {file: row for file, row in best.items() if row is not None}, refused


def _fit(row: LabelRow, file: SourceFile) -> Fit:
    asked, own = _folders(row.file), _folders(file.shown)
    same = 0
    while same < min(len(asked), len(own)) and asked[-1 - same] == own[-1 - same]:
        same += 1
    return base_name(row.file) == base_name(file.name), same


def _folders(path: str) -> list[str]:
    return path.strip().replace("\\", "/").lower().split("/")[:-1]


def _only_best(rows: list[tuple[Fit, LabelRow]]) -> LabelRow | None:
    best = max(fit for fit, _ in rows)
    fitting = [row for fit, row in rows if fit == best]
    return fitting[0] if len(fitting) == 1 else None


def _contents(files: Iterable[SourceFile]) -> int:
    contents = set()
    for file in files:
        with suppress(OSError):  # the import refuses such a file itself
            contents.add(sha256_of_file(file.path))
    return len(contents)


def _ambiguous(row: LabelRow, contents: int) -> Problem:
    return Problem(
        code="ambiguous_file",
        file=row.file,
        row=row.row,
        message=f"{contents} different pictures of this import are called so; the row was applied to none of "
        "them.",
        remedy="Write the folder too, as in folder/name.jpg, or give each picture a name of its own.",
    )
