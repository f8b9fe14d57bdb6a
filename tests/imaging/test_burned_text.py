"""Text in the dark corners is found and blanked; retinas, notches and glow are left alone."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from imaging.burned_text import blank_boxes, find_burned_text
from imaging.decode import decode_image
from imaging.fov import Fov, detect_fov, fov_mask
from imaging.phantom import Phantom, draw_phantom
from imaging.store import encode_jpeg
from tests.imaging.conftest import DATA


def wide(phantom: Phantom) -> np.ndarray:
    """The phantom, without the word that it bears itself, between broad dark borders."""
    side = len(phantom.rgb)
    picture = np.zeros((side, side * 3 // 2, 3), np.uint8)
    own = find_burned_text(phantom.rgb, detect_fov(phantom.rgb))
    picture[:, side // 4 : side // 4 + side] = blank_boxes(phantom.rgb, own)
    return picture


def write(picture: np.ndarray, text: str, x: int, y: int, *, size: float, color: Any) -> None:
    cv2.putText(
        picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, size, color, max(1, int(size * 2)), cv2.LINE_AA
    )


@pytest.mark.parametrize(
    ("side", "size", "color", "quality"),
    [(700, 0.5, (255, 255, 255), 95), (1500, 0.8, (255, 255, 0), 60), (1500, 0.6, (0, 180, 0), 75)],
)
def test_text_in_two_corners_is_found_whatever_its_size_and_colour(
    side: int, size: float, color: Any, quality: int
) -> None:
    picture = wide(draw_phantom(eye="OS", icdr_grade=3, seed=5, side=side))
    before = picture.copy()
    write(picture, "TOPCON 12/03/2019", 10, side // 20, size=size, color=color)
    write(picture, "ID 0815 R", int(side * 1.25), int(side * 0.95), size=size, color=color)
    text = (picture != before).any(axis=2)
    shown = decode_image(encode_jpeg(picture, quality=quality))

    boxes = find_burned_text(shown, detect_fov(shown))

    assert len(boxes) == 2
    left = (shown.max(axis=2) > 40) & text
    assert not (blank_boxes(shown, boxes).max(axis=2)[left] > 0).any(), (
        "no bright stroke is outside the boxes"
    )
    retina = fov_mask(detect_fov(before))
    assert np.array_equal(blank_boxes(before, boxes)[retina], before[retina])


def test_a_phantom_says_so_itself(phantom: Phantom) -> None:
    assert len(find_burned_text(phantom.rgb, detect_fov(phantom.rgb))) == 1


def test_a_picture_without_text_or_without_a_border_has_no_box(phantom: Phantom) -> None:
    clean = wide(phantom)
    inner = np.ascontiguousarray(phantom.rgb[200:500, 200:500])

    assert find_burned_text(clean, detect_fov(clean)) == []
    assert find_burned_text(inner, detect_fov(inner)) == []


def test_noise_in_the_border_is_no_text(phantom: Phantom) -> None:
    noisy = wide(phantom)
    specks = np.random.default_rng(1).random(noisy.shape[:2]) > 0.999
    noisy[specks & (noisy.max(axis=2) == 0)] = 200

    assert find_burned_text(noisy, detect_fov(noisy)) == []


@pytest.mark.slow
def test_no_real_photograph_is_said_to_have_text_that_it_has_not(real_data: Any) -> None:
    paths = sorted((DATA / "idrid/segmentation/images").glob("*.jpg"))[::9]
    paths += sorted((DATA / "rahim/images").glob("*.jpg"))[::20]
    found = {}
    for path in paths:
        rgb = decode_image(path)
        fov: Fov = detect_fov(rgb)
        found[path.name] = find_burned_text(rgb, fov)

    assert not any(found.values()), found
