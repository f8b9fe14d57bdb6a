from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.fov import Fov, detect_fov, fov_mask, whole_frame
from imaging.frame import Frame, frame_of_width, square_frame
from imaging.phantom import Phantom

WIDE = Fov(
    center_x=1997.7, center_y=1412.5, radius=1709.7,
    left=287, top=0, right=3708, bottom=2848, width=4288, height=2848,
)  # fmt: skip


@pytest.mark.parametrize("frame", [frame_of_width(WIDE, fov_width=1440), square_frame(WIDE, side=256)])
def test_points_come_back_to_where_they_were(frame: Frame) -> None:
    points = np.random.default_rng(1).uniform(0, 2848, (500, 2))

    back = frame.points_to_stored(frame.points_to_frame(points))

    assert np.abs(back - points).max() < 1e-6


@settings(max_examples=30, deadline=None)
@given(x=st.integers(1000, 2900), y=st.integers(500, 2200), width=st.sampled_from([512, 1440, 2000, 3421]))
def test_a_mask_comes_back_within_a_pixel_of_the_frame(x: int, y: int, width: int) -> None:
    frame = frame_of_width(WIDE, fov_width=width)
    mask = np.zeros((2848, 4288), np.bool_)
    mask[y : y + 60, x : x + 80] = True

    rows, columns = np.nonzero(frame.mask_to_stored(frame.mask(mask)))

    edges = np.array([columns.min() - x, columns.max() - x - 79, rows.min() - y, rows.max() - y - 59])
    assert np.abs(edges).max() <= max(1.0, 1 / frame.scale_x)


def test_image_mask_and_points_move_together(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)
    frame = square_frame(fov, side=256)
    spot = np.zeros_like(phantom.rgb)
    spot[300:310, 400:410] = 255

    image = frame.image(spot)[..., 0]
    mask = frame.mask(spot[..., 0] > 0)

    x, y = frame.points_to_frame(np.array([[405.0, 305.0]]))[0]
    for seen in (image > 127, mask):
        rows, columns = np.nonzero(seen)
        assert abs(rows.mean() + 0.5 - y) < 1
        assert abs(columns.mean() + 0.5 - x) < 1


def test_the_frame_is_black_outside_the_field_of_view(phantom: Phantom) -> None:
    fov = detect_fov(phantom.rgb)
    white = np.full_like(phantom.rgb, 255)

    image = frame_of_width(fov, fov_width=300).image(white)

    assert image.shape[1] == 300
    assert not image[0, 0].any()
    assert image[150, 150].all()


def test_the_square_holds_the_whole_retina_with_even_margins() -> None:
    frame = square_frame(WIDE, side=256)

    assert (frame.width, frame.height, frame.inner_width) == (256, 256, 256)
    assert frame.inner_height == round(256 * 2848 / 3421)
    assert frame.pad_top == (256 - frame.inner_height) // 2


def test_shrinking_averages_over_areas() -> None:
    stripes = np.zeros((400, 400, 3), np.uint8)
    stripes[::2] = 200
    frame = frame_of_width(whole_frame(width=400, height=400), fov_width=100)

    assert np.unique(frame.image(stripes)).tolist() == [100]


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_a_map_comes_back_at_the_stored_size_and_is_zero_outside(kind: type) -> None:
    frame = square_frame(WIDE, side=256)

    stored = frame.map_to_stored(np.full((256, 256), 200, kind))

    assert stored.shape == (2848, 4288)
    assert stored.dtype == kind
    assert np.array_equal(stored > 0, fov_mask(WIDE))


def test_coverage_keeps_a_lesion_smaller_than_a_frame_pixel() -> None:
    frame = square_frame(WIDE, side=256)
    mask = np.zeros((2848, 4288), np.bool_)
    mask[1000:1003, 2000:2003] = True

    assert frame.coverage(mask).max() > 0
    assert frame.coverage(mask).max() < 0.2


def test_enlarging_and_coming_back_keeps_a_smooth_picture(phantom: Phantom) -> None:
    smooth = cv2.GaussianBlur(phantom.rgb, (0, 0), 4)[..., 0]
    frame = frame_of_width(whole_frame(width=700, height=700), fov_width=1400)
    enlarged = frame.image(np.dstack([smooth] * 3))[..., 0]

    back = frame.map_to_stored(np.ascontiguousarray(enlarged))

    assert np.abs(back.astype(int) - smooth).max() <= 3


def test_an_image_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="4288x2848"):
        square_frame(WIDE, side=64).image(np.zeros((10, 10, 3), np.uint8))


def test_sizes_below_one_pixel_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 pixel"):
        frame_of_width(WIDE, fov_width=0)
    with pytest.raises(ValueError, match="at least 1 pixel"):
        square_frame(WIDE, side=0)
