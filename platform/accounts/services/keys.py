"""Keys that are shown once and stored as a digest alone: of tokens and invitations."""

import hashlib


def digest_of(key: str) -> str:
    """The SHA-256 under which a key is found again, as hexadecimal digits."""
    return hashlib.sha256(key.encode()).hexdigest()
