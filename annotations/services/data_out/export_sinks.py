"""Where an export's files go: a folder, or a zip that grows on the disk."""

import hashlib
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

ENOUGH_COMPRESSED = frozenset({".png", ".jpg", ".jpeg", ".zip"})
WHEN = (1980, 1, 1, 0, 0, 0)  # the same content gives the same zip


class Sink(Protocol):
    """Takes files by their name, which may have folders in it."""

    def write(self, name: str, data: bytes) -> None:
        """Take a small file."""
        ...

    def copy(self, name: str, content: IO[bytes]) -> None:
        """Take a file of any size, read in blocks."""
        ...


class FolderSink:
    """Writes below a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """Write a small file."""
        self._path(name).write_bytes(data)

    def copy(self, name: str, content: IO[bytes]) -> None:
        """Write a file of any size."""
        with self._path(name).open("wb") as file:
            shutil.copyfileobj(content, file)

    def _path(self, name: str) -> Path:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class ZipSink:
    """Adds to a zip on the disk, and keeps each file's SHA-256 for a manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sha256: dict[str, str] = {}

    def write(self, name: str, data: bytes) -> None:
        """Add a small file."""
        self._archive.writestr(self._entry(name), data)
        self.sha256[name] = hashlib.sha256(data).hexdigest()

    def copy(self, name: str, content: IO[bytes]) -> None:
        """Add a file of any size."""
        digest = hashlib.sha256()
        with self._archive.open(self._entry(name), "w", force_zip64=True) as file:
            while block := content.read(1 << 20):
                digest.update(block)
                file.write(block)
        self.sha256[name] = digest.hexdigest()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(name, WHEN)
        packed = Path(name).suffix.lower() in ENOUGH_COMPRESSED
        entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        return entry


@contextmanager
def zip_sink(path: Path) -> Iterator[ZipSink]:
    """A zip at `path`, complete when the block ends well and gone when it does not."""
    try:
        with zipfile.ZipFile(path, "w", allowZip64=True) as archive:
            yield ZipSink(archive)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
