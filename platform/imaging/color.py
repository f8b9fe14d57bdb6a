"""Pixels of every kind become 8-bit RGB by one stated rule each; the rule is kept with the image.

- Grey, black-and-white and palette pictures: every level as it is, in all three channels.
- CMYK: through the file's own colour profile to sRGB; without one, Pillow's plain conversion.
- More than 8 bits: the lowest value of all channels becomes 0 and the highest 255, evenly between, so that
  nothing is clipped and colours keep their proportions.
- Transparency is laid onto black, the colour of a fundus photograph's border.

RGB of 8 bits keeps its values; a colour profile is dropped with the other metadata, not applied.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from imaging.arrays import RgbImage
from imaging.errors import UnreadableImage

DEEP_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
GREY_MODES = {"L": "grey to RGB", "1": "black and white to RGB", "P": "palette to RGB"}
ROWS_AT_ONCE = 256


def to_rgb(image: Image.Image) -> tuple[Image.Image, str]:
    """A decoded picture as 8-bit RGB, and how; raises UnreadableImage for colours that nobody converts."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return image, ""
    if image.mode in DEEP_MODES:
        rgb, how = stretched(np.asarray(image))
        return Image.fromarray(rgb), how
    if image.mode == "CMYK":
        return _from_cmyk(image)
    try:
        if image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
            colored = image.convert("RGBA")
            flat = Image.new("RGB", image.size)
            flat.paste(colored, mask=colored.getchannel("A"))
            return flat, "transparency laid onto black"
        return image.convert("RGB"), GREY_MODES.get(image.mode, f"{image.mode} to RGB")
    except ValueError as error:
        raise UnreadableImage(
            "unsupported_format",
            f"Pictures with the colours {image.mode} aren't taken in.",
            remedy="Save the photograph with RGB colours, as JPEG, PNG or TIFF.",
        ) from error


def stretched(deep: NDArray[Any]) -> tuple[RgbImage, str]:
    """More than 8 bits, (H, W) or (H, W, 1 to 4), as uint8 RGB by the rule above, and the rule in words."""
    planes = deep[..., None] if deep.ndim == 2 else deep
    colors = planes[..., :3] if planes.shape[2] >= 3 else planes[..., :1]
    lowest, highest = _range_of(colors)
    rgb = np.empty((*deep.shape[:2], 3), np.uint8)
    scale = 255 / ((highest - lowest) or 1.0)
    opaque = planes.shape[2] in (1, 3)
    for top in range(0, len(rgb), ROWS_AT_ONCE):
        rows = slice(top, top + ROWS_AT_ONCE)
        values = (_finite(colors[rows]) - lowest) * scale
        if not opaque:
            values *= planes[rows, :, -1:] / np.float64(_most(planes.dtype))
        rgb[rows] = np.rint(values)
    kind = "float" if deep.dtype.kind == "f" else f"{8 * deep.dtype.itemsize} bit"
    ends = f"{lowest:g} to {highest:g}" if highest < 1e6 else f"{lowest:.3g} to {highest:.3g}"
    how = f"{kind}: {ends} became 0 to 255"
    return rgb, how if opaque else f"{how}, transparency laid onto black"


def _range_of(values: NDArray[Any]) -> tuple[float, float]:
    """The lowest and the highest finite value, looked up in parts to save memory."""
    lowest, highest = np.inf, -np.inf
    for top in range(0, len(values), ROWS_AT_ONCE):
        part = _finite(values[top : top + ROWS_AT_ONCE])
        lowest, highest = min(lowest, float(part.min())), max(highest, float(part.max()))
    return lowest, highest


def _finite(values: NDArray[Any]) -> NDArray[np.float64]:
    return np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)


def _most(kind: np.dtype[Any]) -> float:
    return float(np.iinfo(kind).max) if kind.kind in "iu" else 1.0


def _from_cmyk(image: Image.Image) -> tuple[Image.Image, str]:
    profile = image.info.get("icc_profile")
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted, "CMYK to sRGB by the file's colour profile"
    return image.convert("RGB"), "CMYK to RGB without a colour profile"
