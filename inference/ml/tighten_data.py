"""Examples for the tightener: windows of rectangles around true lesions, with the lesion's true pixels."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from imaging.arrays import BoolMask, GrayImage, RgbImage
from imaging.masks import component_rects
from inference.ml.tighten_crops import CANVAS_PX, Window, network_input, whole_box, window_of

LOOSER_SHARE = 0.15  # a hand draws a rectangle up to this much of its side too large
EXACT, LOOSE = 2, 1  # windows of a lesion's own rectangle, and of rectangles drawn with less care


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Windows of 64 x 64 pixels.

    `pictures` float16 (N, 4, 64, 64), `facts` float32 (N, FACTS), `truth` and `inside` uint8 (N, 64, 64) with
    255 for wholly lesion and wholly in the rectangle, `area_px` the rectangle's area on the stored image.
    """

    pictures: NDArray[np.float16]
    facts: NDArray[np.float32]
    truth: NDArray[np.uint8]
    inside: NDArray[np.uint8]
    area_px: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.facts)


def joined(parts: list[Examples]) -> Examples:
    """All examples of several images."""
    return Examples(
        pictures=np.concatenate([part.pictures for part in parts]),
        facts=np.concatenate([part.facts for part in parts]),
        truth=np.concatenate([part.truth for part in parts]),
        inside=np.concatenate([part.inside for part in parts]),
        area_px=np.concatenate([part.area_px for part in parts]),
    )


def examples_of(rgb: RgbImage, masks: Mapping[str, BoolMask], random: np.random.Generator) -> Examples:
    """The examples of one image: every connected part of its masks, seen exactly and loosely."""
    found = [
        example
        for lesion_class, mask in masks.items()
        for levels in (np.where(mask, np.uint8(255), np.uint8(0)),)
        for rect, _ in component_rects(mask)
        for example in _windows_of(whole_box(rect), rgb, levels, lesion_class, random)
    ]
    pictures, facts, truth, inside, area = zip(*found, strict=True)
    return Examples(
        pictures=np.stack(pictures),
        facts=np.stack(facts),
        truth=np.stack(truth),
        inside=np.stack(inside),
        area_px=np.array(area, np.float32),
    )


_Example = tuple[NDArray[np.float16], NDArray[np.float32], NDArray[np.uint8], NDArray[np.uint8], float]


def _windows_of(
    box: tuple[int, int, int, int],
    rgb: RgbImage,
    levels: GrayImage,
    lesion_class: str,
    random: np.random.Generator,
) -> Iterator[_Example]:
    for number in range(EXACT + LOOSE):
        drawn = box if number < EXACT else _loosened(box, random)
        window = window_of(drawn)
        if number == 1:
            window = _shifted(window, random)
        seen = window.sample(rgb)
        truth = window.sample(levels)
        inside = window.inside()
        longer = max(drawn[2] - drawn[0], drawn[3] - drawn[1])
        picture, facts = network_input(seen, inside, lesion_class=lesion_class, longer_px=longer)
        area = float((drawn[2] - drawn[0]) * (drawn[3] - drawn[1]))
        rows, columns = inside.shape
        parts = max(1, round(rows * columns / CANVAS_PX**2 / 2))
        for _ in range(parts):
            top = int(random.integers(0, rows - CANVAS_PX + 1))
            left = int(random.integers(0, columns - CANVAS_PX + 1))
            here = slice(top, top + CANVAS_PX), slice(left, left + CANVAS_PX)
            yield (
                picture[:, *here].astype(np.float16),
                facts,
                truth[here],
                inside[here],
                area / parts,
            )


def _loosened(box: tuple[int, int, int, int], random: np.random.Generator) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    x, y = LOOSER_SHARE * (right - left), LOOSER_SHARE * (bottom - top)
    grow = random.uniform(-0.25, 1, 4) * (x, y, x, y)
    a, b, c, d = (int(math.copysign(round(abs(step)), step)) for step in grow)
    return left - a, top - b, max(left - a + 2, right + c), max(top - b + 2, bottom + d)


def _shifted(window: Window, random: np.random.Generator) -> Window:
    """The same rectangle a little off the middle and at a slightly different scale."""
    scale = window.scale * float(np.exp(random.uniform(-0.12, 0.12)))
    move_x, move_y = random.uniform(-3, 3, 2) / scale
    left, top, right, bottom = window.box
    return Window(
        box=window.box,
        scale=scale,
        left=(left + right) / 2 - window.width / scale / 2 + float(move_x),
        top=(top + bottom) / 2 - window.height / scale / 2 + float(move_y),
        width=window.width,
        height=window.height,
    )
