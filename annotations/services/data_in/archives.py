"""Zip archives that people bring: looked through as a whole first, then unpacked member by member.

An archive with a member that could do harm is refused before anything is unpacked, and says which: a path
that leads out of it (absolute, `..`), a link, an encrypted member, an archive within the archive, too many
members, or contents far larger than the archive. Bytes are counted while they are written, whatever the
archive claims. Nothing is ever held in memory but one block.
"""

import errno
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from annotations.services.data_in.writing import Progress
from annotations.services.stored_pictures import storage_full
from core.errors import Invalid

GIB = 1024**3
BLOCK_BYTES = 1 << 20
ENDINGS = frozenset({".zip"})
ARCHIVE_ENDINGS = frozenset(
    {".zip", ".jar", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".iso", ".cab"}
)
ARCHIVE_STARTS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"7z\xbc\xaf'\x1c",
    b"Rar!\x1a\x07",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
)
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
ENCRYPTED_FLAGS = 0x1 | 0x40 | 0x2000
LONGEST_NAME_BYTES = 255  # of a file or a folder
END_BYTES = 22
LOCATOR_BYTES = 20
LARGE_END_BYTES = 56
LONGEST_COMMENT = 0xFFFF
NAMED_AT_MOST = 10
LOCKED = "is encrypted"
MAKE_ANEW = "Make the archive anew from the plain folder of pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How much an archive may hold. The ratio counts for members beyond `small_bytes`."""

    entries: int = 20_000
    member_bytes: int = GIB
    total_bytes: int = 32 * GIB
    ratio: int = 200
    small_bytes: int = 1 << 20
    directory_bytes: int = 16 << 20


class BadArchive(Invalid):
    """The archive can't be unpacked safely."""

    code = "bad_archive"


def is_archive(name: str) -> bool:
    """Whether a file is taken for a zip archive, by its name."""
    return PurePosixPath(name).suffix.lower() in ENDINGS


@contextmanager
def unpacked(archive: Path, *, title: str, progress: Progress) -> Iterator[Path]:
    """Lend a folder with what is in the archive, until the block ends. Raises BadArchive, StorageFull."""
    with TemporaryDirectory(prefix="fovea-archive-") as folder:
        unpack(archive, title=title, into=Path(folder), progress=progress)
        yield Path(folder)


def unpack(archive: Path, *, title: str, into: Path, progress: Progress, caps: Caps | None = None) -> int:
    """Unpack an archive into an empty folder; gives how many files came out. Raises BadArchive, StorageFull.

    `title` is the name that people know the archive by.
    """
    caps = caps or Caps()
    with _faults_of(title):
        _check_directory(archive, title, caps)
        opened = zipfile.ZipFile(archive)
    with opened:
        members = [info for info in opened.infolist() if not info.is_dir() and not _is_litter(info.filename)]
        _check_members(members, title, caps)
        declared = sum(info.file_size for info in members)
        if declared > shutil.disk_usage(into).free:
            raise BadArchive(
                f"{title}: its contents ({declared / 1e9:.1f} GB) don't fit on the disk.",
                remedy="Free some space, or import the archive in parts.",
                detail={"file": title},
            )
        left = caps.total_bytes
        for number, info in enumerate(members):
            progress(number, len(members), f"Unpacking {info.filename}")
            with _faults_of(title):
                left -= _write(opened, info, into, title, min(caps.member_bytes, left))
    return len(members)


@contextmanager
def _faults_of(title: str) -> Iterator[None]:
    """Blame the archive for what can't be read or named as it asks, but not for a full disk."""
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        struct.error,
        RuntimeError,
        ValueError,
        OSError,
    ) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise storage_full() from error
        raise BadArchive(
            f"{title} is damaged or no zip archive.",
            remedy="Copy it again, or make the archive anew.",
            detail={"file": title},
        ) from error


def _check_directory(archive: Path, title: str, caps: Caps) -> None:
    """Refuse a list of members that alone would fill the memory, before it is read."""
    with archive.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - LONGEST_COMMENT - END_BYTES - LOCATOR_BYTES - LARGE_END_BYTES))
        tail = file.read()
    at = _end_record(tail)
    if at is None:
        return  # zipfile says that it is none
    entries, directory = struct.unpack_from("<HL", tail, at + 10)
    locator = at - LOCATOR_BYTES
    large = locator - LARGE_END_BYTES
    if large >= 0 and tail.startswith(b"PK\x06\x07", locator) and tail.startswith(b"PK\x06\x06", large):
        entries, directory = struct.unpack_from("<QQ", tail, large + 32)
    if entries > caps.entries or directory > caps.directory_bytes:
        raise _too_many(title, entries, caps)


