"""Reading uploads once: hashed and counted on their way to storage."""

import hashlib
from typing import IO


class HashingReader:
    """A file to read from that hashes (SHA-256) and counts what goes through it."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self._digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Read and note up to `size` bytes."""
        block = self._content.read(size)
        self._digest.update(block)
        self.size += len(block)
        return block

    def hexdigest(self) -> str:
        """Hex SHA-256 of all that was read."""
        return self._digest.hexdigest()
