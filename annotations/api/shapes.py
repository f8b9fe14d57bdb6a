"""JSON shapes that OpenAPI can't guess: geometry, counts, reports."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

NUMBER = {"type": "number"}
POINT = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
RING = {"type": "array", "items": POINT}


def _numbers(*required: str, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    properties = dict.fromkeys((*required, *optional), NUMBER)
    return {"type": "object", "properties": properties, "required": list(required)}


GEOMETRY: dict[str, Any] = {
    "oneOf": [
        {"title": "RectGeometry", **_numbers("x", "y", "width", "height")},
        {
            "title": "PolygonGeometry",
            "type": "object",
            "properties": {"points": RING, "holes": {"type": "array", "items": RING}},
            "required": ["points"],
        },
        {"title": "EllipseGeometry", **_numbers("cx", "cy", "rx", "ry", optional=("theta",))},
        {"title": "CircleGeometry", **_numbers("cx", "cy", "r")},
    ]
}
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
FOV = {
    **_numbers("center_x", "center_y", "radius", "left", "top", "right", "bottom", "width", "height"),
    "nullable": True,
}


LANDMARKS: dict[str, Any] = {
    "type": "object",
    "properties": {"disc": POINT, "fovea": POINT, "disc_diameter": NUMBER},
}
PINS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"uuid": {"type": "string"}, "x": NUMBER, "y": NUMBER, "text": {"type": "string"}},
        "required": ["uuid", "x", "y", "text"],
    },
}


@extend_schema_field(GEOMETRY)
class GeometryField(serializers.JSONField):
    """One shape's geometry in pixels of the stored image; imaging.shapes checks it."""


@extend_schema_field(COUNTS)
class CountsField(serializers.JSONField):
    """Name to whole number."""


@extend_schema_field(LANDMARKS)
class LandmarksField(serializers.JSONField):
    """Disc and fovea in pixels of the stored image; services.reading_answers checks them."""


@extend_schema_field(PINS)
class PinsField(serializers.JSONField):
    """Comments pinned to places in pixels of the stored image; services.reading_answers checks them."""
