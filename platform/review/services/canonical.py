"""The one form in which a review is hashed; pure. Changing it would break every signature: a test pins it."""

import hashlib
import json
from typing import Any

from core.services.audit import json_value


def canonical_json(document: Any) -> str:
    """Keys sorted, no spaces, whole numbers without a point, text as it is (UTF-8 when hashed).

    Raises ValueError for NaN and infinity.
    """
    return json.dumps(json_value(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256_of_text(text: str) -> str:
    """Hex digest over the UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def sha256_of_document(document: Any) -> str:
    """Hex digest over the canonical form."""
    return sha256_of_text(canonical_json(document))
