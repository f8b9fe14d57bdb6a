"""VIA 1 and 2 in JSON: the annotations alone, or a project file. Regions come one by one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotations.services.via.json_stream import BadJson, Event, JsonStream, TooLarge, open_json
from annotations.services.via.via3 import KEYS_OF_VIA_3, rows_of_via_3
from annotations.services.via.via_rows import RowRefused, ViaRow

MAX_REGION_PARTS = 25_000  # numbers and texts of one region
MAX_FILE_PARTS = 2_000  # of what is said of one image
MAX_WAITING_PARTS = 1_000_000  # of the regions of one image that precede its name
IMAGES_OF_PROJECT = "_via_img_metadata"


def rows_of_json(path: Path, *, title: str, until: float | None = None) -> Iterator[ViaRow]:
    """The rows of a VIA file in JSON, of any version. Raises BadJson, which says where the file broke."""
    count, last = 0, None
    try:
        for row in _rows(path, title=title, until=until):
            count, last = count + 1, row
            yield row
    except BadJson as error:
        if last is None:
            raise
        place = f"region {last.row} of '{last.file:.80}'" if last.row else f"'{last.file:.80}'"
        raise BadJson(
            f"{error.message} It broke after {count:,} rows, the last of them {place}.",
            remedy=error.remedy,
            detail={**error.detail, "row": count + 1},
        ) from error


def _rows(path: Path, *, title: str, until: float | None) -> Iterator[ViaRow]:
    with open_json(path, title=title, until=until) as stream:
        if stream.next()[0] != "start_map":
            raise _no_via(title)
        for key in stream.members():
            event = stream.next()
            if key in KEYS_OF_VIA_3:
                break
            if key == IMAGES_OF_PROJECT and event[0] == "start_map":
                for name in stream.members():
                    yield from _image(stream, stream.next(), key=name)
            elif key.startswith("_via_"):
                stream.skip(event)
            elif key in ("images", "annotations", "categories") and event[0] == "start_array":
                raise _no_via(title, "; it looks like COCO")
            else:
                yield from _image(stream, event, key=key)
        else:
            return
    yield from rows_of_via_3(path, title=title, until=until)


def _image(stream: JsonStream, event: Event, *, key: str) -> Iterator[ViaRow]:
    """The rows of one image: an object of `filename`, `regions` and `file_attributes`, in any order."""
    if event[0] != "start_map":
        stream.skip(event)
        yield ViaRow(None, key, fault=_malformed("The image's entry is no JSON object."))
        return
    name, regions, waiting = "", 0, _Waiting()
    about: Any = {}
    fault: RowRefused | None = None
    for member in stream.members():
        event = stream.next()
        if member == "filename":
            stream.skip(event)
            name = event[1] if event[0] == "string" else ""
        elif member == "file_attributes":
            try:
                about = stream.read(event, max_parts=MAX_FILE_PARTS) or {}
            except TooLarge:
                fault = _too_large("What is said of the image", MAX_FILE_PARTS, "Shorten it in VIA.")
        elif member == "regions":
            for row in _regions(stream, event):
                regions += 1
                if name:
                    yield row._replace(file=name)
                else:
                    waiting.keep(row)
        else:
            stream.skip(event)
    name = name or key
    for row in waiting.rows:
        yield row._replace(file=name)
    if about or fault or not regions:
        yield ViaRow(None, name, shape=None if regions else "", file_attributes=about, fault=fault)


class _Waiting:
    """Regions whose image is not named yet, as many as memory allows."""

    def __init__(self) -> None:
        self.rows: list[ViaRow] = []
        self._room = MAX_WAITING_PARTS

    def keep(self, row: ViaRow) -> None:
        """Keep the region; say of the first that is too many that it and the rest are refused."""
        if self._room < 0:
            return
        self._room -= _parts(row.shape) + _parts(row.attributes)
        if self._room < 0:
            fault = RowRefused(
                "too_large",
                "Too many regions stand before the name of their image; this one and the rest are left.",
                "Export the file from VIA again; there the name comes first.",
            )
            row = ViaRow(row.row, "", fault=fault)
        self.rows.append(row)


def _regions(stream: JsonStream, event: Event) -> Iterator[ViaRow]:
    """The regions of one image, their numbers from 1: a list (VIA 2) or an object by region id (VIA 1)."""
    if event[0] == "start_array":
        for number, first in enumerate(stream.elements(), start=1):
            yield _region(stream, first, number)
    elif event[0] == "start_map":
        for number, _ in enumerate(stream.members(), start=1):
            yield _region(stream, stream.next(), number)
    elif event[0] != "null":
        yield ViaRow(None, "", fault=_malformed("The image's regions are no list."))


def _region(stream: JsonStream, event: Event, number: int) -> ViaRow:
    try:
        region = stream.read(event, max_parts=MAX_REGION_PARTS)
    except TooLarge:
        remedy = "Simplify the outline, or split the lesion into several polygons."
        return ViaRow(number, "", fault=_too_large("The region", MAX_REGION_PARTS, remedy))
    if not isinstance(region, dict) or not isinstance(region.get("shape_attributes"), dict):
        return ViaRow(number, "", fault=_malformed("The region has no shape_attributes."))
    attributes = region.get("region_attributes")
    return ViaRow(number, "", region["shape_attributes"], {} if attributes is None else attributes)


def _parts(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(_parts(one) for one in value.values())
    return 1 + len(value) if isinstance(value, list) else 1


def _too_large(what: str, limit: int, remedy: str) -> RowRefused:
    return RowRefused("too_large", f"{what} has more than {limit:,} numbers and texts.", remedy)


def _malformed(message: str) -> RowRefused:
    return RowRefused("malformed_json", message, "Export the file from VIA again.")


def _no_via(title: str, why: str = "") -> BadJson:
    return BadJson(
        f"{title} holds no VIA annotations{why}.",
        remedy="Export the annotations from VIA as CSV or JSON, or save its project, and import that.",
        detail={"file": title},
    )
