"""Reads request bodies, with limits."""

import codecs
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json

from core.errors import TooLarge

LARGEST = 2**63 - 1  # that databases store


class CappedJSONParser(JSONParser):
    """DRF reads JSON past Django's own limit on the size of bodies, and numbers that no database stores."""

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
            text = codecs.getreader("utf-8")(stream).read()
            parsed: dict[str, Any] = json.loads(text, parse_constant=json.strict_constant, parse_int=_whole)
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        return parsed


def _whole(digits: str) -> int:
    number = int(digits)
    if abs(number) > LARGEST:
        raise ValueError("a number is too large")
    return number
