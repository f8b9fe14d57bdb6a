"""Large JSON files read piece by piece: what is unwanted is skipped, what is wanted stays within limits."""

import codecs
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import ijson

from annotations.services.data_in.text_files import BadTable, encoding_of

MAX_DEPTH = 32  # of lists and objects within one another
MAX_STRING_BYTES = 16 << 20  # a photograph within a VIA 1 file; longer is no annotation
BLOCK = 1 << 16
_QUOTE = re.compile(rb'(?<!\\)"')

Event = tuple[str, Any]


class BadJson(BadTable):
    """The file as a whole can't be read as JSON."""

    code = "bad_json"


class OutOfTime(Exception):
    """The time that somebody waits for a file is over."""


class TooLarge(ValueError):
    """A value has more parts than it may have; it was skipped to its end."""


class JsonStream:
    """The events of a JSON file, each asked for once.

    `members` and `elements` are to be gone through in full: each value is read or skipped.
    """

    def __init__(self, events: Iterator[Event], *, title: str) -> None:
        self._events = events
        self._title = title
        self._depth = 0

    def next(self) -> Event:
        """Give the next event. Raises BadJson: the file is malformed, ends, or nests too deep."""
        try:
            event = next(self._events)
        except (ijson.JSONError, UnicodeError, StopIteration) as error:
            raise BadJson(
                f"{self._title} is no valid JSON: {_first_line(error)}.",
                remedy="Export the file again; if it was changed by hand, mend that place.",
                detail={"file": self._title},
            ) from error
        kind = event[0]
        if kind == "start_map" or kind == "start_array":
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise BadJson(
                    f"{self._title} nests more than {MAX_DEPTH} lists and objects.",
                    remedy="Export it again.",
                    detail={"file": self._title},
                )
        elif kind == "end_map" or kind == "end_array":
            self._depth -= 1
        return event

    def members(self) -> Iterator[str]:
        """Keys of the object whose start was just given; its values are the caller's to read."""
        while (event := self.next())[0] == "map_key":
            yield event[1]

    def elements(self) -> Iterator[Event]:
        """First events of the values of the list whose start was just given."""
        while (event := self.next())[0] != "end_array":
            yield event

    def skip(self, event: Event) -> None:
        """Go past the value that begins with this event."""
        if event[0] not in ("start_map", "start_array"):
            return
        outside = self._depth - 1
        while self._depth > outside:
            self.next()

    def read(self, event: Event, *, max_parts: int) -> Any:
        """Build the value that begins with this event. Raises TooLarge, past its end."""
        outside = self._depth - (event[0] in ("start_map", "start_array"))
        value, left = self._read(event, max_parts)
        if left < 0:
            while self._depth > outside:
                self.next()
            raise TooLarge
        return value

    def _read(self, event: Event, left: int) -> tuple[Any, int]:
        kind, scalar = event
        left -= 1
        if left < 0 or kind not in ("start_map", "start_array"):
            return scalar, left
        if kind == "start_array":
            values: list[Any] = []
            while (inner := self.next())[0] != "end_array":
                value, left = self._read(inner, left)
                values.append(value)
                if left < 0:
                    break
            return values, left
        members: dict[str, Any] = {}
        while (inner := self.next())[0] == "map_key":
            members[inner[1]], left = self._read(self.next(), left)
            if left < 0:
                break
        return members, left


@contextmanager
def open_json(path: Path, *, title: str, until: float | None = None) -> Iterator[JsonStream]:
    """Open a JSON file: UTF-8 with or without BOM, or UTF-16 with one. Raises BadTable, also when read.

    Reading beyond `until` (of the monotonic clock) raises OutOfTime.
    """
    encoding = encoding_of(path, title=title)
    with path.open("rb") as raw:
        source = _Utf8(raw, encoding=encoding, title=title, until=until)
        yield JsonStream(ijson.basic_parse(source, use_float=True, buf_size=BLOCK), title=title)


class _Utf8:
    """A file's bytes as UTF-8 without mark. Raises BadJson when a string has no end."""

    def __init__(self, raw: IO[bytes], *, encoding: str, title: str, until: float | None) -> None:
        self._raw = raw
        self._until = until
        self._title = title
        self._decoder = None if encoding == "utf-8-sig" else codecs.getincrementaldecoder(encoding)()
        self._begins = True
        self._without_quote = 0

    def read(self, size: int = BLOCK) -> bytes:
        """Give the next block; empty at the end."""
        if size <= 0:
            return b""
        if self._until is not None and time.monotonic() > self._until:
            raise OutOfTime
        block = self._raw.read(size)
        if self._decoder is None:
            if self._begins:
                block = block.removeprefix(codecs.BOM_UTF8)
        else:
            block = self._decoder.decode(block, final=not block).encode()
        self._begins = False
        self._without_quote = 0 if _QUOTE.search(block) else self._without_quote + len(block)
        if self._without_quote > MAX_STRING_BYTES:
            raise BadJson(
                f"{self._title} holds a text of more than {MAX_STRING_BYTES >> 20} MB.",
                remedy="Export the annotations without the photographs.",
                detail={"file": self._title},
            )
        return block


def _first_line(error: BaseException) -> str:
    text = error.args[0] if error.args else ""
    lines = (text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)).split("\n")
    return lines[0].strip()[:200] or "it ends too early"
