"""Uploaded files to pixels: refuse what is no photograph, before it can do harm.

Only JPEG, PNG, TIFF and BMP; size limits are checked on the header, before anything is decoded.
How each kind of picture becomes uint8 RGB:

- EXIF orientation is applied, so that pixels are stored the way they are shown.
- Greyscale and palette pictures become RGB. CMYK goes through Pillow's conversion.
- 16-bit and float greyscale is scaled by its own minimum and maximum (a plain conversion would clip).
- Alpha is flattened onto black, the colour of a fundus photograph's border.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from imaging.arrays import RgbImage
from imaging.errors import UnreadableImage

FORMATS = ("JPEG", "PNG", "TIFF", "BMP")
MAX_PIXELS = 60_000_000
MAX_BYTES = 200_000_000
ORIENTATION_TAG = 0x0112
DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")

Source = Path | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file's header says; `width` and `height` are those after EXIF orientation."""

    format: str
    mode: str
    width: int
    height: int
    orientation: int
    frames: int


def read_header(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> Header:
    """Check a file without decoding it.

    Raises UnreadableImage: too_many_bytes, not_an_image, unsupported_format, too_many_pixels,
    several_frames.
    """
    with _opened(source, max_pixels=max_pixels, max_bytes=max_bytes) as image:
        return _header_of(image)


def decode_image(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> RgbImage:
    """The picture as uint8 RGB (H, W, 3), turned upright.

    Raises UnreadableImage: those of `read_header`, and truncated_image.
    """
    with _opened(source, max_pixels=max_pixels, max_bytes=max_bytes) as image:
        return np.asarray(_to_rgb(_loaded(image)), np.uint8)


def shrink(source: Source, *, longer_side: int) -> Image.Image:
    """An upright RGB preview of at most `longer_side` pixels; JPEGs are decoded small, hence fast.

    Raises UnreadableImage like `decode_image`.
    """
    with _opened(source, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES) as image:
        image.draft("RGB", (longer_side, longer_side))
        small = _to_rgb(_loaded(image))
        small.thumbnail((longer_side, longer_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
        return small


def shrink_pixels(rgb: RgbImage, *, longer_side: int) -> RgbImage:
    """An RGB preview of at most `longer_side` pixels, averaged over areas; never enlarged."""
    height, width = rgb.shape[:2]
    if max(height, width) <= longer_side:
        return rgb
    small = Image.fromarray(rgb)
    small.thumbnail((longer_side, longer_side), Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(small, np.uint8)


@contextmanager
def _opened(source: Source, *, max_pixels: int, max_bytes: int) -> Iterator[Image.Image]:
    """The file's header, read and within limits; no pixel is decoded yet."""
    size = source.stat().st_size if isinstance(source, Path) else len(source)
    if size > max_bytes:
        raise UnreadableImage(
            "too_many_bytes",
            f"The file has {size / 1e6:.0f} MB; {max_bytes / 1e6:.0f} MB are the most.",
            remedy="Save the photograph as a JPEG of high quality.",
        )
    stream = source.open("rb") if isinstance(source, Path) else io.BytesIO(source)
    with stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # our own limits follow, and are stricter
                image = Image.open(stream, formats=FORMATS)
                frames = _frames(image)
        except Image.DecompressionBombError as error:
            raise _too_many_pixels("a huge number of", max_pixels) from error
        except (OSError, ValueError, SyntaxError, struct.error, TypeError, KeyError, EOFError) as error:
            raise _not_opened(stream) from error
        with image:
            if image.width * image.height > max_pixels:
                raise _too_many_pixels(f"{image.width} x {image.height}", max_pixels)
            if frames != 1:
                raise UnreadableImage(
                    "several_frames",
                    f"The file holds {frames} pictures.",
                    remedy="Save each photograph as a file of its own.",
                )
            yield image


def _header_of(image: Image.Image) -> Header:
    orientation = _orientation(image)
    turned = orientation >= 5 and image.format != "TIFF"  # Pillow turns a TIFF's size itself
    width, height = image.size[::-1] if turned else image.size
    return Header(
        format="JPEG" if image.format == "MPO" else str(image.format),
        mode=image.mode,
        width=width,
        height=height,
        orientation=orientation,
        frames=_frames(image),
    )


def _orientation(image: Image.Image) -> int:
    """EXIF orientation 1 to 8; 1 (upright) where there is none or nonsense."""
    try:
        value = image.getexif().get(ORIENTATION_TAG, 1)
    except (OSError, ValueError, SyntaxError, struct.error, TypeError, KeyError):
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _frames(image: Image.Image) -> int:
    """Pictures in the file. A camera's MPO preview beside the JPEG photograph doesn't count."""
    return 1 if image.format in ("JPEG", "MPO") else int(getattr(image, "n_frames", 1))


def _loaded(image: Image.Image) -> Image.Image:
    try:
        image.load()
        return ImageOps.exif_transpose(image) if _orientation(image) != 1 else image
    except Image.DecompressionBombError as error:
        raise _too_many_pixels("a huge number of", MAX_PIXELS) from error
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise UnreadableImage(
            "truncated_image",
            "The file is damaged or cut short.",
            remedy="Copy the file again from the camera or the archive.",
        ) from error


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode in DEEP_MODES:
        return Image.fromarray(_stretched(np.asarray(image))).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        colored = image.convert("RGBA")
        flat = Image.new("RGB", image.size)
        flat.paste(colored, mask=colored.getchannel("A"))
        return flat
    return image.convert("RGB")


def _stretched(
    deep: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Deep greyscale, (H, W), from its own minimum and maximum to 0 and 255."""
    values = np.nan_to_num(np.asarray(deep, np.float64), posinf=0.0, neginf=0.0)
    lowest, highest = float(values.min()), float(values.max())
    spread = highest - lowest or 1.0
    return np.rint((values - lowest) * (255 / spread)).astype(np.uint8)


def _not_opened(stream: io.BufferedIOBase) -> UnreadableImage:
    """Tell a picture of another format, and a damaged one of ours, from a file that is no picture."""
    stream.seek(0)
    start = stream.read(16)
    others = {b"GIF8": "GIF", b"RIFF": "WebP", b"8BPS": "Photoshop", b"\x00\x00\x00\x0cjP": "JPEG 2000"}
    for signature, name in others.items():
        if start.startswith(signature):
            return UnreadableImage(
                "unsupported_format",
                f"{name} files aren't taken in.",
                remedy="Save the photograph as JPEG, PNG, TIFF or BMP.",
            )
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")):
        return UnreadableImage(
            "truncated_image",
            "The file is damaged or cut short.",
            remedy="Copy the file again from the camera or the archive.",
        )
    return UnreadableImage(
        "not_an_image",
        "The file is no picture, whatever its name says.",
        remedy="Choose a JPEG, PNG, TIFF or BMP file.",
    )


def _too_many_pixels(size: str, max_pixels: int) -> UnreadableImage:
    return UnreadableImage(
        "too_many_pixels",
        f"The picture has {size} pixels; {max_pixels / 1e6:.0f} million are the most.",
        remedy="Export the photograph at its camera's own size.",
    )
