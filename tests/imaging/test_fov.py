from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.arrays import RgbImage
from imaging.decode import decode_image
from imaging.errors import NoFieldOfView
from imaging.fov import Fov, blank_outside, detect_fov, fov_area_px, fov_mask, whole_frame
from imaging.phantom import Phantom


def photograph_with_text(phantom: Phantom) -> tuple[RgbImage, np.ndarray]:
    """The phantom in a wide black picture with a camera's text in all corners; and where the text is."""
    wide = np.zeros((700, 1050, 3), np.uint8)
    wide[:, 175:875] = phantom.rgb
    written = np.zeros((700, 1050), np.uint8)
    for x, y in ((8, 30), (8, 685), (920, 30), (920, 685)):
        cv2.putText(written, "OD 45 deg", (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 255, 2)
    wide[written > 0] = 255
    return wide, written > 0


def test_the_circle_of_a_phantom_is_found_to_a_pixel(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)

    assert fov.found
    assert fov.center_x == pytest.approx(0.4995 * 700, abs=1)
    assert fov.center_y == pytest.approx(0.4986 * 700, abs=1)
    assert fov.radius == pytest.approx(0.4942 * 700, abs=1.2)


def test_device_text_in_the_corners_is_blanked_and_the_retina_is_not(phantom: Phantom) -> None:
    picture, text = photograph_with_text(phantom)

    blanked = blank_outside(picture, detect_fov(picture))

    assert not blanked[text].any()
    assert np.array_equal(blanked[350, 300:750], picture[350, 300:750])


def test_a_retina_cut_by_the_top_and_bottom_of_the_picture_keeps_its_circle(phantom: Phantom) -> None:
    cut = phantom.rgb[70:-70]

    fov = detect_fov(cut)

    assert (fov.top, fov.bottom) == (0, 560)
    assert fov.radius == pytest.approx(0.4942 * 700, abs=1.5)
    assert fov.center_y == pytest.approx(0.4986 * 700 - 70, abs=1.5)


def test_a_dark_retina_with_noise_in_the_border_is_found(phantom: Phantom) -> None:
    noise = np.random.default_rng(1).integers(0, 9, phantom.rgb.shape, dtype=np.uint8)
    dark = (phantom.rgb * 0.3).astype(np.uint8) + noise

    assert detect_fov(dark).radius == pytest.approx(0.4942 * 700, abs=3)


def test_a_picture_without_dark_border_is_all_field_of_view() -> None:
    fov = detect_fov(np.full((200, 300, 3), 120, np.uint8))

    assert not fov.found
    assert fov_mask(fov).all()
    assert fov.box_width == 300


def test_a_black_picture_is_refused_with_a_remedy() -> None:
    with pytest.raises(NoFieldOfView) as refused:
        detect_fov(np.zeros((100, 100, 3), np.uint8))

    assert refused.value.code == "no_field_of_view"
    assert refused.value.remedy


def test_mask_area_and_blanking_agree(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)
    white = np.full_like(phantom.rgb, 255)

    assert fov_area_px(fov) == fov_mask(fov).sum()
    assert np.array_equal(blank_outside(white, fov)[..., 0] > 0, fov_mask(fov))


def test_json_gives_the_same_field_of_view_back() -> None:
    fov = whole_frame(width=30, height=20)

    assert Fov.from_json(fov.to_json()) == fov


def test_a_box_outside_its_image_is_refused() -> None:
    with pytest.raises(ValueError, match="must lie in its image"):
        Fov(center_x=5, center_y=5, radius=5, left=0, top=0, right=11, bottom=10, width=10, height=10)


@pytest.mark.slow
def test_real_photographs_show_their_whole_retina_and_nothing_else(real_data: Path) -> None:
    folders = (
        real_data / "rahim/images",
        real_data / "idrid/grading",
        real_data / "idrid/segmentation/images",
    )
    for folder in folders:
        for path in sorted(folder.glob("*.jpg"))[::20]:
            picture = decode_image(path)
            fov = detect_fov(picture)
            inside, light = fov_mask(fov), picture.max(axis=2)
            assert fov.found, path.name
            assert (light[~inside] > 40).mean() < 0.015, path.name
            assert (light[inside] < 12).mean() < 0.003, path.name
