"""Settings given on a command line."""

import json
from collections.abc import Iterable
from typing import Any

from core.errors import Invalid


def settings_from(pairs: Iterable[str]) -> dict[str, Any]:
    """`key=value` pairs; a value may be JSON, or text as it stands. Raises Invalid."""
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise Invalid(f"--set takes KEY=VALUE, got {pair!r}.", remedy="For example --set epochs=10.")
        try:
            settings[key] = json.loads(value)
        except ValueError:
            settings[key] = value
    return settings
