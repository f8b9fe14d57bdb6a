from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.errors import UnreadableImage
from imaging.mask_codec import decode_mask, encode_mask
from imaging.png import encode_grey, png_file


def saved(image: Image.Image, kind: str) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


@settings(max_examples=40, deadline=None)
@given(height=st.integers(1, 40), width=st.integers(1, 40), seed=st.integers(0, 1000))
def test_a_mask_comes_back_exactly_and_pillow_reads_it_as_one_bit(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.3

    data = encode_mask(mask)

    with Image.open(io.BytesIO(data)) as image:
        assert (image.mode, image.format, image.size) == ("1", "PNG", (width, height))
        assert np.array_equal(np.asarray(image), mask)
    assert np.array_equal(decode_mask(data), mask)


def test_the_same_mask_gives_the_same_bytes() -> None:
    mask = np.eye(50, dtype=np.bool_)

    assert encode_mask(mask) == encode_mask(np.asfortranarray(mask))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("mode", ["1", "L", "RGB", "I;16"])
def test_masks_of_any_depth_are_read(mode: str, kind: str) -> None:
    mask = np.zeros((5, 7), np.bool_)
    mask[1:3, 2:5] = True
    image = (
        Image.fromarray(mask.astype(np.uint16) * 300)
        if mode == "I;16"
        else Image.fromarray(mask).convert(mode)
    )

    assert np.array_equal(decode_mask(saved(image, kind)), mask)


@pytest.mark.parametrize(
    "mask", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 1), bool), np.zeros((0, 4), bool)]
)
def test_what_is_no_mask_is_refused(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="a mask is a bool array"):
        encode_mask(mask)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no picture at all", "not_an_image"),
        (encode_mask(np.eye(200, dtype=np.bool_))[:90], "truncated_image"),
        (encode_mask(np.zeros((8000, 8000), np.bool_)), "too_many_pixels"),
        (
            png_file(np.zeros((9, 9), np.uint8), width=2_000_000_000, bit_depth=1, strategy=0),
            "too_many_pixels",
        ),
    ],
)
def test_damaged_masks_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableImage) as refused:
        decode_mask(data)

    assert refused.value.code == code


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (300, 200)])
def test_a_map_survives_being_written(shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(7).integers(0, 256, shape, dtype=np.uint8)

    with Image.open(io.BytesIO(encode_grey(picture))) as image:
        assert image.mode == "L"
        assert np.array_equal(np.asarray(image), picture)
