"""Masks as files at their own size: 1-bit PNG, small, exact, the same bytes for the same mask; or indexed."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.arrays import BoolMask, GrayImage
from imaging.errors import UnreadableImage
from imaging.png import png_file

MAX_PIXELS = 60_000_000


def encode_mask(mask: BoolMask) -> bytes:
    """A 1-bit greyscale PNG of a bool (H, W) mask, True white; the same mask gives the same bytes."""
    if mask.ndim != 2 or mask.dtype != np.bool_ or 0 in mask.shape:
        raise ValueError(f"a mask is a bool array (H, W), got {mask.dtype} {mask.shape}")
    packed = np.packbits(mask, axis=1)
    rows = np.zeros((len(packed), packed.shape[1] + 1), np.uint8)  # each row starts with filter type 0
    rows[:, 1:] = packed
    return png_file(rows, width=mask.shape[1], bit_depth=1, strategy=zlib.Z_DEFAULT_STRATEGY)


def decode_mask(data: bytes, *, max_pixels: int = MAX_PIXELS) -> BoolMask:
    """The bool (H, W) mask of a PNG or TIFF of any depth; every non-zero pixel is True.

    Raises UnreadableImage: not_an_image, too_many_pixels, several_frames, truncated_image.
    """
    with _opened(data, max_pixels=max_pixels) as image:
        colored = image.mode in ("RGB", "RGBA", "LA", "P", "CMYK")
        pixels = _pixels(image, mode="RGB" if colored else None)
    lit: BoolMask = (pixels.max(axis=2) if pixels.ndim == 3 else pixels) != 0
    return lit


def decode_indices(data: bytes, *, max_pixels: int = MAX_PIXELS) -> NDArray[np.int32]:
    """The numbers, int32 (H, W), of an indexed PNG or TIFF: those of its palette, else its grey values.

    Raises UnreadableImage: not_indexed (a colour picture), and those of `decode_mask`.
    """
    with _opened(data, max_pixels=max_pixels) as image:
        if image.mode not in ("1", "L", "P", "I", "I;16", "I;16B", "I;16L"):
            raise UnreadableImage(
                "not_indexed",
                f"The file holds colours ({image.mode}), not one number per pixel.",
                remedy="Save it as an indexed or greyscale PNG, or give one mask per class.",
            )
        return _pixels(image, mode=None).astype(np.int32)


def encode_indices(indices: GrayImage, *, palette: Sequence[tuple[int, int, int]]) -> bytes:
    """An indexed PNG of a uint8 (H, W) map; `palette` gives each number's colour, red first."""
    picture = Image.fromarray(indices).convert("L")
    picture.putpalette([part for color in palette for part in color])
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


@contextmanager
def _opened(data: bytes, *, max_pixels: int) -> Iterator[Image.Image]:
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
        if _has_more_frames(image):
            raise UnreadableImage(
                "several_frames", "The file holds several pictures.", remedy="Save each mask as one file."
            )
        yield image


def _has_more_frames(image: Image.Image) -> bool:
    """Whether a second picture follows; they are not counted, a file may hold thousands."""
    try:
        image.seek(1)
    except Exception:  # Pillow raises nearly anything where the second one is damaged or missing
        image.seek(0)
        return False
    return True


def _pixels(image: Image.Image, *, mode: str | None) -> NDArray[Any]:
    try:
        return np.asarray(image.convert(mode) if mode else image)
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise UnreadableImage(
            "truncated_image", "The mask's file is damaged.", remedy="Copy the file again."
        ) from error


def _too_many_pixels(size: str, max_pixels: int) -> UnreadableImage:
    return UnreadableImage(
        "too_many_pixels",
        f"The mask has {size} pixels.",
        remedy=f"Masks may have {max_pixels:,} pixels.",
    )
