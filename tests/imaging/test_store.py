from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imaging.decode import decode_image
from imaging.phantom import Phantom
from imaging.store import clean_image, encode_jpeg, encode_png, strip_jpeg

SECRET = b"Jane Doe, born 1 May 1950"


def saved(rgb: np.ndarray, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(rgb).save(stream, kind, **options)
    return stream.getvalue()


def exif_of(text: bytes, *, orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = text.decode()
    return exif


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True}, {"subsampling": 0}, {"restart_marker_rows": 1}]
)
def test_a_jpeg_keeps_its_pixels_and_loses_its_metadata(phantom: Phantom, options: dict[str, Any]) -> None:
    upload = saved(
        phantom.rgb, "JPEG", quality=90, exif=exif_of(SECRET), comment=SECRET, icc_profile=SECRET, **options
    )

    clean = clean_image(upload + SECRET)

    assert (clean.suffix, clean.media_type) == (".jpg", "image/jpeg")
    assert SECRET in upload
    assert SECRET not in clean.data
    assert np.array_equal(decode_image(clean.data), decode_image(upload))
    assert np.array_equal(clean.rgb, decode_image(upload))


def test_cleaning_twice_changes_nothing(phantom: Phantom) -> None:
    once = clean_image(saved(phantom.rgb, "JPEG", exif=exif_of(SECRET)))

    assert clean_image(once.data).data == once.data


def test_a_turned_jpeg_becomes_an_upright_png(phantom: Phantom) -> None:
    upload = saved(phantom.rgb[:300], "JPEG", exif=exif_of(SECRET, orientation=6))

    clean = clean_image(upload)

    assert clean.suffix == ".png"
    assert clean.rgb.shape == (700, 300, 3)
    assert np.array_equal(decode_image(clean.data), clean.rgb)
    assert SECRET not in clean.data


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_other_files_become_pngs_of_the_same_pixels(phantom: Phantom, kind: str) -> None:
    clean = clean_image(saved(phantom.rgb, kind))

    assert clean.suffix == ".png"
    assert np.array_equal(decode_image(clean.data), phantom.rgb)


def test_a_cmyk_jpeg_becomes_a_png(phantom: Phantom) -> None:
    stream = io.BytesIO()
    Image.fromarray(phantom.rgb).convert("CMYK").save(stream, "JPEG")

    assert clean_image(stream.getvalue()).suffix == ".png"


def test_the_same_pixels_give_the_same_png(phantom: Phantom) -> None:
    assert encode_png(phantom.rgb) == encode_png(phantom.rgb.copy())


def test_preview_jpegs_are_close_to_the_picture(phantom: Phantom) -> None:
    back = decode_image(encode_jpeg(phantom.rgb))

    assert np.abs(back.astype(int) - phantom.rgb).mean() < 3


@pytest.mark.parametrize(
    "data", [b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x01", b"\xff\xd8\xff\xda\x00\x08abc", b"no"]
)
def test_a_jpeg_whose_parts_make_no_sense_is_not_stripped(data: bytes) -> None:
    assert strip_jpeg(data) is None
