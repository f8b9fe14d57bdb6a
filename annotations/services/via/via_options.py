"""What a saved project of VIA 1 or 2 calls the options of its attributes.

A region's attribute holds an option's id, such as `1`; what people chose by, `Hard exudate`, stands once in
the project's `_via_attributes`. VIA 3 files are read with their options spelled out; other files tell none.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from annotations.services.data_in.text_files import BadTable
from annotations.services.via.json_stream import OutOfTime, TooLarge, open_json

MAX_PARTS = 20_000

OptionNames: TypeAlias = Mapping[str, Mapping[str, str]]
"""By an attribute's name in lower case: what its options are called, by their ids."""


def read_option_names(path: Path, *, title: str, until: float | None = None) -> OptionNames:
    """The names of a project's options; empty for any other file, and when there is no time left to look."""
    with suppress(BadTable, OutOfTime, TooLarge), open_json(path, title=title, until=until) as stream:
        if stream.next()[0] != "start_map":
            return {}
        for key in stream.members():
            event = stream.next()
            if not key.startswith("_via_"):
                return {}
            if key == "_via_attributes":
                return dict(_named(stream.read(event, max_parts=MAX_PARTS)))
            stream.skip(event)
    return {}


def option_name(names: OptionNames, *, attribute: str, option: str) -> str:
    """What an attribute's option is called; empty when nobody says."""
    return names.get(attribute.strip().lower(), {}).get(option, "")


def _named(said: Any) -> Iterator[tuple[str, dict[str, str]]]:
    regions = said.get("region") if isinstance(said, dict) else None
    for name, about in (regions if isinstance(regions, dict) else {}).items():
        options = about.get("options") if isinstance(about, dict) else None
        if isinstance(options, dict):
            texts = {id_: text.strip() for id_, text in options.items() if isinstance(text, str)}
            yield name.strip().lower(), {id_: text for id_, text in texts.items() if text}
