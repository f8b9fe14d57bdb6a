"""COCO into label sets: one set per image and file, all annotations or none, as VIA files are taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotations.models import Import
from annotations.services.data_in.coco_shapes import shapes_of
from annotations.services.data_in.image_names import ImageNames, ImageSize
from annotations.services.data_in.problems import Problem
from annotations.services.data_in.writing import OpenTransaction, Progress
from annotations.services.files import sha256_of_file
from annotations.services.via.import_via import ViaReport, write_scan
from annotations.services.via.json_stream import BadJson, Event, JsonStream, TooLarge, open_json
from annotations.services.via.scanned import CHUNK, FoundRegion, ViaScan
from annotations.services.via.via_classes import ClassTable
from annotations.services.via.via_rows import RowRefused, read_attributes
from annotations.services.via.via_sets import ViaSets

MAX_ENTRY_PARTS = 500  # numbers and texts of one image or category
MAX_ANNOTATION_PARTS = 200_000  # of one annotation: run lengths of a large mask
MAX_IMAGES = 200_000
MAX_ANNOTATIONS = 2_000_000
LARGEST_ROW = 2**31 - 1


def import_coco(
    *,
    batch: Import,
    path: Path,
    title: str,
    names: ImageNames,
    mapped: Mapping[str, str],
    open_transaction: OpenTransaction,
    progress: Progress,
) -> ViaReport:
    """Bring the annotations of a COCO file into the batch's project.

    Images are found by file name, classes by category name or as `mapped` says ("": left out). An image
    without annotations gets an empty label set: its lesions were looked for. Problems carry the
    annotation's id as their row. Raises BadJson, Overtaken.
    """
    classes = {one.code: one.name for one in batch.project.lesion_classes.all()}
    with ViaScan() as scan:
        reader = _Reader(scan=scan, title=title, names=names, classes=classes, mapped=mapped)
        reader.read_head(path)
        reader.read_annotations(path, progress)
        report = ViaReport(
            problems=scan.problems,
            rows=scan.rows,
            regions_left_out=scan.left_out.total(),
            dry_run=batch.dry_run,
        )
        sets = ViaSets(
            batch=batch,
            source=f"coco:{sha256_of_file(path)}",
            title=title,
            kind="coco",
            open_transaction=open_transaction,
        )
        write_scan(report, scan, sets, progress=progress)
    return report


@dataclass(slots=True, kw_only=True)
class _Reader:
    scan: ViaScan
    title: str
    names: ImageNames
    classes: Mapping[str, str]
    mapped: Mapping[str, str]
    table: ClassTable = field(init=False)
    images: dict[int, ImageSize | RowRefused] = field(default_factory=dict)
    categories: dict[int, str | RowRefused | None] = field(default_factory=dict)
    names_of: dict[int, str] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    said: dict[int, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.table = ClassTable(names=self.classes)

    def read_head(self, path: Path) -> None:
        """Read images and categories, which may stand before or after the annotations."""
        found: set[str] = set()
        with open_json(path, title=self.title) as stream:
            self._begin(stream)
            for key in stream.members():
                event = stream.next()
                if event[0] == "start_array" and key in ("images", "categories", "annotations"):
                    found.add(key)
                if event[0] != "start_array" or key not in ("images", "categories"):
                    stream.skip(event)
                    continue
                for number, first in enumerate(stream.elements(), start=1):
                    self._take_entry(key, number, self._entry(stream, first, MAX_ENTRY_PARTS))
        missing = {"images", "categories", "annotations"} - found
        if missing:
            raise self._no_coco(f"it has no list of {' and '.join(sorted(missing))}")
        looked_for = sorted({code for code in self.categories.values() if isinstance(code, str)})
        for image in self.images.values():
            if isinstance(image, ImageSize):
                said = self.said.get(image.image_id)
                self.scan.looked_for[image.image_id] = looked_for if said is None else said
                self.scan.regions_of[image.image_id] += 0

    def read_annotations(self, path: Path, progress: Progress) -> None:
        """Check every annotation and set the good ones aside."""
        waiting: list[FoundRegion] = []
        with open_json(path, title=self.title) as stream:
            self._begin(stream)
            for key in stream.members():
                event = stream.next()
                if key != "annotations" or event[0] != "start_array":
                    stream.skip(event)
                    continue
                for first in stream.elements():
                    self.scan.rows += 1
                    waiting += self._taken(self._entry(stream, first, MAX_ANNOTATION_PARTS))
                    if len(waiting) >= CHUNK:
                        self.scan.keep(waiting)
                        waiting = []
                        progress(self.scan.rows, self.scan.rows + 1, f"{self.scan.rows:,} annotations read")
                    if self.scan.rows > MAX_ANNOTATIONS:
                        raise self._no_coco(f"it has more than {MAX_ANNOTATIONS:,} annotations")
        self.scan.keep(waiting)

    def _begin(self, stream: JsonStream) -> None:
        if stream.next()[0] != "start_map":
            raise self._no_coco("it is no JSON object")

    def _entry(self, stream: JsonStream, first: Event, max_parts: int) -> Any:
        try:
            return stream.read(first, max_parts=max_parts)
        except TooLarge:
            return RowRefused(
                "too_large",
                f"The entry has more than {max_parts:,} numbers and texts.",
                "Split the region, or give its mask as a file.",
            )

    def _take_entry(self, key: str, number: int, entry: Any) -> None:
        """Keep one entry of `images` or `categories`, or say by its place what is wrong with it."""
        name = ""
        try:
            if isinstance(entry, RowRefused):
                raise RowRefused(entry.code, entry.message, _EXPORT_AGAIN)
            if not isinstance(entry, dict):
                raise RowRefused("malformed_json", "The entry is no object.", _EXPORT_AGAIN)
            name = str(entry.get("file_name") or "") if key == "images" else ""
            if _id(entry, "id") < 0:
                raise RowRefused("bad_id", "Its id is no whole number from 0.", _EXPORT_AGAIN)
            if key == "images":
                self._image(name, entry)
            else:
                self._category(entry)
        except RowRefused as refused:
            where = "" if name else f"Entry {number:,} of '{key}': "
            self._refuse(None, name, RowRefused(refused.code, f"{where}{refused.message}", refused.remedy))

    def _image(self, name: str, entry: dict[str, Any]) -> None:
        """Keep the project's image of an entry. Raises RowRefused: then its annotations are passed over."""
        number = entry["id"]
        if len(self.images) >= MAX_IMAGES:
            raise self._no_coco(f"it has more than {MAX_IMAGES:,} images")
        try:
            if number in self.images:
                raise _twice(number)
            self.names_of[number] = name
            self.images[number] = self._found(name, entry)
        except RowRefused as refused:
            self.images[number] = refused
            raise

    def _found(self, name: str, entry: dict[str, Any]) -> ImageSize:
        """The project's image of an entry. Raises RowRefused."""
        found = self.names.find(name)
        if isinstance(found, Problem):
            raise RowRefused(found.code, found.message, found.remedy)
        if (entry.get("width"), entry.get("height")) != (found.width, found.height):
            raise RowRefused(
                "other_size",
                f"The file says {entry.get('width')} x {entry.get('height')} pixels; the image has "
                f"{found.width} x {found.height}.",
                "Annotate the image at its own size.",
            )
        if found.image_id in self.known:
            raise RowRefused("same_image", "The file lists this image twice.", "Keep one entry per image.")
        self.known.add(found.image_id)
        if isinstance(codes := entry.get("classes_looked_for"), list):
            self.said[found.image_id] = sorted(
                {code for code in codes if isinstance(code, str) and code in self.classes}
            )
        return found

    def _category(self, entry: dict[str, Any]) -> None:
        """Keep the class of an entry. Raises RowRefused when its id was given before."""
        name = str(entry.get("name") or "")
        if entry["id"] in self.categories:
            self.categories[entry["id"]] = _twice(entry["id"])
            raise _twice(entry["id"])
        said = str(entry.get("code") or "")  # as our own exports say it
        try:
            code: str | RowRefused | None = self.table.code_of(
                name, attribute="category", mapped=self.mapped, called=said
            )
        except RowRefused as refused:
            code = refused
        self.categories[entry["id"]] = code

    def _taken(self, entry: Any) -> list[FoundRegion]:
        row = self.scan.rows
        name = ""
        try:
            if isinstance(entry, RowRefused):
                raise entry
            if not isinstance(entry, dict):
                raise RowRefused("malformed_json", "The annotation is no object.", _EXPORT_AGAIN)
            row = entry["id"] if type(entry.get("id")) is int and 0 < entry["id"] <= LARGEST_ROW else row
            name = self.names_of.get(_id(entry, "image_id"), "")
            return self._regions(entry)
        except RowRefused as refused:
            self._refuse(row, name, refused)
            return []

    def _regions(self, entry: dict[str, Any]) -> list[FoundRegion]:
        """The regions of one annotation; none when its class is to be left out. Raises RowRefused."""
        image = self.images.get(_id(entry, "image_id"))
        if image is None:
            raise RowRefused("unknown_image", "Its image is not in the file's list.", _EXPORT_AGAIN)
        if isinstance(image, RowRefused):
            return []  # said once, with the image
        code = self.categories.get(_id(entry, "category_id"), _UNKNOWN_CATEGORY)
        if isinstance(code, RowRefused):
            raise code
        if code is None:
            self.scan.left_out[str(entry.get("category_id"))] += 1
            return []
        attributes = (
            read_attributes(entry["attributes"]) if isinstance(entry.get("attributes"), dict) else None
        )
        shapes = shapes_of(entry, height=image.height, width=image.width)
        self.scan.regions_of[image.image_id] += len(shapes)
        self.scan.codes.add(code)
        looked_for = self.scan.looked_for[image.image_id]
        if code not in looked_for:
            self.scan.looked_for[image.image_id] = sorted([*looked_for, code])
        return [
            FoundRegion(image.image_id, code, shape.kind, shape.to_json(), attributes or None)
            for shape in shapes
        ]

    def _refuse(self, row: int | None, name: str, refused: RowRefused) -> None:
        self.scan.problems.add(
            Problem(code=refused.code, file=name, row=row, message=refused.message, remedy=refused.remedy)
        )

    def _no_coco(self, why: str) -> BadJson:
        return BadJson(
            f"{self.title} is no COCO file: {why}.",
            remedy="Export the annotations as COCO object detection JSON.",
            detail={"file": self.title},
        )


_EXPORT_AGAIN = "Export the file again."
_UNKNOWN_CATEGORY = RowRefused("unknown_class", "Its category is not in the file's list.", _EXPORT_AGAIN)


def _twice(number: int) -> RowRefused:
    """What to say of an id of several entries: whose annotations those with this id are, nobody knows."""
    return RowRefused("same_id", f"The id {number} stands there twice.", "Give each entry an id of its own.")


def _id(entry: dict[str, Any], key: str) -> int:
    value = entry.get(key)
    return value if type(value) is int else -1
