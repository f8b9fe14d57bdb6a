"""Masks as 1-bit PNG files at their own size: small, exact, the same bytes for the same mask."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib

import numpy as np
from PIL import Image

from imaging.arrays import BoolMask
from imaging.errors import UnreadableImage

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ZLIB_LEVEL = 1  # masks are nearly empty: higher levels cost time and save next to nothing


def encode_mask(mask: BoolMask) -> bytes:
    """A 1-bit greyscale PNG of a bool (H, W) mask, True white; the same mask gives the same bytes."""
    if mask.ndim != 2 or mask.dtype != np.bool_ or 0 in mask.shape:
        raise ValueError(f"a mask is a bool array (H, W), got {mask.dtype} {mask.shape}")
    height, width = mask.shape
    packed = np.packbits(mask, axis=1)
    rows = np.zeros((height, packed.shape[1] + 1), np.uint8)  # each row starts with filter type 0
    rows[:, 1:] = packed
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), ZLIB_LEVEL)), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(name, body) for name, body in chunks)


def decode_mask(data: bytes, *, max_pixels: int = 60_000_000) -> BoolMask:
    """The bool (H, W) mask of a PNG or TIFF of any depth; every non-zero pixel is True.

    Raises UnreadableImage: not_an_image, too_many_pixels, truncated_image.
    """
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "TIFF"))
    except (OSError, ValueError, SyntaxError) as error:
        raise UnreadableImage(
            "not_an_image", "The mask is neither PNG nor TIFF.", remedy="Save it as a 1-bit PNG."
        ) from error
    with image:
        if image.width * image.height > max_pixels:
            raise UnreadableImage(
                "too_many_pixels",
                f"The mask has {image.width} x {image.height} pixels.",
                remedy=f"Masks may have {max_pixels:,} pixels.",
            )
        try:
            colored = image.mode in ("RGB", "RGBA", "LA", "P", "CMYK")
            pixels = np.asarray(image.convert("RGB") if colored else image)
        except (OSError, ValueError, SyntaxError, zlib.error) as error:
            raise UnreadableImage(
                "truncated_image", "The mask's file is damaged.", remedy="Copy the file again."
            ) from error
    lit: BoolMask = (pixels.max(axis=2) if pixels.ndim == 3 else pixels) != 0
    return lit


def sha256_of(data: bytes) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
