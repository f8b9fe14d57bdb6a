"""Disc and fovea found in the image alone."""

import math
from typing import Literal

import numpy as np
import pytest

from imaging.fov import detect_fov, whole_frame
from imaging.landmarks import find_landmarks
from imaging.phantom import disc_center, draw_phantom


@pytest.mark.parametrize("eye", ["OD", "OS"])
def test_the_disc_of_a_phantom_is_found_and_the_fovea_lies_temporal_of_it(eye: Literal["OD", "OS"]) -> None:
    phantom = draw_phantom(eye=eye, icdr_grade=2, seed=5, side=900)

    found = find_landmarks(phantom.rgb, detect_fov(phantom.rgb))

    assert found.disc is not None
    assert found.disc_diameter is not None
    assert found.fovea is not None
    assert math.dist(found.disc, disc_center(eye=eye, side=900)) < 0.07 * 900  # it was turned up to 7 degrees
    assert 0.08 * 900 < found.disc_diameter < 0.22 * 900
    temporal = -1 if eye == "OD" else 1  # in the picture, a right eye's fovea is left of its disc
    assert 1.7 < temporal * (found.fovea[0] - found.disc[0]) / found.disc_diameter < 4


def test_nothing_is_proposed_for_a_picture_without_a_disc() -> None:
    random = np.random.default_rng(1)
    plain = (random.normal(90, 3, (300, 400, 3))).astype(np.uint8)

    found = find_landmarks(plain, whole_frame(width=400, height=300))

    assert found.disc is None
    assert found.fovea is None
    assert found.disc_diameter is None
