"""Text that a camera burned into the dark corners: its name, the date, sometimes the patient's.

What is bright outside the field of view and apart from its edge, in pieces of a letter's size, is taken for
text; pieces side by side make one box. A picture without a dark border has no corner to look in, and what
touches the edge of the retina (its glow, a notch) is no text. Of the 849 photographs of IDRiD and Rahim,
which have no text (both were cleaned before they were published), none is said to have any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from imaging.arrays import RgbImage
from imaging.decode import halved
from imaging.fov import Fov

Box = tuple[int, int, int, int]
"""x, y, width, height in pixels of the stored image."""

SEARCHED_SIDE_PX = 2200  # the longer side of the copy that is searched, at most
BRIGHT = 40  # of 255: a dark border's noise and glow stay below
STRONG = 80  # some of a letter's strokes are at least this bright
EDGE_SHARE = 0.02  # of the radius: what is nearer to the retina's edge is its glow
LETTER_HEIGHT = (0.004, 0.12)  # shares of the searched copy's longer side
LETTER_WIDTH = (0.001, 0.12)
GAP_SHARE = 0.012  # letters nearer than this make one box
MARGIN_SHARE = 0.003
FEWEST_LETTERS = 2
MOST_BOXES = 40


def find_burned_text(rgb: RgbImage, fov: Fov, *, small: RgbImage | None = None) -> list[Box]:
    """Boxes around text outside the FOV of a picture, uint8 (H, W, 3); mostly none.

    `small` is its halved copy, where the caller has it already.
    """
    if not fov.found:
        return []
    height, width = rgb.shape[:2]
    if small is None:
        small = halved(rgb, longest=SEARCHED_SIDE_PX)
    scale = small.shape[1] / width
    red, green, blue = cv2.split(small)
    light = np.asarray(cv2.max(cv2.max(red, green), blue), np.uint8)
    bright = _bright_outside(light, _retina(light, fov, scale))
    if bright is None:
        return []
    lines = _joined(_letters(light, bright), gap=round(GAP_SHARE * max(light.shape)))
    margin = MARGIN_SHARE * max(light.shape)
    return [_in_stored_pixels(line, margin, scale, width, height) for line in lines[:MOST_BOXES]]


def blank_boxes(rgb: RgbImage, boxes: Iterable[Box]) -> RgbImage:
    """A copy of the picture that is black in the boxes."""
    blanked = rgb.copy()
    for x, y, width, height in boxes:
        blanked[y : y + height, x : x + width] = 0
    return blanked


def boxes_of(burned_text: Mapping[str, Any]) -> list[Box]:
    """The boxes of an image's `burned_text` JSON."""
    return [(int(x), int(y), int(width), int(height)) for x, y, width, height in burned_text.get("boxes", [])]


def _retina(light: NDArray[np.uint8], fov: Fov, scale: float) -> NDArray[np.uint8]:
    """The FOV and its edge's glow in the searched copy: 255 inside, else 0."""
    inside = np.zeros_like(light)
    radius = fov.radius * scale
    center = (round(fov.center_x * scale), round(fov.center_y * scale))
    cv2.circle(inside, center, round(radius * (1 + EDGE_SHARE)), 255, -1)
    slack = round(radius * EDGE_SHARE)
    left, top, right, bottom = (round(edge * scale) for edge in (fov.left, fov.top, fov.right, fov.bottom))
    inside[: max(0, top - slack)] = inside[bottom + slack :] = 0
    inside[:, : max(0, left - slack)] = inside[:, right + slack :] = 0
    return inside


def _bright_outside(light: NDArray[np.uint8], inside: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """1 where it is bright and not joined to the FOV, as its glow, notches and marks are; None: nowhere."""
    _, bright = cv2.threshold(light, BRIGHT - 1, 1, cv2.THRESH_BINARY)
    if not cv2.countNonZero(cv2.bitwise_and(bright, cv2.bitwise_not(inside))):
        return None
    seed = divmod(int(inside.argmax()), inside.shape[1])
    cv2.bitwise_or(bright, inside // 255, dst=bright)
    cv2.floodFill(bright, None, seed[::-1], 0)
    return np.asarray(bright, np.uint8) if cv2.countNonZero(bright) else None


def _letters(light: NDArray[np.uint8], bright: NDArray[np.uint8]) -> list[Box]:
    """Bright pieces of a letter's size."""
    count, _, stats, _ = cv2.connectedComponentsWithStats(bright)
    if count > 5_000:  # a noisy border, not text
        return []
    longer = max(light.shape)
    found = []
    for x, y, width, height, area in stats[1:].tolist():
        tall = LETTER_HEIGHT[0] * longer <= height <= LETTER_HEIGHT[1] * longer
        wide = LETTER_WIDTH[0] * longer <= width <= LETTER_WIDTH[1] * longer
        strong = tall and wide and int(light[y : y + height, x : x + width].max()) >= STRONG
        if strong and area >= 0.08 * width * height:
            found.append((x, y, width, height))
    return found


def _joined(letters: list[Box], *, gap: int) -> list[Box]:
    """Boxes around letters that stand near each other; lone specks are no text."""
    groups: list[tuple[Box, int]] = []
    for letter in sorted(letters):
        box, number = letter, 1
        while True:
            near = [other for other in groups if _near(box, other[0], gap)]
            if not near:
                break
            for other in near:
                groups.remove(other)
                box, number = _around(box, other[0]), number + other[1]
        groups.append((box, number))
    return sorted(box for box, number in groups if number >= FEWEST_LETTERS)


def _near(one: Box, other: Box, gap: int) -> bool:
    apart_x = max(one[0], other[0]) - min(one[0] + one[2], other[0] + other[2])
    apart_y = max(one[1], other[1]) - min(one[1] + one[3], other[1] + other[3])
    return apart_x <= gap and apart_y <= gap / 2


def _around(one: Box, other: Box) -> Box:
    left, top = min(one[0], other[0]), min(one[1], other[1])
    right, bottom = max(one[0] + one[2], other[0] + other[2]), max(one[1] + one[3], other[1] + other[3])
    return left, top, right - left, bottom - top


def _in_stored_pixels(box: Box, margin: float, scale: float, width: int, height: int) -> Box:
    left, top = int(max(0, (box[0] - margin) / scale)), int(max(0, (box[1] - margin) / scale))
    right = min(width, int(np.ceil((box[0] + box[2] + margin) / scale)))
    bottom = min(height, int(np.ceil((box[1] + box[3] + margin) / scale)))
    return left, top, right - left, bottom - top
