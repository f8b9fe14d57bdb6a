"""What a VIA or COCO file was found to hold, set aside in a temporary file until all of it is checked."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any, NamedTuple

from annotations.services.data_in.problems import ProblemLog

CHUNK = 2_000


class FoundRegion(NamedTuple):
    """One good region: whose image, which class code, which shape, and all its attributes."""

    image_id: int
    code: str
    shape: str
    geometry: dict[str, object]
    attributes: dict[str, Any] | None


def _temporary_text() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


@dataclass(slots=True, kw_only=True)
class ViaScan:
    """What a VIA or COCO file holds: its good regions, and what is wrong with the others.

    Use as a context manager: the regions lie in a temporary file until it ends.
    """

    problems: ProblemLog = field(default_factory=ProblemLog)
    regions_of: Counter[int] = field(default_factory=Counter)
    file_attributes: dict[int, dict[str, Any]] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    looked_for: dict[int, list[str]] = field(default_factory=dict)  # where the file says it
    left_out: Counter[str] = field(default_factory=Counter)
    meanings: dict[str, str] = field(default_factory=dict)  # class codes by value, "": left out
    attribute: str = ""
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

    def take_remarks(self, image_id: int) -> None:
        """Take in an image that the file has only attributes of: nothing was looked for in it."""
        self.regions_of[image_id] += 0
        self.looked_for[image_id] = []

    def chunks(self) -> Iterator[list[FoundRegion]]:
        """Give the good regions back, a few thousand at a time, in the order of the file."""
        self._chunks.flush()
        self._chunks.seek(0)
        for line in self._chunks:
            yield [FoundRegion(*values) for values in json.loads(line)]
