"""What the tightener sees of a rectangle: a small picture around it, and the way back to the image's pixels.

A rectangle of up to 176 px is scaled so that its longer side fills 44 of 64 pixels. Larger ones are shrunk
four times and get a larger picture. Giants (preretinal hemorrhages: two in IDRiD, too few to learn from) are
shrunk to 88 pixels and called large: seen closely, their inside looks like retina to the network. The network
takes any size that is a multiple of 16.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import RgbImage
from imaging.shapes import Rect

CLASSES = ("HE", "EX", "SE", "MA")
INNER_PX, CANVAS_PX = 44, 64
LOWEST_SCALE = 0.25
LARGE_PX = 176  # what 44 pixels show at the lowest scale
GIANT_PX, GIANT_INNER_PX = 1_000, 88
STEP_PX = 16  # the network halves a picture four times
FACTS = len(CLASSES) + 8

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A canvas of `width` x `height` pixels; canvas = (stored - (`left`, `top`)) * `scale`, edges of pixels.

    `box` is the rectangle on whole stored pixels, half-open: left, top, right, bottom.
    """

    box: tuple[int, int, int, int]
    scale: float
    left: float
    top: float
    width: int
    height: int

    def sample(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """This window of a stored uint8 array (H, W) or (H, W, C); the border's pixels go on outside."""
        first_x, first_y = math.floor(self.left) - 2, math.floor(self.top) - 2
        last_x = math.ceil(self.left + self.width / self.scale) + 2
        last_y = math.ceil(self.top + self.height / self.scale) + 2
        part = _part(values, first_x, first_y, last_x, last_y)
        shrink = max(1, int(1 / self.scale))
        if shrink > 1:
            size = (math.ceil(part.shape[1] / shrink), math.ceil(part.shape[0] / shrink))
            part = _part(part, 0, 0, size[0] * shrink, size[1] * shrink)
            part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.uint8)
        step = self.scale * shrink  # canvas pixels per pixel of `part`
        move = np.array(
            [
                [step, 0, (first_x - self.left) * self.scale + step / 2 - 0.5],
                [0, step, (first_y - self.top) * self.scale + step / 2 - 0.5],
            ]
        )
        size = (self.width, self.height)
        return np.asarray(
            cv2.warpAffine(part, move, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
            np.uint8,
        )

    def inside(self) -> NDArray[np.uint8]:
        """How much of each canvas pixel lies in the rectangle, uint8 (height, width), 255 is all."""
        left, top, right, bottom = self.box
        x = _overlap(self.width, (left - self.left) * self.scale, (right - self.left) * self.scale)
        y = _overlap(self.height, (top - self.top) * self.scale, (bottom - self.top) * self.scale)
        return np.asarray(np.rint(255 * y[:, None] * x[None]), np.uint8)

    def to_box(self, canvas: Floats) -> Floats:
        """A canvas map float32 (height, width) at the stored pixels of the rectangle."""
        left, top, right, bottom = self.box
        if self.scale > 1:  # a stored pixel covers several of the canvas: take their mean
            side = 2 * (round(self.scale) // 2) + 1
            canvas = np.asarray(cv2.blur(canvas, (side, side), borderType=cv2.BORDER_REPLICATE), np.float32)
        x = (np.arange(left, right) + 0.5 - self.left) * self.scale - 0.5
        y = (np.arange(top, bottom) + 0.5 - self.top) * self.scale - 0.5
        grid_x, grid_y = np.meshgrid(x.astype(np.float32), y.astype(np.float32))
        found = cv2.remap(canvas, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32)


def whole_box(rect: Rect) -> tuple[int, int, int, int]:
    """The stored pixels of a rectangle, one at least each way: left, top, right, bottom, half-open."""
    left, top = math.ceil(rect.x - 0.5), math.ceil(rect.y - 0.5)
    right, bottom = math.ceil(rect.x + rect.width - 0.5), math.ceil(rect.y + rect.height - 0.5)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def window_of(box: tuple[int, int, int, int]) -> Window:
    """The canvas of a rectangle."""
    left, top, right, bottom = box
    longer = max(right - left, bottom - top)
    scale = INNER_PX / longer
    width = height = CANVAS_PX
    if scale < LOWEST_SCALE:
        scale = LOWEST_SCALE if longer <= GIANT_PX else GIANT_INNER_PX / longer
        width, height = (
            max(CANVAS_PX, math.ceil((side * scale + 20) / STEP_PX) * STEP_PX)
            for side in (right - left, bottom - top)
        )
    return Window(
        box=box,
        scale=scale,
        left=(left + right) / 2 - width / scale / 2,
        top=(top + bottom) / 2 - height / scale / 2,
        width=width,
        height=height,
    )


def network_input(
    rgb: RgbImage, inside: NDArray[np.uint8], *, lesion_class: str, longer_px: float
) -> tuple[Floats, Floats]:
    """Picture float32 (4, H, W) and facts float32 (FACTS,) of a sampled window.

    Colours are relative to the surroundings of the rectangle, in standard deviations of the window; what
    that takes away is among the facts.
    """
    values = rgb.astype(np.float32)
    around = values[inside == 0]
    middle = np.median(around[:: max(1, len(around) // 4096)], axis=0)
    spread = np.maximum(values.std(axis=(0, 1)), 3.0)
    picture = np.empty((4, *inside.shape), np.float32)
    picture[:3] = ((values - middle) / spread).transpose(2, 0, 1)
    picture[3] = inside / np.float32(127.5) - 1
    facts = np.zeros(FACTS, np.float32)
    if lesion_class in CLASSES:
        facts[CLASSES.index(lesion_class)] = 1
    own = values[inside > 127]
    facts[len(CLASSES) : len(CLASSES) + 3] = middle / 128 - 1
    facts[len(CLASSES) + 3 : len(CLASSES) + 6] = np.log2(spread / 12)
    told_px = min(longer_px, LARGE_PX) if longer_px > GIANT_PX else longer_px
    facts[-2] = np.log2(told_px / 32) / 2
    facts[-1] = float((own[:, 1].mean() - middle[1]) / spread[1]) if len(own) else 0.0
    return picture, facts


def _overlap(size: int, start: float, stop: float) -> Floats:
    edges = np.clip(np.arange(size + 1, dtype=np.float32), start, stop)
    return np.diff(edges).astype(np.float32)


def _part(values: NDArray[np.uint8], left: int, top: int, right: int, bottom: int) -> NDArray[np.uint8]:
    """values[top:bottom, left:right], the border's pixels repeated where that reaches outside."""
    height, width = values.shape[:2]
    part = values[
        min(max(top, 0), height - 1) : max(1, min(bottom, height)),
        min(max(left, 0), width - 1) : max(1, min(right, width)),
    ]
    before_y, after_y = min(max(0, -top), bottom - top - 1), max(0, bottom - height)
    before_x, after_x = min(max(0, -left), right - left - 1), max(0, right - width)
    if not (before_x or before_y or after_x or after_y):
        return part
    return np.asarray(
        cv2.copyMakeBorder(part, before_y, after_y, before_x, after_x, cv2.BORDER_REPLICATE), np.uint8
    )
