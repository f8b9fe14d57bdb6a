"""The clean file that is kept of an upload: the same pixels, none of the metadata.

Rule: never lose a pixel's value.

- A JPEG whose decoded pixels are already what Fovea stores (RGB, upright, within limits) keeps its
  compressed data bit for bit; every APPn segment but JFIF's and Adobe's (they say how colours are
  meant) and every comment are dropped, as is anything after the end of the picture. The result is decoded
  and compared with the upload's own pixels.
- Everything else becomes a PNG of the decoded pixels.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from imaging.arrays import RgbImage
from imaging.decode import decode_image, read_header

KEPT_SEGMENTS = {0xE0: b"JFIF\x00", 0xEE: b"Adobe"}
START_OF_SCAN = 0xDA
END_OF_IMAGE = b"\xff\xd9"
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # in a scan: neither stuffing nor a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanImage:
    """Bytes to store, their file name's ending, their media type, and the pixels that they hold."""

    data: bytes
    suffix: str
    media_type: str
    rgb: RgbImage


def clean_image(upload: bytes) -> CleanImage:
    """Check, decode and clean an uploaded file; raises UnreadableImage as `decode_image` does."""
    header = read_header(upload)
    rgb = decode_image(upload)
    if header.format == "JPEG" and header.mode == "RGB" and header.orientation == 1:
        stripped = strip_jpeg(upload)
        if stripped is not None and _same_pixels(stripped, rgb):
            return CleanImage(data=stripped, suffix=".jpg", media_type="image/jpeg", rgb=rgb)
    return CleanImage(data=encode_png(rgb), suffix=".png", media_type="image/png", rgb=rgb)


def encode_png(rgb: RgbImage) -> bytes:
    """A PNG of uint8 RGB (H, W, 3) without metadata; the same pixels give the same bytes."""
    done, data = cv2.imencode(".png", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_PNG_COMPRESSION, 3))
    if not done:
        raise ValueError(f"the picture {rgb.shape} could not be encoded")
    return bytes(data)


def encode_jpeg(rgb: RgbImage, *, quality: int = 90) -> bytes:
    """A JPEG of uint8 RGB (H, W, 3) or grey (H, W) for showing; never for what is stored as the original."""
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, "JPEG", quality=quality, optimize=False)
    return stream.getvalue()


def strip_jpeg(data: bytes) -> bytes | None:
    """The JPEG without metadata and without what follows the picture; None if its parts make no sense."""
    kept = [b"\xff\xd8"]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if marker == START_OF_SCAN:
            after = NEXT_MARKER.search(data, end)
            if after is None:
                return None
            end = after.start()
        if not _is_metadata(marker, data[at + 4 : at + 16]):
            kept.append(data[at:end])
        if data[end : end + 2] == END_OF_IMAGE:
            return b"".join([*kept, END_OF_IMAGE])
        at = max(end, at + 2)
    return None


def _is_metadata(marker: int, start: bytes) -> bool:
    if marker in KEPT_SEGMENTS:
        return not start.startswith(KEPT_SEGMENTS[marker])
    return 0xE0 <= marker <= 0xEF or marker == 0xFE


def _same_pixels(data: bytes, rgb: RgbImage) -> bool:
    """Whether the stripped file still decodes to the upload's pixels."""
    with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
        return image.mode == "RGB" and np.array_equal(np.asarray(image), rgb)
