"""VIA 3: numbered shapes, attributes and options, in a CSV export or a project file.

A project's images stand behind two look-ups (a region names a view, a view its files), and the views come
after the regions; so a project file is read twice.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from annotations.services.data_in.text_files import BadTable, column_indexes, numbered_rows
from annotations.services.via.json_stream import BadJson, JsonStream, TooLarge, open_json
from annotations.services.via.via_rows import Cell, RowRefused, ViaRow, cut_short, decode_json

KEYS_OF_VIA_3 = frozenset({"project", "config", "attribute", "file", "metadata", "view"})
COLUMNS = ("file_list", "temporal_coordinates", "spatial_coordinates", "metadata")
CHECKBOX = 2  # type of an attribute whose values are several options, with commas between
MAX_REGION_PARTS = 25_000
MAX_ENTRY_PARTS = 2_000
MAX_HEADER_LINES = 100
MAX_HEADER_CHARS = 1 << 20
_NAMED = re.compile(r"#\s*(ATTRIBUTE|CSV_HEADER)\s*=\s*(.*)", re.DOTALL)


@dataclass(slots=True)
class Attributes:
    """The attributes that a VIA 3 file defines, by id."""

    known: Mapping[str, Any] = field(default_factory=dict)

    def named(self, values: Any) -> Cell:
        """A region's values under their attributes' names, options spelled out."""
        if not isinstance(values, dict):
            return values if isinstance(values, list) else {}
        return dict(self._named(id_, value) for id_, value in values.items())

    def _named(self, id_: str, value: Any) -> tuple[str, Any]:
        about = self.known.get(id_)
        if not isinstance(about, dict):
            return id_, value
        name = str(about.get("aname") or id_)
        options = about.get("options")
        if not isinstance(options, dict) or not options:
            return name, value
        if about.get("type") == CHECKBOX:
            ticked = [one for one in str(value).split(",") if one]
            return name, {str(options.get(one, one)): True for one in ticked}
        return name, options.get(str(value), value)


def is_via_3_csv(first_line: str) -> bool:
    """Whether a CSV begins as VIA 3's do: with lines of comment before its header."""
    return first_line.startswith("#") and "filename" not in first_line.lower()


def rows_of_via_3_csv(text: TextIO, *, title: str) -> Iterator[ViaRow]:
    """The rows of a VIA 3 CSV export. Raises BadTable."""
    header, attributes, lines = _read_comments(text, title=title)
    columns = column_indexes(header, COLUMNS, title=title, row=lines)
    for row, cells in numbered_rows(text, title=title, after_row=lines):
        try:
            files, times, shape, values = (cells[index] for index in columns)
        except IndexError:
            yield ViaRow(row, "", fault=cut_short(cells))
            continue
        try:
            names = decode_json(files, "file_list")
            yield _row(
                row,
                [str(one) for one in (names if isinstance(names, list) else [names])],
                decode_json(times or "[]", "temporal_coordinates"),
                decode_json(shape or "[]", "spatial_coordinates"),
                attributes.named(decode_json(values or "{}", "metadata")),
            )
        except RowRefused as fault:
            yield ViaRow(row, files, fault=fault)


def rows_of_via_3(path: Path, *, title: str, until: float | None = None) -> Iterator[ViaRow]:
    """The rows of a VIA 3 project file; a region's number is its place in it. Raises BadJson, OutOfTime."""
    about = _Project.read(path, title=title, until=until)
    number = 0
    with open_json(path, title=title, until=until) as stream:
        stream.next()
        for key in stream.members():
            event = stream.next()
            if key != "metadata" or event[0] != "start_map":
                stream.skip(event)
                continue
            for _ in stream.members():
                number += 1
                yield about.row(stream, number)
    if not about.has_regions:
        raise BadJson(
            f"{title} holds no VIA annotations.",
            remedy="Export the annotations from VIA as CSV or JSON, or save its project, and import that.",
            detail={"file": title},
        )


