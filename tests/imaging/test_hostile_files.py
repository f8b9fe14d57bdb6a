"""Hostile pictures in the real decoding child: refused with a reason, in little memory, and it lives on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imaging.errors import UnreadableImage
from imaging.intake import IntakeChild
from imaging.phantom import Phantom
from tests.imaging.hostile_files import HOSTILE, saved

GIGABYTE = 1_000_000_000


@pytest.fixture(scope="module")
def child() -> Iterator[IntakeChild]:
    child = IntakeChild()
    yield child
    child.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_picture_is_refused_and_the_child_stays_small(
    name: str, child: IntakeChild, phantom: Phantom, tmp_path: Path
) -> None:
    make, code = HOSTILE[name]
    upload = tmp_path / name
    upload.write_bytes(make(phantom.rgb))

    with pytest.raises(UnreadableImage) as refused:
        child.take(upload, clean_copy=tmp_path / "clean")

    assert refused.value.code == code
    assert refused.value.message
    assert refused.value.remedy
    assert not (tmp_path / "clean").exists()
    assert child.peak_memory_bytes() < GIGABYTE


def test_the_child_still_takes_an_honest_picture(
    child: IntakeChild, phantom: Phantom, tmp_path: Path
) -> None:
    upload = tmp_path / "honest.jpg"
    upload.write_bytes(saved(phantom.rgb, "JPEG", quality=90))

    taken = child.take(upload, clean_copy=tmp_path / "clean")

    assert (taken.width, taken.height, taken.suffix) == (700, 700, ".jpg")
    assert len(taken.perceptual_hash) == 16
    assert child.peak_memory_bytes() < GIGABYTE


@pytest.mark.slow
def test_sixty_million_turned_pixels_fit_into_a_gigabyte(phantom: Phantom, tmp_path: Path) -> None:
    rgb = np.asarray(Image.fromarray(phantom.rgb).resize((9_000, 6_600)))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, which takes a second copy
    upload = tmp_path / "large.jpg"
    upload.write_bytes(saved(rgb, "JPEG", quality=85, exif=exif))
    child = IntakeChild()

    try:
        taken = child.take(upload, clean_copy=tmp_path / "clean")
        assert taken.width * taken.height == 59_400_000
        assert child.peak_memory_bytes() < GIGABYTE
    finally:
        child.stop()
