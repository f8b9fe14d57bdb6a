"""Hashes of files, and stored files that are never half there."""

import hashlib
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def sha256_of_file(path: Path) -> str:
    """Hex digest of a file's bytes, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_bytes(data: bytes) -> str:
    """Hex digest."""
    return hashlib.sha256(data).hexdigest()


def store_bytes(name: str, data: bytes) -> str:
    """Store a file under exactly this name; a complete one that is there already stays.

    A crash may leave a part of a file behind: the bytes are compared, not only the name.
    """
    if default_storage.exists(name):
        with default_storage.open(name) as stored:
            if stored.read() == data:
                return name
        default_storage.delete(name)
    saved = default_storage.save(name, ContentFile(data))
    if saved != name:  # somebody stored the same name in the meantime; names are made of hashes
        default_storage.delete(saved)
    return name
