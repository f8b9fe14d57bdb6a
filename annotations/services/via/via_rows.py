"""One region of a VIA file to one shape and its attributes. No database, so that it is fast and tested alone.

VIA 1 and 2 write a shape as named numbers, VIA 3 as a list whose first number tells the kind.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NoReturn, TypeAlias

from annotations.services.data_in.problems import storable
from imaging.errors import InvalidShape
from imaging.shapes import Shape, shape_from_json

MAX_ATTRIBUTES_CHARS = 20_000  # of one region, as JSON
MAX_NESTED = 6  # objects within one another
SHAPES_OF_VIA_3 = {
    1: "point",
    2: "rect",
    3: "circle",
    4: "ellipse",
    5: "line",
    6: "polyline",
    7: "polygon",
    8: "extreme_rect",
    9: "extreme_circle",
}

Cell: TypeAlias = str | dict[str, Any] | list[Any]


class RowRefused(ValueError):
    """One row is wrong; the code, the sentence and the remedy go into the report."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code, self.message, self.remedy = code, message, remedy


class ViaRow(NamedTuple):
    """A region as it stands in the file: JSON text (CSV) or the value itself (JSON).

    `row` counts as a spreadsheet does; in a JSON file it is the region's number in its image, from 1. A row
    whose shape is None only tells of its image. `fault` is why the row can't be read at all.
    """

    row: int | None
    file: str
    shape: Cell | None = ""
    attributes: Cell = ""
    file_attributes: Cell = ""
    fault: RowRefused | None = None


def read_drawing(cell: Cell) -> dict[str, Any]:
    """What was drawn, as VIA 2 names it; empty when the row has no region. Raises RowRefused."""
    if cell in ("", "{}"):
        return {}
    if isinstance(cell, list):
        return _drawing_of_via_3(cell) if cell else {}
    value = decode_json(cell, "region_shape_attributes") if isinstance(cell, str) else cell
    if not isinstance(value, dict):
        raise _no_object("region_shape_attributes")
    return value


def read_shape(drawn: Mapping[str, Any], *, close_polylines: bool) -> Shape:
    """The drawn shape. Raises RowRefused: it has no area, or its numbers are wrong."""
    kind = drawn.get("name")
    try:
        if kind == "rect":
            return shape_from_json("rect", drawn)
        if kind == "polygon" or (kind == "polyline" and close_polylines):
            return shape_from_json("polygon", {"points": _points(drawn)})
        if kind in ("ellipse", "circle"):
            return shape_from_json(kind, drawn)
    except InvalidShape as error:
        raise RowRefused(error.code, error.message, error.remedy) from error
    raise _without_area(kind)


def read_attributes(cell: Cell, column: str = "region_attributes") -> dict[str, Any]:
    """All attributes of a region or file, such that any database takes them. Raises RowRefused."""
    if cell in ("", "{}"):
        return {}
    text = cell if isinstance(cell, str) else json.dumps(cell)
    if len(text) > MAX_ATTRIBUTES_CHARS:
        raise RowRefused(
            "too_large",
            f"The attributes have {len(text):,} characters; {MAX_ATTRIBUTES_CHARS:,} are the most.",
            "Shorten the texts in VIA.",
        )
    value = decode_json(cell, column) if isinstance(cell, str) else cell
    if not isinstance(value, dict):
        raise _no_object(column)
    clean: dict[str, Any] = _storable_value(value, 0)
    return clean


def class_text(attributes: Mapping[str, Any], attribute: str) -> str:
    """What an attribute says, as one text; a checkbox gives what is ticked. Empty: nothing."""
    value = attributes.get(attribute)
    if value is None and attribute:
        wanted = attribute.strip().lower()
        value = next((value for name, value in attributes.items() if name.strip().lower() == wanted), None)
    if isinstance(value, dict):
        return ", ".join(name.strip() for name, checked in value.items() if checked)
    if isinstance(value, list):
        return ", ".join(str(one).strip() for one in value)
    return "" if value is None else str(value).strip()


def cut_short(cells: Sequence[str]) -> RowRefused:
    """Why a row of a table with too few cells is refused."""
    return RowRefused(
        "missing_cell",
        f"The row has only {len(cells)} cells.",
        "Export the file from VIA again; the row is cut short.",
    )


def _refuse_constant(name: str) -> NoReturn:
    raise RowRefused(
        "not_a_number", f"The cell holds {name}, which is no number.", "Draw the region again in VIA."
    )


_decode: Callable[[str], Any] = json.JSONDecoder(parse_constant=_refuse_constant).decode


