"""Keeps how a person likes to work: view settings and keys."""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import Preferences, User
from core.errors import Invalid

MAX_BYTES = 16_000
MAX_NAME = 64


class InvalidPreferences(Invalid):
    """The preferences are too large or no plain JSON."""

    code = "invalid_preferences"


@transaction.atomic
def change_preferences(*, user: User, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Set the given top-level values, drop those given as None, leave the rest; returns all of them.

    Writes no audit event: how bright somebody likes a picture is no fact about a patient. Raises
    InvalidPreferences.
    """
    row, _ = Preferences.objects.select_for_update().get_or_create(user=user)
    for name in changes:
        if not 0 < len(name) <= MAX_NAME:
            raise InvalidPreferences(
                f"The name of a preference has 1 to {MAX_NAME} characters.", detail={"name": name[:MAX_NAME]}
            )
    merged = {**row.values, **changes}
    values = {name: value for name, value in merged.items() if value is not None}
    _check_size(values)
    row.values = values
    row.save()
    return values


def _check_size(values: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(values, allow_nan=False, separators=(",", ":")).encode())
    except ValueError as error:
        raise InvalidPreferences(
            "Preferences are plain JSON: a number in them is not finite.", remedy="Send numbers that are."
        ) from error
    if size > MAX_BYTES:
        raise InvalidPreferences(
            f"Preferences take {MAX_BYTES // 1000} kB; these would be {size / 1000:.1f} kB.",
            remedy="Keep less, or drop some first by sending null for them.",
            detail={"bytes": size, "limit": MAX_BYTES},
        )
