"""Photographs in DICOM files: the right pixels, the camera's facts, and nothing of the person."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.pixels.encoders.base import RLELosslessEncoder
from pydicom.uid import RLELossless

from imaging.decode import decode, read_header
from imaging.errors import UnreadableImage
from imaging.intake import take_in
from imaging.phantom import Phantom
from tests.imaging.dicom_files import JPEG_2000, JPEG_BASELINE, SECRET, dicom_file, jpeg


@pytest.fixture
def pixels(phantom: Phantom) -> np.ndarray:
    return np.ascontiguousarray(phantom.rgb[100:400, 50:450])


def test_plain_rgb_is_read_exactly_with_eye_date_and_device(pixels: np.ndarray) -> None:
    found = decode(dicom_file(pixels))

    assert np.array_equal(found.rgb, pixels)
    assert (found.header.format, found.header.width, found.header.height) == ("DICOM", 400, 300)
    assert (found.facts.eye, found.facts.exam_date, found.facts.camera) == (
        "OD", datetime.date(2024, 3, 31), "Topcon TRC-NW400",
    )  # fmt: skip
    assert found.conversion == "DICOM RGB, Explicit VR Little Endian"


def test_planes_one_after_the_other_are_put_together(pixels: np.ndarray) -> None:
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1)).tobytes()

    found = decode(dicom_file(pixels, PlanarConfiguration=1, PixelData=planes))

    assert np.array_equal(found.rgb, pixels)


@pytest.mark.parametrize(
    ("syntax", "kind", "colors", "most"),
    [
        (JPEG_BASELINE, "JPEG", "YBR_FULL_422", 12),
        (JPEG_2000, "JPEG2000", "YBR_RCT", 0),
    ],
)
def test_compressed_pixels_are_decoded(
    pixels: np.ndarray, syntax: str, kind: str, colors: str, most: int
) -> None:
    options: dict[str, Any] = {"quality": 95} if kind == "JPEG" else {"irreversible": False, "mct": 1}
    data = dicom_file(
        pixels,
        syntax=syntax,
        encoded=jpeg(pixels, kind=kind, **options, **({"no_jp2": True} if kind != "JPEG" else {})),
        PhotometricInterpretation=colors,
    )

    found = decode(data)

    assert np.abs(found.rgb.astype(int) - pixels).mean() <= most / 4
    assert np.percentile(np.abs(found.rgb.astype(int) - pixels), 99) <= most


def test_run_length_encoding_is_read_exactly(pixels: np.ndarray) -> None:
    encoded = RLELosslessEncoder.encode(
        pixels, rows=300, columns=400, samples_per_pixel=3, number_of_frames=1, bits_allocated=8,
        bits_stored=8, photometric_interpretation="RGB", pixel_representation=0, planar_configuration=0,
    )  # fmt: skip

    assert np.array_equal(decode(dicom_file(pixels, syntax=RLELossless, encoded=encoded)).rgb, pixels)


def test_uncompressed_luma_and_chroma_become_rgb(pixels: np.ndarray) -> None:
    import cv2

    ybr = cv2.cvtColor(pixels, cv2.COLOR_RGB2YCrCb)[..., [0, 2, 1]]

    found = decode(dicom_file(pixels, PhotometricInterpretation="YBR_FULL", PixelData=ybr.tobytes()))

    assert np.abs(found.rgb.astype(int) - pixels).max() <= 3


def test_deep_grey_is_stretched_and_inverted_grey_turned_round() -> None:
    deep = (np.arange(20 * 30).reshape(20, 30) * 5 + 200).astype(np.uint16)

    plain = decode(dicom_file(deep, BitsStored=12, HighBit=11))
    inverted = decode(dicom_file(deep, PhotometricInterpretation="MONOCHROME1", BitsStored=12, HighBit=11))

    assert (plain.rgb[0, 0, 0], plain.rgb[-1, -1, 0]) == (0, 255)
    assert (inverted.rgb[0, 0, 0], inverted.rgb[-1, -1, 0]) == (255, 0)
    assert "16 bit: 200 to 3195 became 0 to 255" in plain.conversion


def test_a_palette_is_looked_up() -> None:
    indexes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    levels = np.arange(256, dtype=np.uint16)
    tables = {"Red": levels * 257, "Green": levels[::-1] * 257, "Blue": np.zeros_like(levels)}
    elements: dict[str, Any] = {"PhotometricInterpretation": "PALETTE COLOR"}
    for color, table in tables.items():
        elements[f"{color}PaletteColorLookupTableDescriptor"] = [256, 0, 16]
        elements[f"{color}PaletteColorLookupTableData"] = table.astype("<u2").tobytes()

    found = decode(dicom_file(indexes, **elements))

    assert found.rgb[0, 0].tolist() == [0, 255, 0]
    assert found.rgb[-1, -1].tolist() == [255, 0, 0]


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("how", "code", "says"),
    [
        ({"syntax": "1.2.840.10008.1.2.4.70"}, "unsupported_transfer_syntax", "JPEG Lossless"),
        ({"syntax": "1.2.840.10008.1.2.4.80"}, "unsupported_transfer_syntax", "JPEG-LS Lossless"),
        ({"syntax": "1.2.840.10008.1.2.1.99"}, "unsupported_transfer_syntax", "Deflated"),
        ({"NumberOfFrames": 7}, "several_frames", "7 pictures"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "not_a_photograph", "CT Image Storage"),
        ({"Rows": 50_000, "Columns": 50_000}, "too_many_pixels", "50,000 x 50,000"),
        ({"PhotometricInterpretation": "YBR_PARTIAL_420"}, "unsupported_colors", "YBR_PARTIAL_420"),
        ({"Rows": 4_000}, "truncated_image", "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    pixels: np.ndarray, how: dict[str, Any], code: str, says: str
) -> None:
    encoded = jpeg(pixels) if "4." in how.get("syntax", "") else None

    with pytest.raises(UnreadableImage) as refused:
        decode(dicom_file(pixels, encoded=encoded, **how))

    assert refused.value.code == code
    assert says in refused.value.message
    assert refused.value.remedy


def test_a_file_that_ends_early_is_refused(pixels: np.ndarray) -> None:
    for data in (cut(dicom_file(pixels)), dicom_file(pixels)[:140]):
        with pytest.raises(UnreadableImage) as refused:
            decode(data)
        assert refused.value.code == "truncated_image"


def test_nothing_of_the_person_is_kept_or_written_anywhere(
    pixels: np.ndarray, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    upload = tmp_path / "photograph"
    upload.write_bytes(dicom_file(pixels, PatientBirthDate=SECRET, StudyDate=SECRET))
    capfd.readouterr()  # pydicom, which wrote the file for us, may have quoted it
    caplog.clear()
    logging.getLogger("pydicom").disabled = False  # as whoever sets logging up anew makes it

    taken = take_in(upload, clean_copy=tmp_path / "clean")
    read_header(upload)

    printed = capfd.readouterr()
    everything = f"{taken} {printed.out} {printed.err} {caplog.text}"
    assert "Jane" not in everything
    assert b"Jane" not in (tmp_path / "clean").read_bytes()
    assert taken.media_type == "image/png"


def test_random_damage_never_escapes_as_another_error(pixels: np.ndarray) -> None:
    random = np.random.default_rng(4)
    small = np.ascontiguousarray(pixels[:20, :30])
    for good in (dicom_file(small), dicom_file(small, syntax=JPEG_BASELINE, encoded=jpeg(small))):
        for _ in range(60):
            broken = bytearray(good)
            for at in random.integers(132, len(good), 8):
                broken[at] = int(random.integers(256))
            try:
                assert decode(bytes(broken)).rgb.dtype == np.uint8
            except UnreadableImage as refused:
                assert refused.code