def decode_json(cell: str, column: str) -> Any:
    """The value of a cell of JSON. Raises RowRefused."""
    try:
        return _decode(cell)
    except RowRefused:
        raise
    except (ValueError, RecursionError) as error:
        raise RowRefused(
            "malformed_json",
            f"Column {column} is no valid JSON: {str(error)[:120]}.",
            "Export the file from VIA again; a spreadsheet may have changed its quotes.",
        ) from error


def _no_object(column: str) -> RowRefused:
    return RowRefused(
        "malformed_json", f"Column {column} must hold a JSON object.", "Export the file from VIA again."
    )


def _without_area(kind: object) -> RowRefused:
    if kind == "polyline":
        return RowRefused(
            "unsupported_shape",
            "The region is a polyline, which has no area.",
            "Close polylines into outlines when you import, or draw it as a polygon in VIA.",
        )
    return RowRefused(
        "unsupported_shape",
        f"The region is a {kind!r:.40}; only rect, polygon, ellipse and circle have an area.",
        "Draw it as a polygon in VIA, or delete the region.",
    )


def _points(drawn: Mapping[str, Any]) -> list[tuple[Any, Any]]:
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


def _drawing_of_via_3(numbers: Sequence[Any]) -> dict[str, Any]:
    """The named numbers of a VIA 3 list such as [2, x, y, width, height]. Raises RowRefused."""
    kind = SHAPES_OF_VIA_3.get(numbers[0]) if isinstance(numbers[0], int) else None
    values = list(numbers[1:])
    if kind is None:
        raise RowRefused(
            "unknown_shape", f"{numbers[0]!r:.40} is no shape of VIA 3.", "Export the file from VIA again."
        )
    if kind in ("polygon", "polyline", "line"):
        return {"name": kind, "all_points_x": values[::2], "all_points_y": values[1::2]}
    if kind == "extreme_rect" and len(values) == 8:
        return _box_around(values)
    if kind == "extreme_circle" and len(values) == 6:
        return _circle_through(values)
    names = {
        "point": ("cx", "cy"),
        "rect": ("x", "y", "width", "height"),
        "circle": ("cx", "cy", "r"),
        "ellipse": ("cx", "cy", "rx", "ry", "theta"),
    }.get(kind, ())
    given = dict(zip(names, values, strict=False))
    if len(values) > len(names) or (len(values) < len(names) and kind != "ellipse"):
        raise RowRefused(
            "bad_geometry",
            f"A VIA 3 {kind.replace('_', ' ')} can't have {len(values)} numbers.",
            "Draw the region again in VIA.",
        )
    return {"name": kind, **given}


def _box_around(values: list[Any]) -> dict[str, Any]:
    """The rectangle that four clicked points span."""
    xs, ys = _numbers(values[::2]), _numbers(values[1::2])
    return {
        "name": "rect",
        "x": min(xs),
        "y": min(ys),
        "width": max(xs) - min(xs),
        "height": max(ys) - min(ys),
    }


def _circle_through(values: list[Any]) -> dict[str, Any]:
    """The circle through three clicked points."""
    (ax, bx, cx), (ay, by, cy) = _numbers(values[::2]), _numbers(values[1::2])
    twice = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if not twice:
        raise RowRefused(
            "bad_geometry", "The three points of the circle lie on one line.", "Draw the region again in VIA."
        )
    a, b, c = (x * x + y * y for x, y in ((ax, ay), (bx, by), (cx, cy)))
    x = (a * (by - cy) + b * (cy - ay) + c * (ay - by)) / twice
    y = (a * (cx - bx) + b * (ax - cx) + c * (bx - ax)) / twice
    return {"name": "circle", "cx": x, "cy": y, "r": math.hypot(ax - x, ay - y)}


def _numbers(values: list[Any]) -> list[float]:
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError, OverflowError):
        raise RowRefused(
            "not_a_number", "The shape's coordinates must be numbers.", "Draw the region again in VIA."
        ) from None


def _storable_value(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, float) and not math.isfinite(value):
        _refuse_constant(repr(value))
    if not isinstance(value, dict | list):
        return value
    if depth >= MAX_NESTED:
        raise RowRefused(
            "too_large",
            f"The attributes nest more than {MAX_NESTED} objects.",
            "Use plain attributes in VIA.",
        )
    if isinstance(value, list):
        return [_storable_value(one, depth + 1) for one in value]
    return {storable(name): _storable_value(one, depth + 1) for name, one in value.items()}
