"""Reads a whole VIA file, checks every row, and sets the good regions aside in a temporary file.

Nothing is written to the database here, so a file with a bad row costs nobody a lock; what is kept in
memory does not grow with the number of regions but for 8 bytes each, against repeated rows.
"""

import json
import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from annotations.services.data_in.image_names import ImageNames, ImageSize
from annotations.services.data_in.problems import Problem
from annotations.services.data_in.text_files import MAX_ROWS, BadTable
from annotations.services.data_in.writing import Progress
from annotations.services.via.refused_rows import RefusedRows
from annotations.services.via.scanned import CHUNK, FoundRegion, ViaScan
from annotations.services.via.via_classes import LOOKED_AT, ClassTable, guess_attribute
from annotations.services.via.via_files import plain_name, rows_of_via
from annotations.services.via.via_mapping import MAX_MAPPED, ViaMapping
from annotations.services.via.via_options import OptionNames, option_name, read_option_names
from annotations.services.via.via_rows import (
    Cell,
    RowRefused,
    ViaRow,
    class_text,
    read_attributes,
    read_drawing,
    read_shape,
)
from imaging.errors import InvalidShape
from imaging.shapes import Polygon, Shape, check_within, is_partly_outside

MAX_KNOWN_CELLS = 20_000  # attribute cells whose meaning is remembered; most files repeat a few
MAX_FILE_ATTRIBUTES_CHARS = 64 << 20  # of all images together


def scan_via(
    path: Path,
    *,
    title: str,
    names: ImageNames,
    classes: ClassTable,
    mapping: ViaMapping,
    progress: Progress,
) -> ViaScan:
    """Read and check a VIA file. Raises BadTable when the file as a whole can't be read."""
    scan = ViaScan()
    try:
        first_rows = islice(rows_of_via(path, title=title), LOOKED_AT)
        options = read_option_names(path, title=title)
        scan.attribute = guess_attribute(
            first_rows,
            classes=classes,
            wanted=mapping.attribute,
            options=options,
            remembered=mapping.remembered_classes,
        )
        scanner = _Scanner(
            scan=scan,
            names=names,
            classes=classes,
            mapping=mapping.of(scan.attribute),
            options=options,
            title=title,
        )
        scanner.read(rows_of_via(path, title=title), total=_lines(path), progress=progress)
    except BaseException:
        scan.__exit__()
        raise
    return scan


class _Attributes(NamedTuple):
    """The attributes of a region, the class they mean (None: left out), and what tells them apart."""

    values: dict[str, Any]
    code: str | None
    text: str
    identity: int


