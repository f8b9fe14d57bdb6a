"""One row of a VIA 2 CSV export to one shape. No database, so that it can be fast and tested alone."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn

from imaging.errors import InvalidShape
from imaging.shapes import Shape, shape_from_json

COLUMNS = ("filename", "region_shape_attributes", "region_attributes")
DEFAULT_ATTRIBUTE = "Abnormality"
CLASS_NAMES = {
    "HE": ("he", "hemorrhage", "hemorrhages", "haemorrhage", "haemorrhages"),
    "EX": ("ex", "exudate", "exudates", "hard exudate", "hard exudates"),
    "SE": ("se", "soft exudate", "soft exudates", "cotton-wool spot", "cotton-wool spots", "cotton wool spot",
           "cotton wool spots", "cws"),
    "MA": ("ma", "microaneurysm", "microaneurysms"),
}  # fmt: skip


class RowRefused(ValueError):
    """One row is wrong; the code, the sentence and the remedy go into the report."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


class ViaRegion(NamedTuple):
    """A region as the file tells it: its shape and the name of its class."""

    shape: Shape
    class_name: str


def read_region(shape_cell: str, attributes_cell: str, *, attribute: str) -> ViaRegion | None:
    """Read the two JSON cells of a row; None when the row has no region. Raises RowRefused."""
    drawn = _object(shape_cell, "region_shape_attributes")
    if not drawn:
        return None
    attributes = _object(attributes_cell, "region_attributes")
    return ViaRegion(_shape(drawn), _class_name(attributes, attribute))


def class_codes(known: Mapping[str, str]) -> dict[str, str]:
    """Lower-case names to class codes: the project's own (code to name) and the usual English ones."""
    names = {alias: code for code, aliases in CLASS_NAMES.items() for alias in aliases if code in known}
    for code, name in known.items():
        names[code.lower()] = code
        names[name.lower()] = code
    return names


def _refuse_constant(name: str) -> NoReturn:
    raise RowRefused(
        "not_a_number", f"The cell holds {name}, which is no number.", "Draw the region again in VIA."
    )


_decode: Callable[[str], Any] = json.JSONDecoder(parse_constant=_refuse_constant).decode


def _object(cell: str, column: str) -> dict[str, Any]:
    if cell in ("", "{}"):
        return {}
    try:
        value = _decode(cell)
    except RowRefused:
        raise
    except (ValueError, RecursionError) as error:
        raise RowRefused(
            "malformed_json",
            f"Column {column} is no valid JSON: {str(error)[:120]}.",
            "Export the file from VIA again; a spreadsheet may have changed its quotes.",
        ) from error
    if not isinstance(value, dict):
        raise RowRefused(
            "malformed_json", f"Column {column} must hold a JSON object.", "Export the file from VIA again."
        )
    return value


def _shape(drawn: dict[str, Any]) -> Shape:
    kind = drawn.get("name")
    try:
        if kind == "rect":
            return shape_from_json("rect", drawn)
        if kind == "polygon":
            return shape_from_json("polygon", {"points": _points(drawn)})
        if kind in ("ellipse", "circle"):
            return shape_from_json(kind, drawn)
    except InvalidShape as error:
        raise RowRefused(error.code, error.message, error.remedy) from error
    raise RowRefused(
        "unsupported_shape",
        f"The region is a {kind!r:.40}; only rect, polygon, ellipse and circle have an area.",
        "Draw it as a polygon in VIA, or delete the region.",
    )


def _points(drawn: dict[str, Any]) -> list[tuple[Any, Any]]:
    xs, ys = drawn.get("all_points_x"), drawn.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys):
        raise RowRefused(
            "bad_geometry",
            "The polygon's all_points_x and all_points_y must be lists of one length.",
            "Draw the region again in VIA.",
        )
    points = list(zip(xs, ys, strict=True))
    if len(points) > 1 and points[0] == points[-1]:  # VIA 1 repeats the first point
        points.pop()
    return points


def _class_name(attributes: dict[str, Any], attribute: str) -> str:
    value = attributes.get(attribute)
    if value is None:
        wanted = attribute.lower()
        value = next((value for name, value in attributes.items() if name.strip().lower() == wanted), None)
    if isinstance(value, dict):  # a checkbox attribute
        chosen = [name for name, checked in value.items() if checked]
        value = chosen[0] if len(chosen) == 1 else ", ".join(chosen)
    name = "" if value is None else str(value).strip()
    if not name:
        raise RowRefused(
            "no_class",
            f"The region has no '{attribute}'.",
            f"Give the region its {attribute} in VIA (hemorrhage or exudate), or delete it.",
        )
    return name
