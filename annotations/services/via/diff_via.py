"""Whether two VIA files of any version say the same: geometry and attributes of every image's regions."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from annotations.services.data_in.image_names import base_name
from annotations.services.via.via_files import plain_name, rows_of_via
from annotations.services.via.via_rows import RowRefused, ViaRow, decode_json, read_drawing, read_shape

KEPT = 1_000  # differences that are told in full


class _Said(NamedTuple):
    """One row, in a form that does not depend on how its file writes it."""

    image: str
    row: int | None
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one of the files says and the other does not: `times` more often."""

    file: str
    only_in: str
    row: int | None
    times: int
    content: str

    def __str__(self) -> str:
        where = f"{self.file}, only in {self.only_in}" + (f" row {self.row}" if self.row else "")
        return f"{where}{f', {self.times} times' if self.times > 1 else ''}: {self.content:.300}"


@dataclass(slots=True, kw_only=True)
class ViaDiff:
    """How two files differ; the first differences in full, all of them counted."""

    images: int = 0
    regions: int = 0
    differing_images: int = 0
    count: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        return not self.count


def diff_via(first: Path, second: Path) -> ViaDiff:
    """Compare two VIA files. Names of images count without their folders, the order of regions not at all.

    Reads each file twice, so that memory holds a hash per region. Raises BadTable.
    """
    paths = {"A": first, "B": second}
    seen = {label: _hashes(path) for label, path in paths.items()}
    result = ViaDiff(images=len(seen["A"].keys() | seen["B"].keys()), regions=_regions(seen["A"]))
    differing: set[str] = set()
    for label, other in (("A", "B"), ("B", "A")):
        extra = {image: seen[label][image] - seen[other].get(image, Counter()) for image in seen[label]}
        missing = seen[label].keys() - seen[other].keys()
        differing |= missing | {image for image, hashes in extra.items() if hashes}
        for image in sorted(missing - {image for image, hashes in extra.items() if hashes}):
            _tell(result, Difference(file=image, only_in=label, row=None, times=1, content="the image"))
        _tell_all(result, paths[label], label, extra)
    result.differing_images = len(differing)
    return result


def _regions(seen: dict[str, Counter[str]]) -> int:
    return sum(hashes.total() for hashes in seen.values())


def _tell_all(result: ViaDiff, path: Path, label: str, extra: dict[str, Counter[str]]) -> None:
    """List what only this file says."""
    if not any(extra.values()):
        return
    for said in _said(path):
        waiting, key = extra[said.image], _hash(said.content)
        if said.content and waiting.get(key):
            times = waiting.pop(key)
            _tell(
                result,
                Difference(file=said.image, only_in=label, row=said.row, times=times, content=said.content),
            )


def _tell(result: ViaDiff, difference: Difference) -> None:
    result.count += difference.times
    if len(result.differences) < KEPT:
        result.differences.append(difference)


def _hashes(path: Path) -> dict[str, Counter[str]]:
    """How often each region of each image occurs."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for said in _said(path):
        found[said.image]  # an image without a region is an image all the same
        if said.content:
            found[said.image][_hash(said.content)] += 1
    return found


def _hash(content: str) -> str:
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _said(path: Path) -> Iterator[_Said]:
    """What a file says, row by row; an image's own attributes once."""
    told: set[str] = set()
    for row in rows_of_via(path, title=path.name):
        image = base_name(plain_name(row.file))
        try:
            content = _content(row)
        except RowRefused as refused:
            content = f"unreadable: {refused}"
        yield _Said(image, row.row, content)
        try:
            about = "" if image in told else _plain_json(row.file_attributes)
        except RowRefused as refused:
            about = f"unreadable: {refused}"
        if about:
            told.add(image)
            yield _Said(image, row.row, f"file attributes {about}")


def _content(row: ViaRow) -> str:
    if row.fault is not None:
        raise row.fault
    drawn = {} if row.shape is None else read_drawing(row.shape)
    if not drawn:
        return ""
    try:
        shape = read_shape(drawn, close_polylines=False)
        geometry: dict[str, Any] = {"name": shape.kind, **shape.to_json()}
    except RowRefused:  # points, lines: compared as they stand
        geometry = drawn
    return f"{_canonical(geometry)} {_plain_json(row.attributes)}".strip()


def _plain_json(cell: Any) -> str:
    if cell in ("", "{}", {}):
        return ""
    return _canonical(decode_json(cell, "attributes") if isinstance(cell, str) else cell)


def _canonical(value: Any) -> str:
    return json.dumps(_floats(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _floats(value: Any) -> Any:
    """The value with whole floats as integers: 5.0 and 5 are one number."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _floats(one) for key, one in value.items()}
    return [_floats(one) for one in value] if isinstance(value, list | tuple) else value
