from __future__ import annotations

import io
import pickle
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from imaging.decode import decode_image, read_header, shrink, shrink_pixels
from imaging.errors import UnreadableImage
from imaging.phantom import Phantom


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def ramp(mode: str = "RGB") -> Image.Image:
    """Six by four pixels, all different, red along x and green along y."""
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[..., 0] = np.arange(6) * 40
    pixels[..., 1] = np.arange(4)[:, None] * 60
    return Image.fromarray(pixels).convert(mode)


def bomb_header(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"\0" * 100)
    chunks = (struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (head, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "BMP"])
def test_lossless_pictures_are_read_exactly(kind: str) -> None:
    assert np.array_equal(decode_image(saved(ramp(), kind)), np.asarray(ramp()))


@pytest.mark.parametrize("kind", ["TIFF", "PNG"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(orientation: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright: dict[int, Callable[[Any], Any]] = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90,
    }
    data = saved(ramp(), kind, exif=exif)
    expected = upright[orientation](np.asarray(ramp()))

    header = read_header(data)

    assert np.array_equal(decode_image(data), expected)
    assert (header.height, header.width) == expected.shape[:2]
    assert header.orientation == orientation


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1", "LA"])
def test_other_colours_become_rgb(mode: str) -> None:
    rgb = decode_image(saved(ramp(mode), "TIFF"))

    assert rgb.shape == (4, 6, 3)
    assert rgb.dtype == np.uint8


def test_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    deep = Image.fromarray((np.arange(24).reshape(4, 6) * 100 + 1000).astype(np.uint16))

    rgb = decode_image(saved(deep, "PNG"))

    assert rgb[0, 0].tolist() == [0, 0, 0]
    assert rgb[-1, -1].tolist() == [255, 255, 255]
    assert len(np.unique(rgb)) == 24


def test_transparent_parts_become_black() -> None:
    clear = ramp("RGBA")
    clear.putalpha(0)

    assert not decode_image(saved(clear, "PNG")).any()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_an_image"),
        (b"PK\x03\x04 a zip of patients", "not_an_image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image"),
        (saved(ramp(), "GIF"), "unsupported_format"),
        (saved(ramp(), "WEBP"), "unsupported_format"),
        (saved(ramp().resize((600, 400)), "JPEG")[:3000], "truncated_image"),
        (saved(ramp().resize((600, 400)), "PNG")[:-200], "truncated_image"),
        (saved(ramp(), "JPEG")[:10], "truncated_image"),
        (bomb_header(40_000, 40_000), "too_many_pixels"),
        (bomb_header(8_000, 8_000), "too_many_pixels"),
        (saved(ramp(), "TIFF", save_all=True, append_images=[ramp()]), "several_frames"),
    ],
)
def test_files_that_are_no_photograph_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableImage) as refused:
        decode_image(data)

    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.remedy


def test_the_byte_limit_comes_before_everything(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    path.write_bytes(bytes(2000))

    with pytest.raises(UnreadableImage) as refused:
        read_header(path, max_bytes=1000)

    assert refused.value.code == "too_many_bytes"


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's own remarks on damaged tags
def test_random_damage_never_escapes_as_another_error() -> None:
    random = np.random.default_rng(3)
    for kind in ("JPEG", "PNG", "TIFF", "BMP"):
        good = saved(ramp().resize((60, 40)), kind)
        for _ in range(60):
            broken = bytearray(good)
            for at in random.integers(0, len(good), 6):
                broken[at] = int(random.integers(256))
            try:
                assert decode_image(bytes(broken)).dtype == np.uint8
            except UnreadableImage as refused:
                assert refused.code


def test_previews_keep_the_shape_and_are_never_enlarged(phantom: Phantom) -> None:
    data = saved(Image.fromarray(phantom.rgb), "JPEG", quality=95)

    small = shrink(data, longer_side=320)
    other = shrink_pixels(phantom.rgb, longer_side=320)

    assert small.size == (320, 320)
    assert other.shape == (320, 320, 3)
    assert np.abs(np.asarray(small).astype(int) - other).mean() < 4
    assert shrink(data, longer_side=5000).size == (700, 700)
    assert shrink_pixels(phantom.rgb, longer_side=5000) is phantom.rgb


def test_errors_survive_a_trip_between_processes() -> None:
    error = UnreadableImage("not_an_image", "No picture.", remedy="Choose one.")

    back = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert (type(back), back.code, back.message, back.remedy) == (
        UnreadableImage, "not_an_image", "No picture.", "Choose one."
    )  # fmt: skip
