from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.arrays import RgbImage
from imaging.decode import decode_image
from imaging.fov import detect_fov, whole_frame
from imaging.phantom import Phantom
from imaging.quality import UNGRADABLE, Quality, measure_quality


def test_a_sharp_picture_is_gradable(phantom: Phantom) -> None:
    quality = measure_quality(phantom.rgb, detect_fov(phantom.rgb))

    assert quality.gradable
    assert (quality.grade, quality.problems, quality.flaws) == ("good", (), ())
    assert quality.coverage > 0.97
    stored = json.loads(json.dumps(quality.to_json()))
    assert (stored["gradable"], stored["grade"]) == (True, "good")
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


def softened(rgb: RgbImage, *, share: float) -> RgbImage:
    """Blurred by a share of the picture's width."""
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), share * rgb.shape[1]), np.uint8)


def half_black(rgb: RgbImage) -> RgbImage:
    picture = rgb.copy()
    picture[:, : rgb.shape[1] // 2] = 0
    return picture


def brighter(rgb: RgbImage, gain: float) -> RgbImage:
    return np.asarray(np.clip(rgb.astype(np.float32) * gain, 0, 255), np.uint8)


@pytest.mark.parametrize(
    ("spoil", "grade", "code"),
    [
        (lambda rgb: brighter(rgb, 0.4), "usable", "too_dark"),
        (lambda rgb: brighter(rgb, 0.1), "ungradable", "too_dark"),
        (lambda rgb: brighter(rgb, 6), "ungradable", "too_bright"),
        (lambda rgb: softened(rgb, share=0.02), "ungradable", "out_of_focus"),
        (half_black, "ungradable", "small_field"),
    ],
)
def test_what_spoils_a_photograph_lowers_its_grade_and_is_named(
    phantom: Phantom, spoil: Callable[[RgbImage], RgbImage], grade: str, code: str
) -> None:
    picture = spoil(phantom.rgb)

    quality = measure_quality(picture, detect_fov(picture))

    assert quality.grade == grade
    assert code in (*quality.problems, *quality.flaws)
    assert quality.reasons and all(reason.endswith(".") for reason in quality.reasons)


def test_measures_written_before_there_were_grades_are_graded_by_todays_limits() -> None:
    sharp = {"coverage": 0.9, "brightness": 0.6, "evenness": 0.5, "contrast": 0.1, "focus": 0.03}
    written = {**sharp, "problems": [], "gradable": True}

    assert Quality.from_json(written).grade == "good"
    assert Quality.from_json({**written, "focus": 0.01}).grade == "usable"
    assert Quality.from_json({**written, "focus": 0.001}).problems == ("out_of_focus",)


@pytest.mark.slow
def test_real_photographs_are_gradable(real_data: Path) -> None:
    paths = [
        *sorted((real_data / "rahim/images").glob("*.jpg"))[::20],
        *sorted((real_data / "idrid/grading").glob("*.jpg"))[::20],
    ]
    for path in paths:
        picture = decode_image(path)
        assert measure_quality(picture, detect_fov(picture)).gradable, path.name


@pytest.mark.slow
def test_real_photographs_that_were_spoiled_are_not_good(real_data: Path) -> None:
    for path in sorted((real_data / "rahim/images").glob("*.jpg"))[::80]:
        picture = decode_image(path)
        for spoiled in (softened(picture, share=0.008), brighter(picture, 0.12), half_black(picture)):
            assert measure_quality(spoiled, detect_fov(spoiled)).grade != "good", path.name


def test_noise_is_no_photograph() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)

    quality = measure_quality(noise, whole_frame(width=900, height=900))

    assert (quality.grade, quality.problems) == (UNGRADABLE, ("only_grain",))
    assert Quality.from_json(quality.to_json()) == quality
