"""What a VIA file holds, before anybody imports it: attributes and their values, shapes, unknown images."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from annotations.services.data_in.image_names import ImageNames
from annotations.services.data_in.problems import Problem, storable
from annotations.services.via.json_stream import OutOfTime
from annotations.services.via.via_classes import LOOKED_AT, ClassTable, guess_attribute
from annotations.services.via.via_files import plain_name, rows_of_via
from annotations.services.via.via_mapping import ViaMapping
from annotations.services.via.via_options import OptionNames, option_name, read_option_names
from annotations.services.via.via_rows import RowRefused, ViaRow, class_text, read_attributes, read_drawing

MAX_VALUES = 200  # of one attribute; a free text has as many as there are regions
MAX_ATTRIBUTES = 50
SHOWN_NAMES = 5
KNOWN_CELLS = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFound:
    """One value of an attribute, how many regions have it, and the class it would become.

    `lesion_class` is a code, "" when such regions are left out, None when somebody must say. `called` is
    what the file calls the value, where it says so.
    """

    value: str
    regions: int
    lesion_class: str | None
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFound:
    """One attribute; `others` counts the regions whose value is not among `values`."""

    name: str
    values: list[ValueFound]
    others: int


@dataclass(slots=True, kw_only=True)
class LabelsPreview:
    """What a VIA or COCO file was found to hold; not `complete`: it was too long to be read in time."""

    regions: int = 0
    rows_without_region: int = 0
    unreadable: int = 0
    shapes: dict[str, int] = field(default_factory=dict)
    images: int = 0
    unknown_images: int = 0
    unknown_names: list[str] = field(default_factory=list)
    attribute: str = ""
    attributes: list[AttributeFound] = field(default_factory=list)
    close_polylines: bool = False
    complete: bool = True


def preview_via(
    path: Path,
    *,
    title: str,
    names: ImageNames,
    classes: ClassTable,
    mapping: ViaMapping,
    until: float | None = None,
) -> LabelsPreview:
    """Look through a VIA file for as long as a person waits, `until` of the monotonic clock.

    Raises BadTable.
    """
    found = _Found()
    complete = True
    try:
        for row in rows_of_via(path, title=title, until=until):
            found.add(row)
            if until is not None and time.monotonic() > until:
                raise OutOfTime
    except OutOfTime:
        complete = False
    options = read_option_names(path, title=title, until=until)
    attribute = guess_attribute(
        found.first,
        classes=classes,
        wanted=mapping.attribute,
        options=options,
        remembered=mapping.remembered_classes,
    )
    return LabelsPreview(
        regions=found.regions,
        rows_without_region=found.empty,
        unreadable=found.unreadable,
        shapes=dict(found.shapes.most_common()),
        images=len(found.files),
        **unknown_images(found.files, names),
        attribute=attribute,
        attributes=list(_attributes(found, classes, mapping, options)),
        close_polylines=bool(mapping.of(attribute).close_polylines),
        complete=complete,
    )


@dataclass(slots=True)
class _Found:
    regions: int = 0
    empty: int = 0
    unreadable: int = 0
    shapes: Counter[str] = field(default_factory=Counter)
    files: set[str] = field(default_factory=set)
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    others: Counter[str] = field(default_factory=Counter)
    known: dict[str, dict[str, str]] = field(default_factory=dict)
    first: list[ViaRow] = field(default_factory=list)

    def add(self, row: ViaRow) -> None:
        """Count one row."""
        if len(self.first) < LOOKED_AT:
            self.first.append(row._replace(shape=None))
        if row.shape is None:
            return
        try:
            if row.fault is not None:
                raise row.fault
            drawn = read_drawing(row.shape)
            if not drawn:
                self.empty += 1
                return
            texts = self._texts(row)
        except RowRefused:
            self.unreadable += 1
            return
        self.regions += 1
        self.files.add(row.file)
        self.shapes[storable(str(drawn.get("name")))[:40]] += 1
        for name, text in texts.items():
            counts = self.values[name]
            if text in counts or len(counts) < MAX_VALUES:
                counts[text] += 1
            else:
                self.others[name] += 1

    def _texts(self, row: ViaRow) -> dict[str, str]:
        key = row.attributes if isinstance(row.attributes, str) else json.dumps(row.attributes)
        texts = self.known.get(key)
        if texts is None:
            attributes = read_attributes(row.attributes)
            texts = {name: class_text(attributes, name) for name in islice(attributes, MAX_ATTRIBUTES)}
            if len(self.known) < KNOWN_CELLS:
                self.known[key] = texts
        return {name: text for name, text in texts.items() if name in self.values or self._has_room()}

    def _has_room(self) -> bool:
        return len(self.values) < MAX_ATTRIBUTES


def unknown_images(files: Collection[str], names: ImageNames) -> dict[str, Any]:
    """How many of the file names no image has, and the first of them."""
    unknown = sorted(name for name in files if isinstance(names.find(plain_name(name)), Problem))
    return {
        "unknown_images": len(unknown),
        "unknown_names": [storable(name)[:200] for name in unknown[:SHOWN_NAMES]],
    }


def _attributes(
    found: _Found, classes: ClassTable, mapping: ViaMapping, options: OptionNames
) -> Iterator[AttributeFound]:
    """All attributes, and one without a name for files where none tells the class."""
    for name, counts in found.values.items():
        missing = found.regions - counts.total() - found.others[name]
        counts[""] += missing
        values = [
            value_found(
                text,
                count,
                classes=classes,
                mapped=mapping.of(name).classes,
                called=option_name(options, attribute=name, option=text),
            )
            for text, count in counts.most_common()
            if count
        ]
        yield AttributeFound(name=name, values=values, others=found.others[name])
    every = value_found("", found.regions, classes=classes, mapped=mapping.of("").classes)
    yield AttributeFound(name="", values=[every], others=0)


def value_found(
    text: str, regions: int, *, classes: ClassTable, mapped: Mapping[str, str], called: str = ""
) -> ValueFound:
    """A value with the class that it would become."""
    try:
        code = classes.code_of(text, attribute="", mapped=mapped, called=called)
    except RowRefused:
        return ValueFound(value=text, regions=regions, lesion_class=None, called=called)
    return ValueFound(value=text, regions=regions, lesion_class="" if code is None else code, called=called)
