"""Teaches drf-spectacular the one error shape."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from core.api.errors import ErrorOutput


class FoveaSchema(AutoSchema):
    """Adds the error body to every operation as its `default` response."""

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction=direction)
        bodies["default"] = self._get_response_for_code(ErrorOutput, "default", direction=direction)  # type: ignore[no-untyped-call]
        return bodies
