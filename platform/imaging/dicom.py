"""Ophthalmic photographs in DICOM files: pixels, eye, date and device are taken; all else is never looked at.

Names, numbers, places and whatever else a file says of a person are neither read into our data nor logged.
Pixels may be stored plain, in RLE, JPEG (8 bit) or JPEG 2000; other transfer syntaxes are refused by name.
Colours become RGB by the file's own photometric interpretation; more than 8 bits by `imaging.color`'s rule.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, BinaryIO

import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import config as pydicom_config
from pydicom.filereader import read_dataset, read_preamble
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import UID

from imaging.arrays import RgbImage
from imaging.color import stretched
from imaging.decode import several_frames, too_many_pixels, truncated
from imaging.errors import UnreadableImage
from imaging.header import MAX_PIXELS, CameraFacts, Decoded, Header, Source

# Its warnings quote values, which may be people's names. Setting logging up anew would lift `disabled`.
logging.getLogger("pydicom").addFilter(lambda record: False)
pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE

PLAIN = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"}
COMPRESSED = {
    "1.2.840.10008.1.2.4.50",  # JPEG baseline
    "1.2.840.10008.1.2.4.51",  # JPEG extended: Pillow reads those of 8 bits
    "1.2.840.10008.1.2.4.90",  # JPEG 2000, lossless
    "1.2.840.10008.1.2.4.91",  # JPEG 2000
    "1.2.840.10008.1.2.5",  # RLE
}
PHOTOGRAPHS = (
    "1.2.840.10008.5.1.4.1.1.77.1.5.1",  # ophthalmic photography, 8 bit
    "1.2.840.10008.5.1.4.1.1.77.1.5.2",  # the same, 16 bit
    "1.2.840.10008.5.1.4.1.1.77.1.5.5",  # wide field
    "1.2.840.10008.5.1.4.1.1.77.1.5.6",
    "1.2.840.10008.5.1.4.1.1.77.1.4",  # visible light photograph
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture: how many cameras export
    "1.2.840.10008.5.1.4.1.1.7.2",
    "1.2.840.10008.5.1.4.1.1.7.3",
    "1.2.840.10008.5.1.4.1.1.7.4",
)
YBR = ("YBR_FULL", "YBR_FULL_422")
COLORS = ("RGB", *YBR, "YBR_RCT", "YBR_ICT")
GREYS = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
PIXELS = "PixelData"
DESCRIBING = (
    "SOPClassUID", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PhotometricInterpretation",
    "PlanarConfiguration", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "RedPaletteColorLookupTableDescriptor", "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData",
)  # fmt: skip
EYES = {"R": "OD", "L": "OS"}
DATES = ("AcquisitionDateTime", "AcquisitionDate", "ContentDate", "StudyDate")
CAMERA = ("ImageLaterality", "Laterality", "Manufacturer", "ManufacturerModelName", *DATES)
LONGEST_CAMERA = 100
LONGEST_CONVERSION = 120
SAVE_PLAIN = "Export the photograph from the camera's software as JPEG, PNG or uncompressed DICOM."


def read_header(source: Source, *, max_pixels: int = MAX_PIXELS) -> Header:
    """Check a DICOM file without touching its pixels.

    Raises UnreadableImage: truncated_image, unsupported_transfer_syntax, not_a_photograph,
    unsupported_colors, several_frames, too_many_pixels.
    """
    with _opened(source) as stream:
        _syntax_of(stream)
        return _header_of(_read(stream, DESCRIBING), max_pixels)


def decode(source: Source, *, max_pixels: int = MAX_PIXELS) -> Decoded:
    """The photograph as uint8 RGB, and what of the camera's facts is kept; raises as `read_header` does."""
    with _opened(source) as stream:
        syntax = _syntax_of(stream)
        about = _read(stream, (*DESCRIBING, *CAMERA))
        header, facts = _header_of(about, max_pixels), _facts_of(about)
        pixels, colors = _pixels_of(_read(stream, (*DESCRIBING, PIXELS)), syntax)
    rgb, how = _to_rgb(pixels, colors)
    if rgb.shape != (header.height, header.width, 3):
        raise truncated()
    conversion = f"DICOM {header.mode}, {str(syntax.name).split(' (')[0]}" + (f"; {how}" if how else "")
    return Decoded(header=header, rgb=rgb, conversion=conversion[:LONGEST_CONVERSION], facts=facts)


@contextmanager
def _opened(source: Source) -> Iterator[BinaryIO]:
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    with stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's quote values
        yield stream