@dataclass(slots=True)
class _Project:
    """What a project file says beside its regions."""

    attributes: Attributes = field(default_factory=Attributes)
    files: dict[str, str] = field(default_factory=dict)
    views: dict[str, list[str]] = field(default_factory=dict)
    has_regions: bool = False

    @classmethod
    def read(cls, path: Path, *, title: str, until: float | None) -> "_Project":
        """Read the attributes, files and views; the regions are passed over."""
        project = cls()
        with open_json(path, title=title, until=until) as stream:
            stream.next()
            for key in stream.members():
                event = stream.next()
                project.has_regions |= key == "metadata"
                if event[0] != "start_map" or key not in ("attribute", "file", "view"):
                    stream.skip(event)
                    continue
                entries = dict(_entries(stream))
                if key == "attribute":
                    project.attributes = Attributes(entries)
                elif key == "file":
                    project.files = {id_: _file_name(entry) for id_, entry in entries.items()}
                else:
                    project.views = {id_: _files_of(entry) for id_, entry in entries.items()}
        return project

    def row(self, stream: JsonStream, number: int) -> ViaRow:
        """The region that comes next."""
        try:
            region = stream.read(stream.next(), max_parts=MAX_REGION_PARTS)
        except TooLarge:
            message = f"The region has more than {MAX_REGION_PARTS:,} numbers and texts."
            return ViaRow(number, "", fault=RowRefused("too_large", message, "Simplify the outline in VIA."))
        if not isinstance(region, dict):
            return ViaRow(
                number,
                "",
                fault=RowRefused("malformed_json", "The region is no object.", "Save the project again."),
            )
        view = str(region.get("vid"))
        names = [self.files.get(id_, "") for id_ in self.views.get(view, [view])]
        try:
            return _row(
                number, names, region.get("z"), region.get("xy"), self.attributes.named(region.get("av"))
            )
        except RowRefused as fault:
            return ViaRow(number, names[0] if names else "", fault=fault)


def _row(row: int, files: list[str], times: Any, shape: Any, attributes: Cell) -> ViaRow:
    """One region of one image. Raises RowRefused when it is of a film or of several files."""
    if not shape:  # it tells of the whole file, or of a part of a film
        return ViaRow(row, files[0] if files else "", file_attributes="" if times else attributes)
    if times:
        raise RowRefused(
            "not_a_picture",
            "The region belongs to a moment of a film.",
            "Import regions of photographs only.",
        )
    if len(files) != 1:
        raise RowRefused(
            "several_files",
            f"The region belongs to {len(files)} files at once.",
            "Draw it on each of the images by itself.",
        )
    if not isinstance(shape, list):
        raise RowRefused("bad_geometry", "The shape is no list of numbers.", "Draw the region again in VIA.")
    return ViaRow(row, files[0], shape, attributes)


def _read_comments(text: TextIO, *, title: str) -> tuple[list[str], Attributes, int]:
    """The columns, the attributes and the number of lines that precede the rows. Raises BadTable."""
    attributes = Attributes()
    for number in range(1, MAX_HEADER_LINES + 1):
        named = _NAMED.match(text.readline(MAX_HEADER_CHARS))
        if named and named[1] == "CSV_HEADER":
            return [name.strip().lower() for name in named[2].split(",")], attributes, number
        if named:
            attributes = Attributes(_definitions(named[2]))
    raise BadTable(
        f"{title}: its lines of comment don't end with CSV_HEADER.",
        remedy="Export the file from VIA again.",
        detail={"file": title, "row": 1},
    )


def _definitions(text: str) -> dict[str, Any]:
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def _entries(stream: JsonStream) -> Iterator[tuple[str, Any]]:
    for id_ in stream.members():
        try:
            yield id_, stream.read(stream.next(), max_parts=MAX_ENTRY_PARTS)
        except TooLarge:
            yield id_, None


def _file_name(entry: Any) -> str:
    return str(entry.get("fname") or entry.get("src") or "") if isinstance(entry, dict) else ""


def _files_of(entry: Any) -> list[str]:
    files = entry.get("fid_list") if isinstance(entry, dict) else None
    return [str(id_) for id_ in files] if isinstance(files, list) else []
