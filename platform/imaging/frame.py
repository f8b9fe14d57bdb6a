"""Cutting a picture to its FOV at a stated size, and the way back to the stored image's pixels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, Points, RgbImage
from imaging.fov import Fov, fov_spans

MapT = TypeVar("MapT", NDArray[np.uint8], NDArray[np.float32])


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A network's view of one stored image: the FOV's box, scaled, perhaps with black margins.

    The box of `fov` fills `inner_width` x `inner_height` pixels that start at (`pad_left`, `pad_top`)
    of a picture of `width` x `height`. Both axes have the same scale up to the rounding of the height.
    """

    fov: Fov
    width: int
    height: int
    inner_width: int
    inner_height: int
    pad_left: int = 0
    pad_top: int = 0

    def __post_init__(self) -> None:
        fits = (
            self.inner_width > 0
            and self.inner_height > 0
            and 0 <= self.pad_left <= self.width - self.inner_width
            and 0 <= self.pad_top <= self.height - self.inner_height
        )
        if not fits:
            raise ValueError(f"the scaled field of view must fit into its frame, got {self}")

    @property
    def scale_x(self) -> float:
        """Frame pixels per stored pixel, across."""
        return self.inner_width / self.fov.box_width

    @property
    def scale_y(self) -> float:
        """Frame pixels per stored pixel, down."""
        return self.inner_height / self.fov.box_height

    def image(self, rgb: RgbImage) -> RgbImage:
        """The stored picture, uint8 (H, W, 3), in this frame and black outside the FOV.

        Averages over areas when shrinking; interpolates linearly when enlarging.
        """
        scaled = self._scaled(rgb, smooth=True)
        scaled[~self.inside] = 0
        return scaled

    def mask(self, mask: BoolMask) -> BoolMask:
        """A stored mask, bool (H, W), in this frame: the nearest pixel, so it stays a mask."""
        return self._scaled(mask.view(np.uint8), smooth=False).view(np.bool_)

    def coverage(self, mask: BoolMask) -> NDArray[np.float32]:
        """The share of each frame pixel that a stored mask covers, float32 0 to 1.

        Where lesions are smaller than a frame pixel, `coverage > 0` keeps what `mask` may miss.
        """
        scaled = self._scaled(mask.view(np.uint8) * np.uint8(255), smooth=True)
        return scaled.astype(np.float32) / np.float32(255)

    @cached_property
    def inside(self) -> BoolMask:
        """True where a pixel of this frame shows retina; bool (height, width)."""
        inside = np.zeros((self.height, self.width), np.bool_)
        for row, start, stop in fov_spans(self._fov_here()):
            inside[row, start:stop] = True
        return inside

    def points_to_frame(self, points: Points) -> Points:
        """Stored-image points, (N, 2), in this frame."""
        moved = np.asarray(points, np.float64) - (self.fov.left, self.fov.top)
        return moved * (self.scale_x, self.scale_y) + (self.pad_left, self.pad_top)

    def points_to_stored(self, points: Points) -> Points:
        """Points of this frame, (N, 2), in pixels of the stored image."""
        moved = np.asarray(points, np.float64) - (self.pad_left, self.pad_top)
        return moved / (self.scale_x, self.scale_y) + (self.fov.left, self.fov.top)

    def mask_to_stored(self, mask: BoolMask) -> BoolMask:
        """A mask of this frame at the stored image's own size, nothing outside the FOV."""
        stored = self._unscaled(mask.view(np.uint8), cv2.INTER_NEAREST_EXACT)
        return stored.view(np.bool_)

    def map_to_stored(self, values: MapT) -> MapT:
        """A map of this frame (uint8 or float32, (height, width)) at the stored image's size, 0 outside."""
        return self._unscaled(values, cv2.INTER_LINEAR)

    def _fov_here(self) -> Fov:
        """The FOV's circle and box in this frame's own pixels."""
        fov = self.fov
        center = self.points_to_frame(np.array([[fov.center_x, fov.center_y]]))[0]
        return Fov(
            center_x=float(center[0]),
            center_y=float(center[1]),
            radius=fov.radius * self.scale_x,
            left=self.pad_left,
            top=self.pad_top,
            right=self.pad_left + self.inner_width,
            bottom=self.pad_top + self.inner_height,
            width=self.width,
            height=self.height,
            found=fov.found,
        )

    def _scaled(self, stored: NDArray[np.uint8], *, smooth: bool) -> NDArray[np.uint8]:
        """The box of a stored uint8 array, (H, W) or (H, W, 3), scaled into this frame; margins 0."""
        if stored.shape[:2] != (self.fov.height, self.fov.width):
            raise ValueError(
                f"this frame is of a {self.fov.width}x{self.fov.height} image, not {stored.shape}"
            )
        fov = self.fov
        box = stored[fov.top : fov.bottom, fov.left : fov.right]
        size = (self.inner_width, self.inner_height)
        if not smooth:
            how = cv2.INTER_NEAREST_EXACT
        else:
            how = cv2.INTER_AREA if self.scale_x < 1 else cv2.INTER_LINEAR
        inner = cv2.resize(box, size, interpolation=how)
        if (self.inner_width, self.inner_height) == (self.width, self.height):
            return np.asarray(inner, np.uint8)
        padded = np.zeros((self.height, self.width, *stored.shape[2:]), np.uint8)
        rows = slice(self.pad_top, self.pad_top + self.inner_height)
        padded[rows, self.pad_left : self.pad_left + self.inner_width] = inner
        return padded

    def _unscaled(self, values: NDArray[Any], how: int) -> NDArray[Any]:
        """A (height, width) array of this frame at the stored size, 0 outside the FOV."""
        if values.shape != (self.height, self.width):
            raise ValueError(f"expected an array of {self.height}x{self.width}, got {values.shape}")
        fov = self.fov
        rows = slice(self.pad_top, self.pad_top + self.inner_height)
        inner = np.ascontiguousarray(values[rows, self.pad_left : self.pad_left + self.inner_width])
        box = cv2.resize(inner, (fov.box_width, fov.box_height), interpolation=how)
        stored = np.zeros((fov.height, fov.width), values.dtype)
        for row, start, stop in fov_spans(fov):
            stored[row, start:stop] = box[row - fov.top, start - fov.left : stop - fov.left]
        return stored


def frame_of_width(fov: Fov, *, fov_width: int) -> Frame:
    """The FOV's box scaled to `fov_width` pixels across; its height follows."""
    if fov_width < 1:
        raise ValueError(f"fov_width must be at least 1 pixel, got {fov_width}")
    height = max(1, round(fov.box_height * fov_width / fov.box_width))
    return Frame(fov=fov, width=fov_width, height=height, inner_width=fov_width, inner_height=height)


def square_frame(fov: Fov, *, side: int) -> Frame:
    """The whole FOV in a square of `side` pixels, black margins above and below (or beside) it."""
    if side < 1:
        raise ValueError(f"side must be at least 1 pixel, got {side}")
    longer = max(fov.box_width, fov.box_height)
    width = max(1, round(fov.box_width * side / longer))
    height = max(1, round(fov.box_height * side / longer))
    return Frame(
        fov=fov,
        width=side,
        height=side,
        inner_width=width,
        inner_height=height,
        pad_left=(side - width) // 2,
        pad_top=(side - height) // 2,
    )
