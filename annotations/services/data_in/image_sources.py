"""Looks through what people bring: which files are pictures, which are tables, which are neither."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from annotations.services.data_in.image_names import stem
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.problems import Problem
from core.errors import Invalid
from imaging.file_kinds import is_dicom

DICOM_ENDINGS = frozenset({".dcm", ".dicom", ".dic"})
PICTURE_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".bmp"}) | DICOM_ENDINGS
TABLE_ENDINGS = frozenset({".csv", ".txt"})
MASK = re.compile(r"(?P<image>.+)_(?P<code>HE|EX|SE|MA|OD)$", re.IGNORECASE)
MASK_ENDINGS = frozenset({".tif", ".tiff", ".png"})


class NothingToImport(Invalid):
    """There is no file of the wanted kind."""

    code = "nothing_to_import"


@dataclass(slots=True)
class Sources:
    """Files by what they are; `notes` says why some were left out."""

    pictures: list[SourceFile] = field(default_factory=list)
    tables: list[SourceFile] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def sources_in(folder: Path, *, above: str = "") -> Sources:
    """All files in a folder and below, sorted; hidden ones don't count. Raises NothingToImport."""
    if not folder.is_dir():
        raise NothingToImport(f"There is no folder {folder}.", remedy="Check the path.")
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    return sorted_out(_source(path, path.relative_to(folder), above) for path in paths)


def sorted_out(files: Iterable[SourceFile]) -> Sources:
    """Tell pictures, tables and other files apart; masks that lie beside their photograph are left out."""
    found = Sources()
    for file in files:
        if is_picture(file):
            found.pictures.append(file)
        elif PurePosixPath(file.name).suffix.lower() in TABLE_ENDINGS:
            found.tables.append(file)
        else:
            found.notes.append(_left_out(file, "not_a_picture", "No picture by its name."))
    photographs = {stem(file.name) for file in found.pictures}
    masks = [file for file in found.pictures if _is_mask(file, photographs)]
    found.notes += [
        _left_out(file, "mask_left_out", "A mask, not a photograph.", masks=True) for file in masks
    ]
    left_out = set(masks)
    found.pictures = [file for file in found.pictures if file not in left_out]
    return found


def is_picture(file: SourceFile) -> bool:
    """By its ending; DICOM files often have none, or end like a number."""
    ending = PurePosixPath(file.name).suffix.lower()
    if ending in PICTURE_ENDINGS:
        return True
    return (not ending or ending[1:].isdigit()) and file.path.is_file() and is_dicom(file.path)


def list_pictures(folder: Path) -> list[SourceFile]:
    """The pictures in a folder and below. Raises NothingToImport."""
    found = sources_in(folder)
    if not found.pictures:
        raise no_picture(str(folder))
    return found.pictures


def no_picture(where: str) -> NothingToImport:
    """What to say when there is none."""
    return NothingToImport(
        f"There is no picture in {where}.",
        remedy=f"Its files must end in one of: {', '.join(sorted(PICTURE_ENDINGS))}.",
    )


def source_named(name: str, path: Path) -> SourceFile:
    """A file by its name with folders, as the page sends it."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return SourceFile(name=parts[-1] if parts else "unnamed", path=path, folder="/".join(parts[:-1]))


def _source(path: Path, relative: Path, above: str) -> SourceFile:
    folders = [above, *relative.parts[:-1]] if above else list(relative.parts[:-1])
    return SourceFile(name=path.name, path=path, folder="/".join(folders))


def _is_mask(file: SourceFile, photographs: set[str]) -> bool:
    """`IDRiD_01_MA.tif` beside `IDRiD_01.jpg`."""
    found = MASK.fullmatch(stem(file.name))
    ending = PurePosixPath(file.name).suffix.lower()
    return found is not None and ending in MASK_ENDINGS and found["image"] in photographs


def _left_out(file: SourceFile, code: str, message: str, *, masks: bool = False) -> Problem:
    remedy = "Import masks as masks, once the photographs are in." if masks else ""
    return Problem(code=code, file=file.shown, message=message, remedy=remedy, is_error=False)
