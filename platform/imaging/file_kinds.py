"""Tells what a file is by its bytes; names and endings prove nothing."""

from __future__ import annotations

import struct
from pathlib import Path

END_OF_ARCHIVE = b"PK\x05\x06"
END_RECORD = struct.Struct("<4s4H2LH")
LONGEST_COMMENT = 0xFFFF
DICOM_MARK = slice(128, 132)
OTHER_FORMATS = {
    b"GIF8": "GIF",
    b"RIFF": "WebP",
    b"8BPS": "Photoshop",
    b"\x00\x00\x00\x0cjP": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
}


def is_dicom(source: Path | bytes) -> bool:
    """Whether the file says that it is DICOM."""
    if isinstance(source, bytes):
        return source[DICOM_MARK] == b"DICM"
    with source.open("rb") as file:
        return file.read(DICOM_MARK.stop)[DICOM_MARK] == b"DICM"


def other_format(start: bytes) -> str | None:
    """The name of a picture format that is not taken in, by a file's first bytes."""
    return next((name for mark, name in OTHER_FORMATS.items() if start.startswith(mark)), None)


def hides_an_archive(source: Path | bytes) -> bool:
    """Whether a zip tool would find an archive in the file, by the record that ends one."""
    longest = END_RECORD.size + LONGEST_COMMENT
    if isinstance(source, bytes):
        tail = source[-longest:]
    else:
        with source.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - longest))
            tail = file.read()
    at = tail.rfind(END_OF_ARCHIVE)
    if at < 0 or len(tail) - at < END_RECORD.size:
        return False
    _, disk, first_disk, here, entries, directory_bytes, _, _ = END_RECORD.unpack_from(tail, at)
    return (disk, first_disk) == (0, 0) and here == entries > 0 and directory_bytes > 0