def _syntax_of(stream: BinaryIO) -> UID:
    """The transfer syntax, read alone first: some would be inflated at once, to any size."""
    try:
        read_preamble(stream, force=False)
        meta = read_dataset(
            stream,
            is_implicit_VR=False,
            is_little_endian=True,
            stop_when=lambda tag, vr, length: tag >> 16 != 2,
        )
        syntax = UID(str(meta.TransferSyntaxUID))
    except Exception as error:  # pydicom raises nearly anything on damaged files
        raise truncated() from error
    stream.seek(0)
    if syntax not in PLAIN | COMPRESSED:
        raise UnreadableImage(
            "unsupported_transfer_syntax",
            f"The DICOM file's pixels are stored as {syntax.name:.80}, which isn't read here.",
            remedy=SAVE_PLAIN,
        )
    return syntax


def _read(stream: BinaryIO, tags: tuple[str, ...]) -> Any:
    """Only these elements of the file; a person's never are among them."""
    stream.seek(0)
    try:
        return pydicom.dcmread(stream, specific_tags=list(tags), stop_before_pixels=PIXELS not in tags)
    except MemoryError:
        raise
    except Exception as error:
        raise truncated() from error


def _text(found: Any, name: str) -> str:
    """An element's value as plain text; empty where there is none, or one that makes no sense."""
    try:
        value = " ".join(str(found.get(name) or "").split())
    except Exception:  # values are converted when they are asked for
        return ""
    return "".join(letter for letter in value if letter.isprintable())


def _header_of(found: Any, max_pixels: int) -> Header:
    kind = _text(found, "SOPClassUID")
    if kind not in PHOTOGRAPHS:
        raise UnreadableImage(
            "not_a_photograph",
            f"The DICOM file is no ophthalmic photograph but: {UID(kind).name[:80] or 'of no stated kind'}.",
            remedy="Export the fundus photographs only.",
        )
    try:
        width, height = int(found.Columns), int(found.Rows)
        frames = int(found.get("NumberOfFrames") or 1)
        colors = str(found.PhotometricInterpretation)
    except Exception as error:
        raise truncated() from error
    if frames != 1:
        raise several_frames(frames)
    if width * height > max_pixels:
        raise too_many_pixels(f"{width:,} x {height:,}", max_pixels)
    if colors not in (*COLORS, *GREYS, PALETTE):
        raise UnreadableImage(
            "unsupported_colors", f"DICOM colours of the kind {colors:.20} aren't read.", remedy=SAVE_PLAIN
        )
    return Header(format="DICOM", mode=colors, width=width, height=height, orientation=1, frames=1)


def _facts_of(found: Any) -> CameraFacts:
    side = (_text(found, "ImageLaterality") or _text(found, "Laterality")).upper()
    maker, model = _text(found, "Manufacturer"), _text(found, "ManufacturerModelName")
    camera = model if model.lower().startswith(maker.lower()) else f"{maker} {model}".strip()
    return CameraFacts(eye=EYES.get(side, ""), exam_date=_date_of(found), camera=camera[:LONGEST_CAMERA])


def _date_of(found: Any) -> date | None:
    for name in DATES:
        digits = _text(found, name)[:8]
        if len(digits) == 8 and digits.isdecimal():
            try:
                return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
            except ValueError:
                continue
    return None


def _pixels_of(found: Any, syntax: UID) -> tuple[NDArray[Any], str]:
    """The stored values, (H, W) or (H, W, 3), and which colours they are."""
    try:
        pixels, meta = get_decoder(syntax).as_array(found, raw=True, index=0)
        colors = str(meta["photometric_interpretation"])
        if colors == PALETTE:
            return np.asarray(apply_color_lut(pixels, found)), "RGB"
    except MemoryError:
        raise
    except Exception as error:
        raise truncated() from error
    return pixels, colors


def _to_rgb(pixels: NDArray[Any], colors: str) -> tuple[RgbImage, str]:
    if colors == "MONOCHROME1":  # the lowest value is white
        pixels = pixels.max() - pixels
    if pixels.dtype != np.uint8:
        rgb, how = stretched(pixels)
    elif pixels.ndim == 2:
        rgb, how = np.ascontiguousarray(np.broadcast_to(pixels[..., None], (*pixels.shape, 3))), "grey to RGB"
    else:
        rgb, how = np.ascontiguousarray(pixels), ""
    if colors in YBR:
        luma_first = np.ascontiguousarray(rgb[..., [0, 2, 1]])  # OpenCV keeps Cr before Cb
        rgb = np.asarray(cv2.cvtColor(luma_first, cv2.COLOR_YCrCb2RGB), np.uint8)
    return rgb, how
