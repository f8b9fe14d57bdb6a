"""The field of view (FOV): the round part of a fundus photograph that shows the retina.

Cameras write their name, the date or the patient's number into the dark corners. Everything outside
the FOV is blanked before a person or a network sees the picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, Points, RgbImage
from imaging.errors import NoFieldOfView
from imaging.fov_circle import fit_circle

DETECTION_SIDE_PX = 640  # the longer side of the copy that the circle is fitted on
BLACK_LEVEL = 12  # a camera's black border stays below this, of 255, JPEG noise included
BORDER_SHARE_OF_BRIGHT = 0.12  # darker than this share of the bright retina is border, not retina


@dataclass(frozen=True, slots=True, kw_only=True)
class Fov:
    """A circle, cut by a box, in pixels of the stored image.

    The retina is what lies in the circle and in the box `left <= x < right`, `top <= y < bottom`.
    `found` is False where the picture has no dark border: then the box is the whole frame and the
    circle goes around it.
    """

    center_x: float
    center_y: float
    radius: float
    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int
    found: bool = True

    def __post_init__(self) -> None:
        numbers = (self.center_x, self.center_y, self.radius)
        if not all(math.isfinite(number) for number in numbers) or self.radius <= 0:
            raise ValueError(f"the circle of a field of view needs finite numbers, got {numbers}")
        if not (0 <= self.left < self.right <= self.width and 0 <= self.top < self.bottom <= self.height):
            raise ValueError(f"the box of a field of view must lie in its image, got {self}")

    @property
    def box_width(self) -> int:
        """Width of the retina in pixels: what "FOV width" means everywhere in Fovea."""
        return self.right - self.left

    @property
    def box_height(self) -> int:
        """Height of the retina in pixels, less than the circle's where the picture cuts it."""
        return self.bottom - self.top

    def scaled_to(self, *, width: int, height: int) -> Fov:
        """The same FOV in a smaller or larger copy of its picture."""
        if (self.width, self.height) == (width, height):
            return self
        x, y = width / self.width, height / self.height
        left, top = min(int(self.left * x), width - 1), min(int(self.top * y), height - 1)
        return Fov(
            center_x=self.center_x * x,
            center_y=self.center_y * y,
            radius=self.radius * x,
            left=left,
            top=top,
            right=max(left + 1, min(width, round(self.right * x))),
            bottom=max(top + 1, min(height, round(self.bottom * y))),
            width=width,
            height=height,
            found=self.found,
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; `from_json` takes them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Fov:
        """Rebuild what `to_json` gave; raises ValueError or TypeError for anything else."""
        return cls(**value)


def detect_fov(rgb: RgbImage) -> Fov:
    """Find the retina in a picture, uint8 (H, W, 3); 10 to 30 ms for 4288x2848.

    Without a dark border (or with a bright part that isn't round) the whole frame counts as FOV.
    Raises NoFieldOfView when the picture is black all over.
    """
    height, width = rgb.shape[:2]
    bright, scale = _bright_part(rgb)
    edge, (left, top, right, bottom) = _outline(bright)
    pixel = 1 / float(scale.min())  # what one pixel of the small copy is in the stored image
    circle = fit_circle(_free_of_border(edge, bright.shape) / scale, side=max(height, width), pixel=pixel)
    if circle is None:
        return whole_frame(width=width, height=height)
    center_x, center_y, radius = circle
    slack = max(2.0, 1.5 * pixel)
    box_left, box_top, box_right, box_bottom = _whole_pixels(
        width=width,
        height=height,
        left=max(center_x - radius, left / scale[0] - slack),
        top=max(center_y - radius, top / scale[1] - slack),
        right=min(center_x + radius, right / scale[0] + slack),
        bottom=min(center_y + radius, bottom / scale[1] + slack),
    )
    return Fov(
        center_x=center_x,
        center_y=center_y,
        radius=radius,
        left=box_left,
        top=box_top,
        right=box_right,
        bottom=box_bottom,
        width=width,
        height=height,
    )


def whole_frame(*, width: int, height: int) -> Fov:
    """The FOV of a picture without a dark border: all of it."""
    return Fov(
        center_x=width / 2,
        center_y=height / 2,
        radius=math.hypot(width, height) / 2,
        left=0,
        top=0,
        right=width,
        bottom=height,
        width=width,
        height=height,
        found=False,
    )


def fov_mask(fov: Fov) -> BoolMask:
    """True on the pixels whose centre lies in the FOV; bool (H, W) of the stored image."""
    mask = np.zeros((fov.height, fov.width), np.bool_)
    for row, start, stop in fov_spans(fov):
        mask[row, start:stop] = True
    return mask


def fov_area_px(fov: Fov) -> int:
    """How many pixels the FOV has."""
    return sum(stop - start for _, start, stop in fov_spans(fov))


def blank_outside(rgb: RgbImage, fov: Fov) -> RgbImage:
    """A copy of the picture that is black outside the FOV: device text in the corners is gone."""
    if rgb.shape[:2] != (fov.height, fov.width):
        raise ValueError(f"a field of view of {fov.width}x{fov.height} is not of a picture {rgb.shape}")
    blanked = np.zeros_like(rgb)
    for row, start, stop in fov_spans(fov):
        blanked[row, start:stop] = rgb[row, start:stop]
    return blanked


def fov_spans(fov: Fov) -> Iterator[tuple[int, int, int]]:
    """(row, first column, column after the last) for every row that has retina."""
    rows = np.arange(fov.top, fov.bottom)
    below = np.square(fov.radius) - np.square(rows + 0.5 - fov.center_y)
    half = np.sqrt(np.maximum(below, 0.0))
    starts = np.maximum(np.ceil(fov.center_x - half - 0.5), fov.left).astype(int)
    stops = np.minimum(np.floor(fov.center_x + half - 0.5) + 1, fov.right).astype(int)
    seen = (below > 0) & (stops > starts)
    return zip(rows[seen].tolist(), starts[seen].tolist(), stops[seen].tolist(), strict=True)


def _bright_part(rgb: RgbImage) -> tuple[NDArray[np.uint8], Points]:
    """Where a small copy is brighter than its border, uint8 0 or 1, and that copy's scale (x, y)."""
    step = max(1, max(rgb.shape) // (2 * DETECTION_SIDE_PX))
    thinned = _thinned(rgb, step)
    height, width = thinned.shape[:2]
    shrink = min(1.0, DETECTION_SIDE_PX / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = cv2.resize(thinned, size, interpolation=cv2.INTER_AREA)
    scale = np.array(size) / (width * step, height * step)
    red, green, blue = cv2.split(small)
    light = cv2.medianBlur(cv2.max(cv2.max(red, green), blue), 5)
    if int(light.max()) < BLACK_LEVEL:
        raise NoFieldOfView(
            "no_field_of_view",
            "The picture is black: no retina can be seen in it.",
            remedy="Export the photograph from the camera again and import it anew.",
        )
    level = max(BLACK_LEVEL, BORDER_SHARE_OF_BRIGHT * float(np.percentile(light[light >= BLACK_LEVEL], 90)))
    bright = (light >= level).astype(np.uint8)
    opened = cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8), borderValue=0)
    return np.asarray(opened, np.uint8), np.asarray(scale, np.float64)


def _thinned(rgb: RgbImage, step: int) -> RgbImage:
    """The middle pixel of every step x step, copied; OpenCV picks them three times as fast as numpy."""
    from_middle = rgb[step // 2 :, step // 2 :]
    picked = from_middle[::step, ::step]
    height, width = picked.shape[:2]
    whole = from_middle[: height * step, : width * step]
    if whole.shape[:2] != (height * step, width * step):
        return np.ascontiguousarray(picked)
    return np.asarray(cv2.resize(whole, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)


def _outline(bright: NDArray[np.uint8]) -> tuple[Points, tuple[float, float, float, float]]:
    """Edge points of the largest bright part (pixel centres), and its left, top, right, bottom."""
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        height, width = bright.shape
        return np.empty((0, 2)), (0.0, 0.0, float(width), float(height))
    largest = max(contours, key=cv2.contourArea)
    left, top, width, height = cv2.boundingRect(largest)
    edge = largest.reshape(-1, 2).astype(np.float64) + 0.5
    return edge, (float(left), float(top), float(left + width), float(top + height))


def _free_of_border(edge: Points, shape: tuple[int, ...]) -> Points:
    """Edge points that are the retina's own edge and not where the picture or a flat cut ends it."""
    if not len(edge):
        return edge
    height, width = shape[0], shape[1]
    lowest, highest = edge.min(axis=0), edge.max(axis=0)
    inside = (edge[:, 0] > 3) & (edge[:, 1] > 3) & (edge[:, 0] < width - 3) & (edge[:, 1] < height - 3)
    for axis in (0, 1):
        for flat in (edge[:, axis] < lowest[axis] + 2, edge[:, axis] > highest[axis] - 2):
            # A circle touches its bounding line in a few points; a cut lies on it for a long stretch.
            if flat.sum() > 0.12 * (highest - lowest).max():
                inside &= ~flat
    return edge[inside]


def _whole_pixels(
    *, width: int, height: int, left: float, top: float, right: float, bottom: float
) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the whole pixels around the given edges, inside the image."""
    return (
        min(max(0, math.floor(left)), width - 1),
        min(max(0, math.floor(top)), height - 1),
        max(min(width, math.ceil(right)), 1),
        max(min(height, math.ceil(bottom)), 1),
    )
