from __future__ import annotations

import io
import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from imaging.decode import decode, decode_image, read_header, shrink, shrink_pixels
from imaging.errors import UnreadableImage
from imaging.phantom import Phantom

UPRIGHT: dict[int, Callable[[Any], Any]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: np.rot90,
}


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
    data = saved(ramp(), kind, exif=exif)
    expected = UPRIGHT[orientation](np.asarray(ramp()))

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


@pytest.mark.parametrize("kind", [".png", ".tif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_sixteen_bit_colours_keep_their_proportions(kind: str, orientation: int, tmp_path: Path) -> None:
    deep = np.zeros((4, 6, 3), np.uint16)
    deep[..., 0] = np.arange(6) * 800
    deep[..., 1] = np.arange(4)[:, None] * 600
    path = tmp_path / f"deep{kind}"
    cv2.imwrite(str(path), deep[..., ::-1])
    if orientation != 1:
        add_orientation(path, orientation)

    found = decode(path)

    expected = np.rint(deep * (255 / 4000)).astype(np.uint8)
    assert np.array_equal(found.rgb, UPRIGHT[orientation](expected))
    assert (found.header.height, found.header.width) == found.rgb.shape[:2]
    assert found.conversion == "16 bit: 0 to 4000 became 0 to 255"


def add_orientation(path: Path, orientation: int) -> None:
    """Say in a PNG's EXIF chunk, or a TIFF's directory, how the picture is to be turned."""
    data = path.read_bytes()
    if path.suffix == ".png":
        exif = (
            b"eXIf"
            + b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"
            + struct.pack(">HHI", orientation, 0, 0)
        )
        chunk = struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif))
        path.write_bytes(data[:33] + chunk + data[33:])
        return
    at = struct.unpack_from("<I", data, 4)[0]
    (count,) = struct.unpack_from("<H", data, at)
    entries = [data[at + 2 + 12 * n : at + 14 + 12 * n] for n in range(count)]
    entries.append(struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0))
    entries.sort(key=lambda entry: struct.unpack_from("<H", entry)[0])
    moved = len(data) + len(data) % 2
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + b"\0\0\0\0"
    path.write_bytes(data[:4] + struct.pack("<I", moved) + data[8:] + b"\0" * (len(data) % 2) + directory)


def test_cmyk_goes_through_its_own_profile() -> None:
    picture = ramp("CMYK")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    plain, wrong = decode(saved(picture, "TIFF")), decode(saved(picture, "TIFF", icc_profile=profile))

    assert plain.conversion == "CMYK to RGB without a colour profile"
    assert wrong.conversion == plain.conversion, "an RGB profile says nothing about CMYK"


@pytest.mark.parametrize(
    ("mode", "says"),
    [("RGB", ""), ("L", "grey to RGB"), ("1", "black and white to RGB"), ("P", "palette to RGB"),
     ("RGBA", "transparency laid onto black")],
)  # fmt: skip
def test_how_the_colours_came_about_is_said(mode: str, says: str) -> None:
    assert decode(saved(ramp(mode), "PNG")).conversion == says


def test_a_picture_that_is_a_zip_archive_too_is_refused(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("Main.class", "hidden")

    for kind in ("JPEG", "PNG", "BMP"):
        for after in (b"", b"and more"):
            with pytest.raises(UnreadableImage) as refused:
                decode_image(saved(ramp(), kind) + archive.getvalue() + after)
            assert refused.value.code == "hidden_archive"


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
