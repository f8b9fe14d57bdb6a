"""The same photograph saved twice is recognised; another eye never is."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from imaging.decode import shrink
from imaging.fov import Fov, detect_fov
from imaging.near_duplicates import LEAST_LIKENESS, hash_number, likeness, nearest, perceptual_hash
from imaging.phantom import Phantom, draw_phantom
from imaging.store import encode_jpeg
from tests.imaging.conftest import DATA

Picture = tuple[np.ndarray, Fov]


def is_same(one: Picture, other: Picture) -> bool:
    hashes = [hash_number(perceptual_hash(*picture)) for picture in (one, other)]
    near = nearest(hashes[0], np.array(hashes[1:], np.uint64))
    return bool(len(near)) and likeness(one, other) >= LEAST_LIKENESS


def with_fov(rgb: np.ndarray) -> Picture:
    return rgb, detect_fov(rgb)


@pytest.mark.parametrize("how", ["half", "jpeg", "brighter"])
def test_the_same_photograph_saved_otherwise_is_recognised(phantom: Phantom, how: str) -> None:
    rgb = phantom.rgb
    again = cv2.imdecode(np.frombuffer(encode_jpeg(rgb, quality=70), np.uint8), cv2.IMREAD_COLOR_RGB)
    other = {
        "half": cv2.resize(rgb, (350, 350), interpolation=cv2.INTER_AREA),
        "jpeg": np.asarray(again),
        "brighter": np.clip(rgb * 1.15, 0, 255).astype(np.uint8),
    }[how]

    assert is_same(with_fov(rgb), with_fov(other))


def test_other_eyes_are_not(phantom: Phantom) -> None:
    others = [
        draw_phantom(eye=eye, icdr_grade=2, seed=seed, side=700) for eye in ("OD", "OS") for seed in (1, 2)
    ]
    pictures = [with_fov(one.rgb) for one in (phantom, *others)]

    assert not any(is_same(one, other) for one, other in combinations(pictures, 2))
    assert not is_same(with_fov(phantom.rgb), with_fov(np.ascontiguousarray(phantom.rgb[:, ::-1])))


def test_the_most_similar_hash_comes_first_among_ten_thousand() -> None:
    hashes = np.random.default_rng(2).integers(0, 2**64, 10_000, dtype=np.uint64)
    hashes[77], hashes[5_000] = 0b111, 0b1

    assert nearest(0, hashes).tolist() == [5_000, 77]


@pytest.mark.slow
def test_the_repeated_photographs_of_idrid_are_recognised_at_another_resolution(real_data: Path) -> None:
    with (DATA / "idrid/grading_labels.csv").open() as file:
        same = {row["same_photo_as"]: row["file"] for row in csv.DictReader(file) if row["same_photo_as"]}
    pairs = sorted(same.items())[::4]
    large = {one: small_copy(DATA / f"idrid/segmentation/images/{Path(one).name}") for one, _ in pairs}
    small = {other: small_copy(DATA / "idrid/grading" / Path(other).name) for _, other in pairs}

    found = {(one, other) for one in large for other in small if is_same(large[one], small[other])}

    assert found == set(pairs)


def small_copy(path: Path) -> Picture:
    return with_fov(np.asarray(shrink(path, longer_side=640), np.uint8))
