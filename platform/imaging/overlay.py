"""Masks, probability maps and heat maps as pictures to lay over a fundus photograph.

Each lesion class has a colour and a pattern, so that nobody has to tell red from green: hemorrhages are
solid red, hard exudates hatched green, soft exudates dotted blue, microaneurysms ringed orange. Every
class has a full outline. Where classes overlap, the later one of `STYLES` lies on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, RgbaImage, RgbImage

Pattern = Literal["solid", "hatched", "dotted", "ring", "crossed", "level", "checked", "upright", "falling"]

FILL_ALPHA = 110  # of 255; the photograph must stay visible
GAP_ALPHA = 25  # between the lines of a pattern
OUTLINE_ALPHA = 255
RIM, RIM_ALPHA = (255, 255, 255), 200


@dataclass(frozen=True, slots=True)
class Style:
    """Colour (red, green, blue) and pattern of one lesion class."""

    color: tuple[int, int, int]
    pattern: Pattern


STYLES: dict[str, Style] = {
    "EX": Style((47, 158, 68), "hatched"),
    "HE": Style((224, 49, 49), "solid"),
    "SE": Style((77, 171, 247), "dotted"),
    "MA": Style((253, 126, 20), "ring"),
}


def shrink_mask(mask: BoolMask, *, longer_side: int) -> BoolMask:
    """A mask at most `longer_side` pixels long in which no lesion is lost: any touched pixel is set."""
    height, width = mask.shape
    scale = longer_side / max(height, width)
    if scale >= 1:
        return mask
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    full = mask.view(np.uint8) * np.uint8(255)
    lit: BoolMask = np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA)) > 0
    return lit


def color_masks(
    masks: Mapping[str, BoolMask], *, height: int, width: int, styles: Mapping[str, Style] = STYLES
) -> RgbaImage:
    """A transparent picture, uint8 (H, W, 4), of masks by class code; each mask bool (H, W).

    Raises ValueError for a mask of another size and for a class without a style.
    """
    overlay = np.zeros((height, width, 4), np.uint8)
    unknown = set(masks) - set(styles)
    if unknown:
        raise ValueError(f"no style for lesion classes {sorted(unknown)}")
    for code in (code for code in styles if code in masks):
        mask = masks[code]
        if mask.shape != (height, width):
            raise ValueError(f"the mask of {code} is {mask.shape}, the picture {(height, width)}")
        _paint(overlay, mask, styles[code])
    return overlay


def label_preview(
    rgb: RgbImage, masks: Mapping[str, BoolMask], *, styles: Mapping[str, Style] = STYLES
) -> RgbImage:
    """The photograph with its labels on it, uint8 (H, W, 3)."""
    height, width = rgb.shape[:2]
    return lay_over(rgb, color_masks(masks, height=height, width=width, styles=styles))


def lay_over(rgb: RgbImage, overlay: RgbaImage) -> RgbImage:
    """Blend an overlay of the same size onto a picture; both uint8."""
    touched = overlay[..., 3] > 0
    blended = rgb.copy()
    share = overlay[touched][:, 3:].astype(np.float32) / 255
    mixed = rgb[touched] * (1 - share) + overlay[touched][:, :3] * share
    blended[touched] = np.rint(mixed).astype(np.uint8)
    return blended


def with_rim(overlay: RgbaImage) -> RgbaImage:
    """An overlay of masks with a light rim around each, so that red outlines show on a red retina."""
    painted = np.ascontiguousarray(overlay[..., 3] > 0).view(np.uint8)
    reach = 1 if max(painted.shape) <= 1000 else 2
    grown = cv2.dilate(painted, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
    rimmed = overlay.copy()
    rimmed[(grown > 0) & (painted == 0)] = (*RIM, RIM_ALPHA)
    return rimmed


def color_probabilities(probabilities: NDArray[np.uint8], *, style: Style, faintest: int = 13) -> RgbaImage:
    """One class's probability map, uint8 (H, W), as its colour with the probability as opacity.

    Below `faintest` (of 255) nothing is shown; the most opaque pixel still lets a little through.
    """
    height, width = probabilities.shape
    overlay = np.empty((height, width, 4), np.uint8)
    overlay[..., :3] = style.color
    alpha = (probabilities.astype(np.uint16) * 200 // 255).astype(np.uint8)
    overlay[..., 3] = np.where(probabilities >= faintest, alpha, 0)
    return overlay


def color_heat(heat: NDArray[np.floating]) -> RgbaImage:
    """A class activation map, float (H, W) 0 to 1, from dark and clear to bright and opaque (inferno)."""
    levels = np.rint(np.clip(np.nan_to_num(heat), 0, 1) * 255).astype(np.uint8)
    bgr = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    alpha = (levels.astype(np.uint16) * 170 // 255).astype(np.uint8)
    return np.dstack([bgr[..., ::-1], alpha]).astype(np.uint8)


def encode_rgba(overlay: RgbaImage) -> bytes:
    """A PNG of uint8 (H, W, 4); the same pixels give the same bytes."""
    done, data = cv2.imencode(
        ".png", cv2.cvtColor(overlay, cv2.COLOR_RGBA2BGRA), (cv2.IMWRITE_PNG_COMPRESSION, 3)
    )
    if not done:
        raise ValueError(f"the overlay {overlay.shape} could not be encoded")
    return bytes(data)


def _paint(overlay: RgbaImage, mask: BoolMask, style: Style) -> None:
    """One class onto an overlay, in place: patterned fill, then outline."""
    if not mask.any():
        return
    flat = np.ascontiguousarray(mask).view(np.uint8)
    left, top, width, height = cv2.boundingRect(flat)
    window = (slice(top, top + height), slice(left, left + width))
    inside = mask[window]
    thickness = 1 if max(mask.shape) <= 1000 else 3
    kernel = np.ones((2 * thickness + 1, 2 * thickness + 1), np.uint8)
    core = cv2.erode(flat[window], kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    alpha = np.where(_pattern(style.pattern, mask.shape, window), FILL_ALPHA, GAP_ALPHA).astype(np.uint8)
    alpha[inside & (core == 0)] = OUTLINE_ALPHA
    target = overlay[window]
    target[inside] = (*style.color, 0)
    target[..., 3][inside] = alpha[inside]


def _pattern(pattern: Pattern, shape: tuple[int, ...], window: tuple[slice, slice]) -> BoolMask:
    """Where the pattern is dense, for the given window of the picture."""
    rows = np.arange(window[0].start, window[0].stop)[:, None]
    columns = np.arange(window[1].start, window[1].stop)[None]
    step = max(6, round(max(shape) / 250))
    if pattern == "hatched":
        return np.asarray((rows + columns) % step < step / 3, np.bool_)
    if pattern == "falling":
        return np.asarray((rows - columns) % step < step / 3, np.bool_)
    if pattern == "dotted":
        return np.asarray((rows % step < step / 2) & (columns % step < step / 2), np.bool_)
    if pattern == "checked":
        return np.asarray((rows % step < step / 2) == (columns % step < step / 2), np.bool_)
    if pattern == "crossed":
        return np.asarray((rows % step < step / 3) | (columns % step < step / 3), np.bool_)
    if pattern in ("level", "upright"):
        lines = rows + 0 * columns if pattern == "level" else columns + 0 * rows
        return np.asarray(lines % step < step / 3, np.bool_)
    return np.full((rows.size, columns.size), pattern == "solid", np.bool_)
