"""Reads a whole VIA CSV, checks every row, and sets the good regions aside in a temporary file.

Nothing is written to the database here, so a file with a bad row costs nobody a lock; what is kept in
memory does not grow with the number of regions but for 8 bytes each, against repeated rows.
"""

import json
import tempfile
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from annotations.services.image_names import ImageNames, ImageSize
from annotations.services.problems import Problem, ProblemLog
from annotations.services.text_files import Rows, column_indexes, open_table
from annotations.services.via_rows import COLUMNS, RowRefused, ViaRegion, class_codes, read_region
from annotations.services.writing import Progress
from imaging.errors import InvalidShape
from imaging.shapes import Polygon, Shape, check_within, is_partly_outside

CHUNK = 2_000


class FoundRegion(NamedTuple):
    """One good region: whose image, which class code, which shape."""

    image_id: int
    code: str
    shape: str
    geometry: dict[str, object]


@dataclass(slots=True, kw_only=True)
class ClassTable:
    """The project's lesion classes: code to name of those switched on, and of those switched off."""

    enabled: Mapping[str, str]
    disabled: Mapping[str, str]
    _enabled_names: dict[str, str] = field(init=False)
    _disabled_names: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self._enabled_names = class_codes(self.enabled)
        self._disabled_names = class_codes(self.disabled)

    def code_of(self, name: str) -> str:
        """Give the code of a class named in a file; raises RowRefused (unknown_class, class_disabled)."""
        code = self._enabled_names.get(name) or self._enabled_names.get(name.lower())
        if code is not None:
            return code
        if name.lower() in self._disabled_names:
            raise RowRefused(
                "class_disabled",
                f"The class '{name:.60}' is switched off in this project.",
                "An administrator can switch it on (manage.py lesion_classes --enable "
                f"{self._disabled_names[name.lower()]}); or delete the region.",
            )
        raise RowRefused(
            "unknown_class",
            f"'{name:.60}' is no lesion class of this project.",
            f"Use one of: {', '.join(self.enabled.values())}; or their codes {', '.join(self.enabled)}.",
        )


def _temporary_text() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@dataclass(slots=True, kw_only=True)
class ViaScan:
    """What a VIA file holds. Use as a context manager: the regions lie in a temporary file until it ends."""

    problems: ProblemLog = field(default_factory=ProblemLog)
    regions_of: Counter[int] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    rows: int = 0
    rows_without_region: int = 0
    _chunks: IO[str] = field(default_factory=_temporary_text)

    def __enter__(self) -> "ViaScan":
        return self

    def __exit__(self, *_: object) -> None:
        self._chunks.close()

    def keep(self, regions: list[FoundRegion]) -> None:
        """Set good regions aside."""
        if regions:
            json.dump(regions, self._chunks, separators=(",", ":"))
            self._chunks.write("\n")

    def chunks(self) -> Iterator[list[FoundRegion]]:
        """Give the good regions back, a few thousand at a time, in the order of the file."""
        self._chunks.flush()
        self._chunks.seek(0)
        for line in self._chunks:
            yield [FoundRegion(*values) for values in json.loads(line)]


def scan_via(
    path: Path,
    *,
    title: str,
    names: ImageNames,
    classes: ClassTable,
    attribute: str,
    progress: Progress,
) -> ViaScan:
    """Read and check a VIA 2 CSV. Raises BadTable when the file as a whole can't be read."""
    scan = ViaScan()
    try:
        with open_table(path, title=title) as (header, rows):
            columns = column_indexes(header, COLUMNS, title=title)
            _Scanner(scan=scan, names=names, classes=classes, attribute=attribute, columns=columns).read(
                rows, total=_lines(path), progress=progress
            )
    except BaseException:
        scan.__exit__()
        raise
    return scan


