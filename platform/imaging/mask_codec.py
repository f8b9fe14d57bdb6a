"""Masks as 1-bit PNG files at their own size: small, exact, the same bytes for the same mask."""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from PIL import Image

from imaging.arrays import BoolMask
from imaging.errors import UnreadableImage
from imaging.png import png_file


def encode_mask(mask: BoolMask) -> bytes:
    """A 1-bit greyscale PNG of a bool (H, W) mask, True white; the same mask gives the same bytes."""
    if mask.ndim != 2 or mask.dtype != np.bool_ or 0 in mask.shape:
        raise ValueError(f"a mask is a bool array (H, W), got {mask.dtype} {mask.shape}")
    packed = np.packbits(mask, axis=1)
    rows = np.zeros((len(packed), packed.shape[1] + 1), np.uint8)  # each row starts with filter type 0
    rows[:, 1:] = packed
    return png_file(rows, width=mask.shape[1], bit_depth=1, strategy=zlib.Z_DEFAULT_STRATEGY)


def decode_mask(data: bytes, *, max_pixels: int = 60_000_000) -> BoolMask:
    """The bool (H, W) mask of a PNG or TIFF of any depth; every non-zero pixel is True.

    Raises UnreadableImage: not_an_image, too_many_pixels, truncated_image.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit follows, and is stricter
            image = Image.open(io.BytesIO(data), formats=("PNG", "TIFF"))
    except Image.DecompressionBombError as error:
        raise _too_many_pixels("a huge number of", max_pixels) from error
    except (OSError, ValueError, SyntaxError, struct.error, TypeError, KeyError, EOFError) as error:
        raise UnreadableImage(
            "not_an_image", "The mask is neither PNG nor TIFF.", remedy="Save it as a 1-bit PNG."
        ) from error
    with image:
        if image.width * image.height > max_pixels:
            raise _too_many_pixels(f"{image.width} x {image.height}", max_pixels)
        try:
            colored = image.mode in ("RGB", "RGBA", "LA", "P", "CMYK")
            pixels = np.asarray(image.convert("RGB") if colored else image)
        except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
            raise UnreadableImage(
                "truncated_image", "The mask's file is damaged.", remedy="Copy the file again."
            ) from error
    lit: BoolMask = (pixels.max(axis=2) if pixels.ndim == 3 else pixels) != 0
    return lit


def _too_many_pixels(size: str, max_pixels: int) -> UnreadableImage:
    return UnreadableImage(
        "too_many_pixels",
        f"The mask has {size} pixels.",
        remedy=f"Masks may have {max_pixels:,} pixels.",
    )
