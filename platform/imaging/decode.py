"""Uploaded files to pixels: refuse what is no photograph, before it can do harm.

Only JPEG, PNG, TIFF, BMP and DICOM; size limits are checked on the header, before anything is decoded.
EXIF orientation is applied, so that pixels are stored the way they are shown. How pictures that are not
8-bit RGB become it: `imaging.color`. DICOM: `imaging.dicom`.
"""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from imaging.arrays import RgbImage
from imaging.color import stretched, to_rgb
from imaging.errors import UnreadableImage
from imaging.file_kinds import hides_an_archive, is_dicom, other_format
from imaging.header import MAX_BYTES, MAX_PIXELS, Decoded, Header, Source

FORMATS = ("JPEG", "PNG", "TIFF", "BMP")
ORIENTATION_TAG = 0x0112
BITS_PER_SAMPLE_TAG = 258
DAMAGE = (OSError, ValueError, SyntaxError, struct.error, TypeError, KeyError, EOFError, OverflowError)


def read_header(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> Header:
    """Check a file without decoding it.

    Raises UnreadableImage: too_many_bytes, not_an_image, unsupported_format, too_many_pixels,
    several_frames, hidden_archive, and for DICOM those of `imaging.dicom`.
    """
    _check_bytes(source, max_bytes)
    if is_dicom(source):
        from imaging import dicom  # pydicom takes a while to load, and few files need it

        return dicom.read_header(source, max_pixels=max_pixels)
    with _opened(source, max_pixels=max_pixels) as image:
        return _header_of(image)


def decode(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> Decoded:
    """The picture as uint8 RGB, turned upright, with how its values became that.

    Raises UnreadableImage: those of `read_header`, and truncated_image.
    """
    _check_bytes(source, max_bytes)
    if is_dicom(source):
        from imaging import dicom

        return dicom.decode(source, max_pixels=max_pixels)
    with _opened(source, max_pixels=max_pixels) as image:
        is_deep = _has_16_bit_colors(image)
        header = _header_of(image)
        if is_deep:
            rgb, how = stretched(_deep_colors(source, header))
            return Decoded(header=header, rgb=rgb, conversion=how)
        converted, how = to_rgb(_loaded(image))
    rgb = np.asarray(converted, np.uint8)
    return Decoded(header=header, rgb=rgb, conversion=how)


def decode_image(source: Source, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES) -> RgbImage:
    """The picture as uint8 RGB (H, W, 3), turned upright; raises UnreadableImage as `decode` does."""
    return decode(source, max_pixels=max_pixels, max_bytes=max_bytes).rgb


def shrink(source: Source, *, longer_side: int) -> Image.Image:
    """An upright RGB preview of at most `longer_side` pixels; JPEGs are decoded small, hence fast.

    Raises UnreadableImage like `decode_image`.
    """
    _check_bytes(source, MAX_BYTES)
    with _opened(source, max_pixels=MAX_PIXELS) as image:
        image.draft("RGB", (longer_side, longer_side))
        small, _ = to_rgb(_loaded(image))
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


def halved(rgb: RgbImage, *, longest: int) -> RgbImage:
    """The picture halved until no side is longer: the fastest way to a smaller copy, each pixel a mean."""
    while max(rgb.shape[:2]) > longest:
        height, width = rgb.shape[:2]
        size = (max(1, width // 2), max(1, height // 2))
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    return rgb


def too_many_pixels(size: str, max_pixels: int) -> UnreadableImage:
    """What is said of a picture that claims too large a size."""
    return UnreadableImage(
        "too_many_pixels",
        f"The picture has {size} pixels; {max_pixels / 1e6:.0f} million are the most.",
        remedy="Export the photograph at its camera's own size.",
    )


def several_frames(frames: int) -> UnreadableImage:
    """What is said of a file with more than one picture."""
    return UnreadableImage(
        "several_frames",
        f"The file holds {frames:,} pictures.",
        remedy="Save each photograph as a file of its own.",
    )


def truncated() -> UnreadableImage:
    """What is said of a file whose pixels can't be had."""
    return UnreadableImage(
        "truncated_image",
        "The file is damaged or cut short.",
        remedy="Copy the file again from the camera or the archive.",
    )


def _check_bytes(source: Source, max_bytes: int) -> None:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > max_bytes:
        raise UnreadableImage(
            "too_many_bytes",
            f"The file has {size / 1e6:.0f} MB; {max_bytes / 1e6:.0f} MB are the most.",
            remedy="Save the photograph as a JPEG of high quality.",
        )


@contextmanager
def _opened(source: Source, *, max_pixels: int) -> Iterator[Image.Image]:
    """The file's header, read and within limits; no pixel is decoded yet."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # our own limits follow, and are stricter
                image = Image.open(stream, formats=FORMATS)
                frames = _frames(image)
        except Image.DecompressionBombError as error:
            raise too_many_pixels("a huge number of", max_pixels) from error
        except DAMAGE as error:
            raise _not_opened(stream) from error
        with image:
            if image.width * image.height > max_pixels:
                raise too_many_pixels(f"{image.width:,} x {image.height:,}", max_pixels)
            if frames != 1:
                raise several_frames(frames)
            if hides_an_archive(source):
                raise UnreadableImage(
                    "hidden_archive",
                    "The file is a picture and a zip archive in one.",
                    remedy="Open the photograph in an image editor, save it anew, and import that.",
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
    except DAMAGE:
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
        raise too_many_pixels("a huge number of", MAX_PIXELS) from error
    except MemoryError:
        raise
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged files
        raise truncated() from error


def _deep_colors(source: Source, header: Header) -> NDArray[np.uint16]:
    """16-bit colour, (H, W, 3 or 4) upright, of which Pillow would keep the upper 8 bits."""
    encoded = np.frombuffer(source, np.uint8) if isinstance(source, bytes) else np.fromfile(source, np.uint8)
    try:
        pixels = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise truncated() from error
    if pixels is None or pixels.dtype != np.uint16 or pixels.ndim != 3:
        raise truncated()
    ordered = np.asarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]], np.uint16)
    # OpenCV turns a TIFF itself, and leaves a PNG as it lies.
    return ordered if header.format == "TIFF" else _upright(ordered, header.orientation)


def _has_16_bit_colors(image: Image.Image) -> bool:
    if image.format == "TIFF":
        bits = getattr(image, "tag_v2", {}).get(BITS_PER_SAMPLE_TAG, (8,))
        return len(bits) >= 3 and set(bits) == {16}
    tiles = getattr(image, "tile", [])
    return image.format == "PNG" and bool(tiles) and tiles[0][3] in ("RGB;16B", "RGBA;16B", "LA;16B")


def _upright(pixels: NDArray[np.uint16], orientation: int) -> NDArray[np.uint16]:
    """The pixels turned as EXIF orientation asks."""
    if orientation in (5, 6, 7, 8):
        pixels = pixels.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels


def _not_opened(stream: io.BufferedIOBase) -> UnreadableImage:
    """Tell a picture of another format, and a damaged one of ours, from a file that is no picture."""
    stream.seek(0)
    start = stream.read(16)
    if name := other_format(start):
        return UnreadableImage(
            "unsupported_format",
            f"{name} files aren't taken in.",
            remedy="Save the photograph as JPEG, PNG, TIFF or BMP.",
        )
    if start.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")):
        return truncated()
    return UnreadableImage(
        "not_an_image",
        "The file is no picture, whatever its name says.",
        remedy="Choose a JPEG, PNG, TIFF, BMP or DICOM file.",
    )
