from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imaging.errors import UnreadableImage
from imaging.mask_codec import decode_indices, encode_indices, encode_mask
from imaging.masks import rasterize
from imaging.shapes import MAX_POINTS, shape_from_json
from imaging.traced_masks import exact_polygons, trace_file, tracing_child

PALETTE = [(0, 0, 0), (224, 49, 49), (47, 158, 68)]


@settings(max_examples=150, deadline=None)
@given(
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    seed=st.integers(0, 10_000),
    share=st.sampled_from([0.05, 0.3, 0.5, 0.7, 0.95]),
)
def test_any_mask_comes_back_pixel_for_pixel(height: int, width: int, seed: int, share: float) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < share

    polygons = [shape_from_json("polygon", polygon.to_json()) for polygon in exact_polygons(mask)]

    assert np.array_equal(rasterize(polygons, height=height, width=width), mask)


def test_a_part_with_too_many_points_for_one_region_is_cut_into_several() -> None:
    comb = np.zeros((60, 6_000), np.bool_)
    comb[::2] = np.random.default_rng(3).random((30, 6_000)) < 0.5
    comb[:, ::7] = True

    polygons = exact_polygons(comb)

    assert max(len(one.points) + sum(map(len, one.holes)) for one in polygons) <= MAX_POINTS
    assert np.array_equal(rasterize(polygons, height=60, width=6_000), comb)


def test_an_indexed_file_holds_one_mask_per_class(tmp_path: Path) -> None:
    indices = np.zeros((9, 12), np.uint8)
    indices[1:4, 1:5] = 1
    indices[2, 2] = 2
    (tmp_path / "a.png").write_bytes(encode_indices(indices, palette=PALETTE))

    traced = trace_file(tmp_path / "a.png", classes={1: "HE", 2: "EX", 3: "MA"})

    assert (traced.width, traced.height) == (12, 9)
    assert traced.polygons["MA"] == []
    for number, code in ((1, "HE"), (2, "EX")):
        shapes = [shape_from_json("polygon", polygon) for polygon in traced.polygons[code]]
        assert np.array_equal(rasterize(shapes, height=9, width=12), indices == number)


def test_a_number_that_stands_for_no_class_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_indices(np.full((4, 4), 2, np.uint8), palette=PALETTE))

    with pytest.raises(UnreadableImage, match="number 2") as refused:
        trace_file(tmp_path / "a.png", classes={1: "HE"})

    assert refused.value.code == "unknown_index"


def test_a_colour_picture_is_no_indexed_mask() -> None:
    stream = io.BytesIO()
    Image.new("RGB", (4, 4)).save(stream, "PNG")

    with pytest.raises(UnreadableImage, match="colours"):
        decode_indices(stream.getvalue())


def test_the_child_traces_and_outlives_a_file_that_is_no_mask(tmp_path: Path) -> None:
    mask = np.eye(30, dtype=np.bool_)
    (tmp_path / "good.png").write_bytes(encode_mask(mask))
    (tmp_path / "bad.png").write_bytes(b"<svg/>")

    with tracing_child() as child:
        with pytest.raises(UnreadableImage, match="neither PNG nor TIFF"):
            child.trace(tmp_path / "bad.png", classes="HE")
        traced = child.trace(tmp_path / "good.png", classes="HE")

    shapes = [shape_from_json("polygon", polygon) for polygon in traced.polygons["HE"]]
    assert np.array_equal(rasterize(shapes, height=30, width=30), mask)
