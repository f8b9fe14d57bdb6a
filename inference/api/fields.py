"""JSON fields with exact types in the OpenAPI schema."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

FACTS = {"type": "object", "additionalProperties": {}}
NUMBERS = {"type": "object", "additionalProperties": {"type": "integer"}}
SCORES = {"type": "object", "additionalProperties": {"type": "number", "nullable": True}}
POLYGON = {
    "type": "object",
    "properties": {
        "points": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        "holes": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        },
    },
    "required": ["points"],
}


@extend_schema_field(FACTS)
class FactsField(serializers.JSONField):
    """A JSON object with whatever facts there are."""


@extend_schema_field(NUMBERS)
class NumbersField(serializers.JSONField):
    """Class code -> whole number."""


@extend_schema_field(SCORES)
class ScoresField(serializers.JSONField):
    """Name -> number."""


@extend_schema_field(POLYGON)
class PolygonField(serializers.JSONField):
    """Outline and holes in pixels of the stored image."""
