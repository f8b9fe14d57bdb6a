"""Recognises what is known of images in a folder: tables by their headers, public data sets by their folders.

A table is about the pictures at or below the nearest folder above it that has any: so IDRiD's
"2. Groundtruths" speaks of "1. Original Images" beside it. IDRiD's tables of the training and the testing set
name the same files; each is about the folder whose name says so. Rahim's data set says the grade by folder.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from annotations.services.data_in.file_name_pattern import file_name_pattern
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.labels_csv import LabelRow, LabelTable, is_label_table, read_labels
from annotations.states import DrStatus, Eye

SETS = ("train", "test")
RAHIM_FOLDER = "DR and maculopathy 10 classes"
RAHIM_CLASS = re.compile(r"(\d{1,2})\s*-\s*\S.*")
RAHIM_GRADES = {1: 0, 2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3, 8: 4, 9: 4, 10: None}
RAHIM_NAMES = file_name_pattern("{patient}_{eye}")


@dataclass(frozen=True, slots=True)
class ScopedTable:
    """A labels table and the files that it is about. `everywhere`: other rows may be about known images."""

    table: LabelTable
    files: Sequence[SourceFile]
    everywhere: bool = True


def recognised_tables(
    tables: Sequence[SourceFile], pictures: Sequence[SourceFile]
) -> tuple[list[ScopedTable], list[SourceFile]]:
    """The label tables among some tables, each with its pictures; and the tables that are none.

    Raises BadTable.
    """
    known = [table for table in tables if is_label_table(table.path)]
    found = [
        ScopedTable(
            read_labels(table.path, title=table.name),
            _pictures_of(table, pictures),
            everywhere=len(known) == 1,
        )
        for table in known
    ]
    if (folders := _rahim_table(pictures)) is not None:
        found.append(ScopedTable(folders, pictures, everywhere=False))
    return found, [table for table in tables if table not in known]


def _pictures_of(table: SourceFile, pictures: Sequence[SourceFile]) -> list[SourceFile]:
    folder = PurePosixPath(table.folder)
    near: list[SourceFile] = []
    for above in (folder, *folder.parents):
        near = [one for one in pictures if PurePosixPath(one.folder).is_relative_to(above)]
        if near:
            break
    named = [word for word in SETS if word in table.name.lower()]
    if len(named) == 1:
        of_set = [one for one in near if named[0] in one.folder.lower()]
        others = [one for one in near if any(word in one.folder.lower() for word in SETS if word != named[0])]
        if of_set or others:
            return of_set
    return near


def _rahim_table(pictures: Sequence[SourceFile]) -> LabelTable | None:
    rows = [row for number, one in enumerate(pictures, 1) if (row := _rahim_row(number, one)) is not None]
    if not rows:
        return None
    said = "\n".join(f"{row.file} {row.icdr_grade}" for row in rows)
    table = LabelTable(title=f"folders of {RAHIM_FOLDER}", sha256=hashlib.sha256(said.encode()).hexdigest())
    for row in rows:
        table.add(row)
    return table


def _rahim_row(number: int, picture: SourceFile) -> LabelRow | None:
    folders = picture.folder.split("/")
    if len(folders) < 2 or folders[-2].lower() != RAHIM_FOLDER.lower():
        return None
    found = RAHIM_CLASS.fullmatch(folders[-1])
    if found is None or int(found[1]) not in RAHIM_GRADES:
        return None
    grade = RAHIM_GRADES[int(found[1])]
    told = RAHIM_NAMES.read(picture.name)
    return LabelRow(
        row=number,
        file=picture.shown,
        patient=told.patient if told else "",
        eye=told.eye if told else Eye.UNKNOWN,
        dr_status=DrStatus.NO_DR if grade == 0 else DrStatus.DR,
        icdr_grade=grade,
    )