@dataclass(slots=True, kw_only=True)
class _Scanner:
    scan: ViaScan
    names: ImageNames
    classes: ClassTable
    mapping: ViaMapping
    options: OptionNames
    title: str
    images: dict[str, ImageSize | Problem] = field(default_factory=dict)
    known: dict[str, _Attributes | RowRefused] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    name_of_image: dict[int, str] = field(default_factory=dict)
    about_chars: int = 0
    refused: RefusedRows = field(init=False)

    def __post_init__(self) -> None:
        self.refused = RefusedRows(log=self.scan.problems)

    def read(self, rows: Iterable[ViaRow], *, total: int, progress: Progress) -> None:
        """Check all rows and set the good ones aside."""
        waiting: list[FoundRegion] = []
        last, numbered = 0, True  # a JSON file counts the regions of each image from 1
        for count, row in enumerate(rows, start=1):
            if count > MAX_ROWS:
                raise _too_large(self.title, f"{MAX_ROWS:,} regions")
            if row.row is not None:
                numbered, last = numbered and row.row > last, row.row
            try:
                found = self._region(row)
            except RowRefused as refused:
                self.refused.refuse(row, refused)
                continue
            if found is not None:
                waiting.append(found)
            if len(waiting) >= CHUNK:
                self.scan.keep(waiting)
                waiting = []
                progress(count, max(total, count), f"{count:,} rows read")
        self.scan.keep(waiting)
        self.refused.sum_up(numbered=numbered)

    def _region(self, row: ViaRow) -> FoundRegion | None:
        """Give the row's region; None when it has none, or one that is not wanted. Raises RowRefused."""
        self.scan.rows += row.shape is not None
        if row.fault is not None:
            raise row.fault
        drawn = {} if row.shape is None else read_drawing(row.shape)
        if not drawn:
            self.scan.rows_without_region += row.shape is not None
            self._note_file(row)
            return None
        try:
            attributes = self._attributes(row.attributes)
        except RowRefused:
            self._place(row, drawn)  # what is wrong with its image or its shape is said first
            raise
        if attributes.code is None:
            self.scan.left_out[attributes.text] += 1
            return None
        image, shape = self._place(row, drawn)
        self._check_place(row, shape, image)
        if row.file_attributes not in ("", "{}"):
            self._note_about(image.image_id, row.file_attributes)
        if self._is_repeated(row, image, shape, attributes):
            return None
        self.scan.regions_of[image.image_id] += 1
        self.scan.codes.add(attributes.code)
        return FoundRegion(image.image_id, attributes.code, shape.kind, shape.to_json(), attributes.values)

    def _place(self, row: ViaRow, drawn: Mapping[str, Any]) -> tuple[ImageSize, Shape]:
        """In which image the region lies, and its shape. Raises RowRefused."""
        image = self._image(row.file)
        return image, read_shape(drawn, close_polylines=bool(self.mapping.close_polylines))

    def _attributes(self, cell: Cell) -> _Attributes:
        """The attributes of a cell, read once for all regions that share it. Raises RowRefused."""
        key = cell if isinstance(cell, str) else json.dumps(cell, sort_keys=True)
        found = self.known.get(key)
        if found is None:
            try:
                found = self._read_attributes(cell)
            except RowRefused as refused:
                found = refused
            if len(self.known) < MAX_KNOWN_CELLS:
                self.known[key] = found
        if isinstance(found, RowRefused):
            raise found
        return found

    def _read_attributes(self, cell: Cell) -> _Attributes:
        values = read_attributes(cell)
        text = class_text(values, self.scan.attribute)
        code = self.classes.code_of(
            text,
            attribute=self.scan.attribute,
            mapped=self.mapping.classes,
            called=option_name(self.options, attribute=self.scan.attribute, option=text),
        )
        if len(self.scan.meanings) < MAX_MAPPED:
            self.scan.meanings[text] = code or ""
        return _Attributes(values, code, text, hash(json.dumps(values, sort_keys=True)))

    def _note_file(self, row: ViaRow) -> None:
        """Keep what a row without a region says of its image, if that is one of the project's."""
        if row.file_attributes not in ("", "{}", {}):
            image = self.images.get(row.file) or self.names.find(plain_name(row.file))
            if not isinstance(image, Problem):
                self._note_about(image.image_id, row.file_attributes)

    def _note_about(self, image_id: int, cell: Cell) -> None:
        """Keep an image's attributes, those of its first row. Raises RowRefused, BadTable."""
        if image_id in self.scan.file_attributes:
            return
        values = read_attributes(cell, "file_attributes")
        if values:
            self.about_chars += len(json.dumps(values))
            if self.about_chars > MAX_FILE_ATTRIBUTES_CHARS:
                raise _too_large(self.title, f"{MAX_FILE_ATTRIBUTES_CHARS >> 20} MB of file attributes")
            self.scan.file_attributes[image_id] = values

    def _image(self, name: str) -> ImageSize:
        found = self.images.get(name)
        if found is None:
            found = self.images[name] = self._one_name(name, self.names.find(plain_name(name)))
        if isinstance(found, Problem):
            raise RowRefused(found.code, found.message, found.remedy)
        return found

    def _one_name(self, name: str, found: ImageSize | Problem) -> ImageSize | Problem:
        """Refuse a second file's name for one image: two files' labels never become one set."""
        if isinstance(found, Problem):
            return found
        first = self.name_of_image.setdefault(found.image_id, name)
        if first == name:
            return found
        if _may_be_one_file(first, name):
            self.name_of_image[found.image_id] = max(first, name, key=len)
            message = f"'{name}' is taken for the same image as '{first}', which this file labels too."
            self.scan.problems.add(Problem(code="two_names", file=name, message=message, is_error=False))
            return found
        return Problem(
            code="same_image",
            message=f"'{name}' is the same image as '{first}', which this file labels too.",
            remedy="Keep the rows of one of the two names.",
        )

    def _check_place(self, row: ViaRow, shape: Shape, image: ImageSize) -> None:
        try:
            check_within(shape, width=image.width, height=image.height)
        except InvalidShape as error:
            raise RowRefused(error.code, error.message, error.remedy) from error
        if is_partly_outside(shape, width=image.width, height=image.height):
            self._note(
                row,
                "partly_outside",
                "The image's border cuts the region: it is kept as drawn, its mask is clipped.",
            )

    def _is_repeated(self, row: ViaRow, image: ImageSize, shape: Shape, attributes: _Attributes) -> bool:
        key = _fingerprint(image.image_id, attributes.code or "", shape, attributes.identity)
        if key not in self.seen:
            self.seen.add(key)
            return False
        self._note(row, "duplicate_row", "The same region stands in an earlier row; it is taken once.")
        return True

    def _note(self, row: ViaRow, code: str, message: str) -> None:
        self.scan.problems.add(
            Problem(code=code, file=row.file, row=row.row, message=message, is_error=False)
        )


def _may_be_one_file(name: str, other: str) -> bool:
    """Whether one name is the other with (more of) its folders; `a/x.jpg` and `b/x.jpg` are two files."""
    short, long = sorted((_parts(name), _parts(other)), key=len)
    return long[-len(short) :] == short


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[/\\]", plain_name(name).strip().lower()) if part]


def _too_large(title: str, what: str) -> BadTable:
    return BadTable(
        f"{title} has more than {what}.",
        remedy="Split the file and import its parts.",
        detail={"file": title},
    )


def _fingerprint(image_id: int, code: str, shape: Shape, attributes: int) -> int:
    """64 bits that tell regions apart. Over bytes: Python's own hash of -1 is that of -2."""
    numbers: Iterable[float] = (
        [number for point in shape.points for number in point]
        if isinstance(shape, Polygon)
        else shape.to_json().values()
    )
    return hash((image_id, code, attributes, shape.kind, array("d", numbers).tobytes()))


def _lines(path: Path) -> int:
    """Line ends of a file: about its rows, for the progress bar."""
    with path.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))
