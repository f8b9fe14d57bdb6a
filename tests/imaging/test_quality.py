from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.decode import decode_image
from imaging.fov import detect_fov
from imaging.phantom import Phantom
from imaging.quality import Quality, measure_quality


def test_a_sharp_picture_is_gradable(phantom: Phantom) -> None:
    quality = measure_quality(phantom.rgb, detect_fov(phantom.rgb))

    assert quality.gradable
    assert quality.problems == ()
    assert quality.coverage > 0.97
    stored = json.loads(json.dumps(quality.to_json()))
    assert stored["gradable"] is True
    assert Quality.from_json(stored) == quality


def test_a_blurred_picture_is_out_of_focus(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)
    blurred = np.asarray(cv2.GaussianBlur(phantom.rgb, (0, 0), 9), np.uint8)

    assert "out_of_focus" in measure_quality(blurred, fov).problems


def test_a_dark_picture_is_too_dark(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)

    assert "too_dark" in measure_quality((phantom.rgb * 0.1).astype(np.uint8), fov).problems


def test_an_empty_disc_has_no_contrast(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)
    flat = np.full_like(phantom.rgb, 120)

    assert {"no_contrast", "out_of_focus"} <= set(measure_quality(flat, fov).problems)


def test_the_measures_hardly_depend_on_resolution(phantom: Phantom) -> None:
    large = np.asarray(cv2.resize(phantom.rgb, (1400, 1400), interpolation=cv2.INTER_CUBIC), np.uint8)

    one = measure_quality(phantom.rgb, detect_fov(phantom.rgb))
    other = measure_quality(large, detect_fov(large))

    assert other.focus == pytest.approx(one.focus, rel=0.15)
    assert other.contrast == pytest.approx(one.contrast, rel=0.05)


@pytest.mark.slow
def test_real_photographs_are_gradable(real_data: Path) -> None:
    paths = [
        *sorted((real_data / "rahim/images").glob("*.jpg"))[::20],
        *sorted((real_data / "idrid/grading").glob("*.jpg"))[::20],
    ]
    for path in paths:
        picture = decode_image(path)
        assert measure_quality(picture, detect_fov(picture)).gradable, path.name
