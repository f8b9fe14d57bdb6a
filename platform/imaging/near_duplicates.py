"""Tells the same photograph saved twice (other size, other format) from other photographs of retinas.

All retinas look alike to a perceptual hash, so it is taken over the field of view with the broad light
removed, and only proposes: pictures whose hashes differ in at most 4 of 64 bits are then compared pixel by
pixel, small. Measured on 849 photographs of IDRiD and Rahim (359,976 pairs): all 45 pairs that are the same
photograph (3 of them the same bytes, 42 at another resolution) are found, with at most 2 differing bits and
a likeness of at least 0.997; of all other pairs, both eyes of a patient included, none is called the same:
28 have hashes as near, and none of these a likeness above 0.83. Halved, or 20 % brighter, or saved as a
JPEG of quality 40, 98 % or more of the photographs still have near hashes; cut by 3 % on each side, 32 %.
"""

from __future__ import annotations

from functools import cache

import cv2
import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from imaging.arrays import RgbImage
from imaging.fov import Fov

MOST_BITS = 4  # of 64
LEAST_LIKENESS = 0.96
LEAST_SPREAD = 2.0  # of 255 levels of green; the photographs measured have 4.7 and more
HASHED_SIDE_PX, HASHED_LIGHT_PX = 256, 24
COMPARED_SIDE_PX, COMPARED_LIGHT_PX = 64, 6
INNER_SHARE = 0.46  # of the side: a radius within the FOV, away from its edge


def perceptual_hash(rgb: RgbImage, fov: Fov) -> str:
    """64 bits in hex over the FOV of a picture, uint8 (H, W, 3); empty where it shows nothing to compare."""
    green = _green(rgb, fov, side=HASHED_SIDE_PX)
    if green[_inner(HASHED_SIDE_PX)].std() < LEAST_SPREAD:
        return ""
    detail = _detail(green, light=HASHED_LIGHT_PX)
    levels = np.clip(detail * 4 + 128, 0, 255).astype(np.uint8)
    return str(imagehash.phash(Image.fromarray(levels)))


def hash_number(text: str) -> int:
    """A stored hash as the number that `nearest` compares."""
    return int(text, 16)


def nearest(hash_: int, hashes: NDArray[np.uint64], *, most_bits: int = MOST_BITS) -> NDArray[np.intp]:
    """Indexes of the hashes, uint64 (N,), that differ in few bits, the most similar first."""
    bits = np.bitwise_count(hashes ^ np.uint64(hash_))
    near = np.flatnonzero(bits <= most_bits)
    order: NDArray[np.intp] = near[np.argsort(bits[near], kind="stable")]
    return order


def likeness(first: tuple[RgbImage, Fov], second: tuple[RgbImage, Fov]) -> float:
    """How alike two pictures are in their FOVs, -1 to 1; small copies of both do."""
    one, other = (
        _detail(_green(rgb, fov, side=COMPARED_SIDE_PX), light=COMPARED_LIGHT_PX)[_inner(COMPARED_SIDE_PX)]
        for rgb, fov in (first, second)
    )
    spread = float(one.std() * other.std()) * one.size
    return float(((one - one.mean()) * (other - other.mean())).sum()) / spread if spread else 0.0


def _green(rgb: RgbImage, fov: Fov, *, side: int) -> NDArray[np.float32]:
    """The green channel of the FOV's box, float32 (side, side)."""
    box = cv2.extractChannel(rgb[fov.top : fov.bottom, fov.left : fov.right], 1)
    return np.asarray(cv2.resize(box, (side, side), interpolation=cv2.INTER_AREA), np.float32)


def _detail(green: NDArray[np.float32], *, light: int) -> NDArray[np.float32]:
    """Green without its broad light; 0 near the FOV's edge."""
    inner = _inner(len(green))
    return np.where(inner, green - cv2.GaussianBlur(green, (0, 0), light), np.float32(0))


@cache
def _inner(side: int) -> NDArray[np.bool_]:
    steps = np.arange(side) - (side - 1) / 2
    inner: NDArray[np.bool_] = np.hypot(steps[:, None], steps) < INNER_SHARE * side
    return inner
