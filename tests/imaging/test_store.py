from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

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


def test_an_embedded_thumbnail_a_profile_and_xmp_are_gone(phantom: Phantom) -> None:
    thumbnail = saved(phantom.rgb[:64, :64], "JPEG", comment=SECRET)
    upload = with_thumbnail(phantom.rgb, thumbnail, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")
    with Image.open(io.BytesIO(upload)) as image:
        assert image.getexif()
        assert thumbnail in image.info["exif"]
        assert image.info["icc_profile"]
        assert image.info["xmp"]

    clean = clean_image(upload)

    assert upload.count(b"\xff\xd8\xff") == 2
    assert clean.data.count(b"\xff\xd8\xff") == 1
    assert SECRET not in clean.data
    with Image.open(io.BytesIO(clean.data)) as image:
        assert not image.getexif()
        assert not {"icc_profile", "xmp", "exif", "comment"} & set(image.info)


def with_thumbnail(rgb: np.ndarray, thumbnail: bytes, **options: Any) -> bytes:
    """A JPEG with a colour profile and, in its EXIF, a small copy of the picture as cameras write it."""
    first = struct.pack("<HHHIII", 1, 0x0112, 3, 1, 1, 26)
    entries = [(0x0103, 3, 6), (0x0201, 4, 68), (0x0202, 4, len(thumbnail))]
    second = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    exif = b"Exif\0\0II*\0" + struct.pack("<I", 8) + first
    exif += struct.pack("<H", len(entries)) + second + struct.pack("<I", 0)
    exif += b"\0" * (6 + 68 - len(exif)) + thumbnail
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return saved(rgb, "JPEG", quality=90, exif=exif, icc_profile=profile, **options)


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
