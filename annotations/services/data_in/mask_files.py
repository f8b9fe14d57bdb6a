"""Which file of a dataset is whose mask: `<stem>_<CLASS>.png` or `.tif`, or one indexed file `<stem>.png`."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from annotations.services.data_in.image_names import ImageNames, ImageSize
from annotations.services.data_in.images_report import SourceFile
from annotations.services.data_in.problems import Problem, ProblemLog
from core.errors import Invalid

MASK_ENDINGS = frozenset({".png", ".tif", ".tiff"})
PHOTO_ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".bmp"})
PHOTO_FOLDER = re.compile(r"(\d+\. ?)?(original )?images", re.IGNORECASE)  # IDRiD's: "1. Original Images"
MEANING = "classes.json"  # what the numbers of indexed masks mean
LOOKED_FOR = "looked_for.json"  # and the classes that were looked for in each image, by the mask's stem
LARGEST_MEANING_BYTES = 16 << 20
NO_LESIONS = {"od": "the optic disc"}  # what datasets outline besides lesions


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFile:
    """One file of one image's masks: of one class, or (`code` empty) indexed."""

    name: str
    path: Path
    code: str


@dataclass(slots=True, kw_only=True)
class MaskFiles:
    """The mask files of each image, by its id; `refused` are images that something is wrong with."""

    of: dict[ImageSize, list[MaskFile]] = field(default_factory=lambda: defaultdict(list))
    refused: set[ImageSize] = field(default_factory=set)


def split_folder(folder: Path) -> tuple[list[SourceFile], list[SourceFile]]:
    """The mask files and the photographs of a dataset's folder and below, each sorted by path.

    Photographs are what lies in a folder called `images` (or IDRiD's `1. Original Images`), and what no mask
    can be: JPEG and BMP.
    """
    masks, photos = [], []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        ending = path.suffix.lower()
        among_photos = any(PHOTO_FOLDER.fullmatch(part) for part in inside.parts[:-1])
        file = SourceFile(name=path.name, path=path)
        if ending in PHOTO_ENDINGS or (among_photos and ending in MASK_ENDINGS):
            photos.append(file)
        elif ending in MASK_ENDINGS:
            masks.append(file)
    return masks, photos


def read_index(text: str, *, codes: Mapping[str, str]) -> dict[int, str]:
    """What the numbers of indexed masks mean, from `1=HE,2=EX`; raises Invalid. `codes` as `sort_masks`."""
    index: dict[int, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        number, _, name = (part.strip() for part in pair.partition("="))
        code = codes.get(name.lower())
        if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) < 65_536) or code is None:
            raise Invalid(
                f"'{pair:.40}' does not say which class a number stands for.",
                remedy="Write for example 1=HE,2=EX, with codes of this project; 0 is background.",
            )
        index[int(number)] = code
    return index


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What lies beside indexed masks: their numbers as `1=HE,2=EX`, and the classes looked for by stem."""

    index: str = ""
    looked_for: Mapping[str, list[str]] = field(default_factory=dict)


def meaning_beside(folder: Path) -> Meaning:
    """What `export_masks --indexed` has said in or below the folder, all files together.

    Raises Invalid where two files say different things of the numbers.
    """
    found = [one for path in sorted(folder.rglob(MEANING)) if (one := _read_meaning(path))]
    if len({one.index for one in found}) > 1:
        raise Invalid(
            f"Two files {MEANING} say different things of what the numbers of masks mean.",
            remedy="Import their masks one after the other, or say what the numbers mean.",
        )
    looked_for = {stem: codes for one in found for stem, codes in one.looked_for.items()}
    return Meaning(index=found[0].index if found else "", looked_for=looked_for)


def _read_meaning(path: Path) -> Meaning | None:
    said, looked_for = _read_json(path), _read_json(path.with_name(LOOKED_FOR))
    numbers = {int(key): str(code) for key, code in said.items() if key.isdecimal() and int(key)}
    if not numbers:
        return None
    lists = {stem.lower(): codes for stem, codes in looked_for.items() if isinstance(codes, list)}
    return Meaning(
        index=",".join(f"{number}={code}" for number, code in sorted(numbers.items())),
        looked_for={stem: [str(code) for code in codes] for stem, codes in lists.items()},
    )


def _read_json(path: Path) -> dict[str, Any]:
    """The object in a small file; empty when there is none."""
    try:
        if path.stat().st_size > LARGEST_MEANING_BYTES:
            return {}
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def sort_masks(
    files: Sequence[SourceFile],
    *,
    names: ImageNames,
    codes: Mapping[str, str],
    indexed: bool,
    problems: ProblemLog,
) -> MaskFiles:
    """Give each image its mask files. `codes` maps lower-case class codes to codes."""
    sorting = _Sorting(names=names, codes=codes, indexed=indexed, problems=problems)
    for file in files:
        sorting.take(file)
    return sorting.found


@dataclass(slots=True, kw_only=True)
class _Sorting:
    names: ImageNames
    codes: Mapping[str, str]
    indexed: bool
    problems: ProblemLog
    found: MaskFiles = field(default_factory=MaskFiles)

    def take(self, file: SourceFile) -> None:
        """Find out whose mask a file is; say so when it is nobody's."""
        stem = PurePath(file.name).stem
        base, _, ending = stem.rpartition("_")
        code = self.codes.get(ending.lower()) if base else None
        image = self._image(base) if base else None
        if code and isinstance(image, ImageSize):
            self._add(image, MaskFile(name=file.name, path=file.path, code=code))
            return
        whole = self._image(stem)
        if isinstance(whole, ImageSize):
            self._take_whole(whole, file)
        elif isinstance(image, ImageSize):
            self._say_no_class(file, ending)
        else:
            wrong = image if code and image is not None else whole
            self.problems.add(
                Problem(code=wrong.code, file=file.name, message=wrong.message, remedy=wrong.remedy)
            )

    def _image(self, stem: str) -> ImageSize | Problem:
        return self.names.find_stem(stem)

    def _take_whole(self, image: ImageSize, file: SourceFile) -> None:
        if self.indexed:
            self._add(image, MaskFile(name=file.name, path=file.path, code=""))
            return
        self.problems.add(
            Problem(
                code="no_class",
                file=file.name,
                message="The name holds no lesion class; the file was left out.",
                remedy="If it is an indexed mask, say what its numbers mean, for example 1=HE,2=EX.",
                is_error=False,
            )
        )

    def _say_no_class(self, file: SourceFile, ending: str) -> None:
        what = NO_LESIONS.get(ending.lower())
        if what:
            message, remedy = f"It outlines {what}, no lesion; the file was left out.", ""
        else:
            message = f"'{ending:.40}' is no lesion class of this project."
            remedy = f"Use one of: {', '.join(sorted(set(self.codes.values())))}."
        self.problems.add(
            Problem(
                code="no_lesion" if what else "unknown_class",
                file=file.name,
                message=message,
                remedy=remedy,
                is_error=not what,
            )
        )

    def _add(self, image: ImageSize, file: MaskFile) -> None:
        others = self.found.of[image]
        clash = next((one for one in others if one.code == file.code or not (one.code and file.code)), None)
        others.append(file)
        if clash is None:
            return
        self.found.refused.add(image)
        self.problems.add(
            Problem(
                code="duplicate_mask",
                file=file.name,
                message=f"'{clash.name}' holds the same class of the same image; nothing of this image was "
                "imported.",
                remedy="Keep one of the two files.",
            )
        )
