"""What a COCO file holds, before anybody imports it: categories, kinds of outlines, unknown images."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.services.data_in.image_names import ImageNames
from annotations.services.data_in.import_coco import MAX_ANNOTATION_PARTS, MAX_ENTRY_PARTS, MAX_IMAGES
from annotations.services.data_in.problems import storable
from annotations.services.via.json_stream import Event, JsonStream, OutOfTime, TooLarge, open_json
from annotations.services.via.via_classes import ClassTable
from annotations.services.via.via_preview import (
    MAX_VALUES,
    AttributeFound,
    LabelsPreview,
    unknown_images,
    value_found,
)

CATEGORY = "category"


def preview_coco(
    path: Path,
    *,
    title: str,
    names: ImageNames,
    classes: ClassTable,
    mapped: Mapping[str, str],
    until: float | None = None,
) -> LabelsPreview:
    """Look through a COCO file, `until` of the monotonic clock; its one attribute is the category.

    Raises BadTable.
    """
    found = _Found()
    complete = True
    try:
        with open_json(path, title=title, until=until) as stream:
            found.read(stream)
    except OutOfTime:
        complete = False
    counts = found.by_name()
    values = [
        value_found(name, count, classes=classes, mapped=mapped, called=found.codes.get(name, ""))
        for name, count in counts.most_common(MAX_VALUES)
    ]
    return LabelsPreview(
        regions=found.categories_of.total(),
        unreadable=found.unreadable,
        shapes=dict(found.shapes.most_common()),
        images=len(found.files),
        **unknown_images(found.files, names),
        attribute=CATEGORY,
        attributes=[
            AttributeFound(
                name=CATEGORY, values=values, others=counts.total() - sum(one.regions for one in values)
            )
        ],
        complete=complete,
    )


@dataclass(slots=True)
class _Found:
    files: set[str] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    categories_of: Counter[int] = field(default_factory=Counter)
    shapes: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0

    def read(self, stream: JsonStream) -> None:
        """Go through the file once; its lists may stand in any order."""
        take = {"images": self._image, "categories": self._category, "annotations": self._annotation}
        if stream.next()[0] != "start_map":
            return
        for key in stream.members():
            event = stream.next()
            if event[0] != "start_array" or key not in take:
                stream.skip(event)
                continue
            most = MAX_ANNOTATION_PARTS if key == "annotations" else MAX_ENTRY_PARTS
            for first in stream.elements():
                take[key](_entry(stream, first, most))

    def by_name(self) -> Counter[str]:
        """Annotations by category name, those that have some; the most frequent first."""
        counts: Counter[str] = Counter()
        for category, count in self.categories_of.items():
            counts[self.names.get(category, "")] += count
        return counts

    def _image(self, entry: dict[str, Any]) -> None:
        if len(self.files) < MAX_IMAGES:
            self.files.add(str(entry.get("file_name") or ""))

    def _category(self, entry: dict[str, Any]) -> None:
        number = entry.get("id")
        if type(number) is not int:
            return
        name = storable(str(entry.get("name") or ""))
        self.names[number] = name
        self.codes[name] = str(entry.get("code") or "")

    def _annotation(self, entry: dict[str, Any]) -> None:
        category = entry.get("category_id")
        if type(category) is not int:
            self.unreadable += 1
            return
        self.categories_of[category] += 1
        segmentation = entry.get("segmentation")
        self.shapes["mask" if isinstance(segmentation, dict) else "outline" if segmentation else "box"] += 1


def _entry(stream: JsonStream, first: Event, most: int) -> dict[str, Any]:
    """One entry of a list; empty when it is none."""
    try:
        entry = stream.read(first, max_parts=most)
    except TooLarge:
        return {}
    return entry if isinstance(entry, dict) else {}