def _end_record(tail: bytes) -> int | None:
    """Where the record that ends an archive begins: found as zipfile finds it, so that both read the same."""
    plain = len(tail) - END_BYTES
    if plain >= 0 and tail.startswith(b"PK\x05\x06", plain) and tail.endswith(b"\0\0"):
        return plain
    at = tail.rfind(b"PK\x05\x06")
    return at if 0 <= at <= plain else None


def _check_members(members: list[zipfile.ZipInfo], title: str, caps: Caps) -> None:
    if len(members) > caps.entries:
        raise _too_many(title, len(members), caps)
    bad = [(info.filename, why) for info in members if (why := _wrong_with(info, caps))]
    bad += _clashes(members)
    if sum(info.file_size for info in members) > caps.total_bytes:
        bad.append(("all its files", f"would take more than {caps.total_bytes / 1e9:.0f} GB"))
    if bad:
        said = "; ".join(f"'{name[:120]}' {why}" for name, why in bad[:NAMED_AT_MOST])
        more = f"; and {len(bad) - NAMED_AT_MOST} more" if len(bad) > NAMED_AT_MOST else ""
        raise BadArchive(
            f"{title} was not unpacked: {said}{more}.",
            remedy=MAKE_ANEW + (", without a password." if any(why == LOCKED for _, why in bad) else "."),
            detail={"file": title},
        )


def _clashes(members: list[zipfile.ZipInfo]) -> Iterator[tuple[str, str]]:
    """Names that stand for two files, or for a file and a folder; in order, they follow one another."""
    in_order = sorted(_plain(info.filename).split("/") for info in members)
    for one, other in pairwise(in_order):
        if one == other:
            yield "/".join(one), "is in it twice"
        elif one == other[: len(one)]:
            yield "/".join(one), "is a file and a folder in it"


def _wrong_with(info: zipfile.ZipInfo, caps: Caps) -> str:
    """What is wrong with a member; empty when nothing is."""
    name = info.filename.replace("\\", "/")
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.startswith("/") or ":" in name.split("/")[0]:
        return "has an absolute path"
    if ".." in name.split("/"):
        return "leads out of the archive"
    if not name.isprintable() or len(name) > 1_000 or not PurePosixPath(name).name:
        return "has a name that is no file name"
    if any(len(part.encode()) > LONGEST_NAME_BYTES for part in _plain(name).split("/")):
        return f"has a name of more than {LONGEST_NAME_BYTES} bytes"
    if kind and not stat.S_ISREG(kind):
        return "is a link or a device, not a file"
    if info.flag_bits & ENCRYPTED_FLAGS:
        return LOCKED
    if info.compress_type not in METHODS:
        return "is compressed in a way that isn't read here"
    if PurePosixPath(name).suffix.lower() in ARCHIVE_ENDINGS:
        return "is an archive within the archive"
    if info.file_size > caps.member_bytes:
        return f"would take more than {caps.member_bytes / 1e9:.0f} GB"
    if info.file_size > caps.small_bytes and info.file_size > caps.ratio * max(1, info.compress_size):
        return f"would grow more than {caps.ratio} times"
    return ""


def _write(opened: zipfile.ZipFile, info: zipfile.ZipInfo, into: Path, title: str, most: int) -> int:
    """Unpack one member; gives its bytes, which are counted and not believed."""
    target = into / _plain(info.filename)
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(info) as source, target.open("xb") as out:
        while block := source.read(BLOCK_BYTES):
            if not written and block.startswith(ARCHIVE_STARTS):
                raise _refused(title, info.filename, "is an archive within the archive")
            written += len(block)
            if written > most or written > info.file_size:
                raise _refused(title, info.filename, "holds more than it says or than is allowed")
            out.write(block)
    return written


def _refused(title: str, name: str, why: str) -> BadArchive:
    return BadArchive(
        f"{title}: '{name[:120]}' {why}.",
        remedy=f"{MAKE_ANEW}.",
        detail={"file": title},
    )


def _too_many(title: str, entries: int, caps: Caps) -> BadArchive:
    return BadArchive(
        f"{title} lists {entries:,} files; {caps.entries:,} are the most.",
        remedy="Split the archive.",
        detail={"file": title},
    )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", str(PurePosixPath(name.replace("\\", "/"))))


def _is_litter(name: str) -> bool:
    """What systems add by themselves, and nobody means to send."""
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or (bool(parts) and parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini"))
