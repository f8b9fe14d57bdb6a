"""Secrets that are made once and kept in a file of the data folder. Settings use it: no Django here."""

import os
import secrets
import time
from pathlib import Path


def secret_from_file(path: Path, *, length_bytes: int = 48) -> str:
    """Return the secret kept in a file, made once with mode 0600; safe when two processes start together."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(length_bytes))
    return _read_when_written(path)


def _read_when_written(path: Path) -> str:
    for _ in range(100):
        if secret := path.read_text(encoding="ascii").strip():
            return secret
        time.sleep(0.02)
    raise RuntimeError(f"{path} is empty. Delete it, and a new secret is made at the next start.")