@dataclass(slots=True, kw_only=True)
class _Scanner:
    scan: ViaScan
    names: ImageNames
    classes: ClassTable
    attribute: str
    columns: list[int]
    images: dict[str, ImageSize | Problem] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    name_of_image: dict[int, str] = field(default_factory=dict)

    def read(self, rows: Rows, *, total: int, progress: Progress) -> None:
        """Check all rows and set the good ones aside."""
        waiting: list[FoundRegion] = []
        for row, cells in rows:
            self.scan.rows += 1
            try:
                found = self._region(row, cells)
            except RowRefused as refused:
                self._refuse(row, cells, refused)
                continue
            if found is not None:
                waiting.append(found)
            if len(waiting) >= CHUNK:
                self.scan.keep(waiting)
                waiting = []
                progress(row, max(total, row), f"{row:,} rows read")
        self.scan.keep(waiting)

    def _region(self, row: int, cells: list[str]) -> FoundRegion | None:
        """Give the row's region; None when it has none, or one that was there already. Raises RowRefused."""
        file_at, shape_at, attributes_at = self.columns
        try:
            name, shape_cell, attributes_cell = cells[file_at], cells[shape_at], cells[attributes_at]
        except IndexError:
            raise RowRefused(
                "missing_cell",
                f"The row has only {len(cells)} cells.",
                "Export the file from VIA again; the row is cut short.",
            ) from None
        region = read_region(shape_cell, attributes_cell, attribute=self.attribute)
        if region is None:
            self.scan.rows_without_region += 1
            return None
        image = self._image(name)
        code = self.classes.code_of(region.class_name)
        self._check_place(row, name, region.shape, image)
        if self._is_repeated(row, name, image, region, code):
            return None
        self.scan.regions_of[image.image_id] += 1
        self.scan.codes.add(code)
        return FoundRegion(image.image_id, code, region.shape.kind, region.shape.to_json())

    def _image(self, name: str) -> ImageSize:
        found = self.images.get(name)
        if found is None:
            found = self.images[name] = self._one_name(name, self.names.find(name))
        if isinstance(found, Problem):
            raise RowRefused(found.code, found.message, found.remedy)
        return found

    def _one_name(self, name: str, found: ImageSize | Problem) -> ImageSize | Problem:
        """Refuse a second file name for one image: two files' labels never become one set."""
        if isinstance(found, Problem):
            return found
        first = self.name_of_image.setdefault(found.image_id, name)
        if first == name:
            return found
        return Problem(
            code="same_image",
            message=f"'{name}' is the same image as '{first}', which this file labels too.",
            remedy="Keep the rows of one of the two names.",
        )

    def _check_place(self, row: int, name: str, shape: Shape, image: ImageSize) -> None:
        try:
            check_within(shape, width=image.width, height=image.height)
        except InvalidShape as error:
            raise RowRefused(error.code, error.message, error.remedy) from error
        if is_partly_outside(shape, width=image.width, height=image.height):
            self.scan.problems.add(
                Problem(
                    code="partly_outside",
                    file=name,
                    row=row,
                    message="The image's border cuts the region: it is kept as drawn, its mask is clipped.",
                    is_error=False,
                )
            )

    def _is_repeated(self, row: int, name: str, image: ImageSize, region: ViaRegion, code: str) -> bool:
        key = _fingerprint(image.image_id, code, region.shape)
        if key not in self.seen:
            self.seen.add(key)
            return False
        self.scan.problems.add(
            Problem(
                code="duplicate_row",
                file=name,
                row=row,
                message="The same region stands in an earlier row; it is taken once.",
                is_error=False,
            )
        )
        return True

    def _refuse(self, row: int, cells: list[str], refused: RowRefused) -> None:
        name = cells[self.columns[0]] if self.columns[0] < len(cells) else ""
        self.scan.problems.add(
            Problem(code=refused.code, file=name, row=row, message=refused.message, remedy=refused.remedy)
        )


def _fingerprint(image_id: int, code: str, shape: Shape) -> int:
    """64 bits that tell regions apart. Over bytes: Python's own hash of -1 is that of -2."""
    numbers: Iterable[float] = (
        [number for point in shape.points for number in point]
        if isinstance(shape, Polygon)
        else shape.to_json().values()
    )
    return hash((image_id, code, shape.kind, array("d", numbers).tobytes()))


def _lines(path: Path) -> int:
    """Line ends of a file: about its rows, for the progress bar."""
    with path.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))
