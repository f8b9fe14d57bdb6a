"""Reads request bodies, with limits."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from core.errors import TooLarge


class CappedJSONParser(JSONParser):
    """DRF reads JSON past Django's own limit on the size of bodies; this keeps it."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return the JSON. Raises TooLarge, or ParseError for JSON that is malformed or nested too deeply."""
        limit_bytes = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        length = getattr(stream, "META", {}).get("CONTENT_LENGTH") or 0
        if int(length) > limit_bytes:
            raise TooLarge(
                f"This request has {int(length):,} bytes; at most {limit_bytes:,} are taken.",
                remedy="Send it in smaller parts.",
            )
        try:
            parsed: dict[str, Any] = super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
        return parsed
