"""Pictures that mean harm, each with the code that it is refused with."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from tests.imaging.dicom_files import dicom_file


def png_of(width: int, height: int) -> bytes:
    """A PNG that is well-formed and tiny, and whose zeros would fill `width` x `height`."""
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(1 << 20)) for _ in range(64)) + rows.flush()
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (
        struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, b"IDAT" + packed)
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def frames_of(count: int) -> bytes:
    """A TIFF of `count` one-pixel pictures."""
    entry = struct.pack("<HHIHH", 256, 3, 1, 1, 0) + struct.pack("<HHIHH", 257, 3, 1, 1, 0)
    entry += struct.pack("<HHIHH", 258, 3, 1, 8, 0) + struct.pack("<HHIHH", 262, 3, 1, 1, 0)
    entry += struct.pack("<HHII", 273, 4, 1, 8) + struct.pack("<HHIHH", 278, 3, 1, 1, 0)
    entry += struct.pack("<HHII", 279, 4, 1, 1)
    size = 2 + len(entry) + 4
    directories = [
        struct.pack("<H", 7)
        + entry
        + struct.pack("<I", 10 + size * (number + 1) if number + 1 < count else 0)
        for number in range(count)
    ]
    return b"II*\0" + struct.pack("<I", 10) + b"\0\0" + b"".join(directories)


def saved(rgb: Any, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, kind, **options)
    return stream.getvalue()


def archive() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr("Main.class", "hidden")
    return stream.getvalue()


HOSTILE: dict[str, tuple[Callable[[np.ndarray], bytes], str]] = {
    "huge.png": (lambda rgb: png_of(50_000, 50_000), "too_many_pixels"),
    "cut.jpg": (lambda rgb: saved(rgb, "JPEG")[:9_000], "truncated_image"),
    "frames.tif": (lambda rgb: frames_of(10_000), "several_frames"),
    "drawing.png": (lambda rgb: b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "not_an_image"),
    "polyglot.jpg": (lambda rgb: saved(rgb, "JPEG") + archive(), "hidden_archive"),
    "gifar.jpg": (lambda rgb: saved(rgb, "GIF") + archive(), "unsupported_format"),
    "page.jpg": (lambda rgb: b"<html><script>alert(1)</script></html>", "not_an_image"),
    "huge.dcm": (lambda rgb: dicom_file(rgb, Rows=50_000, Columns=50_000), "too_many_pixels"),
    "short.png": (lambda rgb: png_of(7_000, 7_000), "truncated_image"),
}
