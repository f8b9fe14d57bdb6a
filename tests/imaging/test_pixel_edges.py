from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco

from imaging.arrays import BoolMask
from imaging.pixel_edges import edge_outlines, fill_edges, from_run_lengths, run_lengths, unpack_run_lengths

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools
sides = st.integers(1, 20)
shares = st.sampled_from([0.1, 0.4, 0.6, 0.9])


def some_mask(height: int, width: int, seed: int, share: float) -> BoolMask:
    return np.random.default_rng(seed).random((height, width)) < share


@settings(max_examples=150, deadline=None)
@given(height=sides, width=sides, seed=st.integers(0, 10_000), share=shares)
def test_outlines_along_edges_are_read_by_coco_and_by_us(
    height: int, width: int, seed: int, share: float
) -> None:
    mask = some_mask(height, width, seed, share)
    outlines = edge_outlines(mask)
    if outlines is None or not outlines:
        return
    rings = [tuple((float(x), float(y)) for x, y in ring) for ring in outlines]

    flat = [[number for point in ring for number in point] for ring in rings]
    theirs = coco.decode(coco.merge(coco.frPyObjects(flat, height, width)))

    assert np.array_equal(theirs.astype(np.bool_), mask)
    assert np.array_equal(fill_edges(rings, height=height, width=width), mask)


def test_a_part_with_a_hole_has_no_single_outline() -> None:
    ring = np.ones((3, 3), np.bool_)
    ring[1, 1] = False

    assert edge_outlines(ring) is None


@settings(max_examples=100, deadline=None)
@given(height=sides, width=sides, seed=st.integers(0, 10_000), share=shares)
def test_run_lengths_are_cocos(height: int, width: int, seed: int, share: float) -> None:
    mask = some_mask(height, width, seed, share)
    packed = coco.encode(np.asfortranarray(mask.astype(np.uint8)))
    counts = run_lengths(mask)

    assert coco.frPyObjects({"counts": counts, "size": [height, width]}, height, width) == packed
    assert unpack_run_lengths(packed["counts"].decode()) == counts
    assert np.array_equal(from_run_lengths(counts, height=height, width=width), mask)


@pytest.mark.parametrize("counts", [[1, 2], [-1, 5], [], [3, 3], [2**62] * 4 + [4], [2**63, 4]])
def test_run_lengths_that_fill_no_image_are_refused(counts: list[int]) -> None:
    with pytest.raises(ValueError, match="2 x 2"):
        from_run_lengths(counts, height=2, width=2)


def test_packed_run_lengths_whose_sum_comes_round_are_refused() -> None:
    counts = unpack_run_lengths("PPPPPPPPPPPP4" * 3 + "0" + "TPPPPPPPPPPPL")

    assert counts == [2**62] * 4 + [4]
    with pytest.raises(ValueError, match="2 x 2"):
        from_run_lengths(counts, height=2, width=2)


@pytest.mark.parametrize("text", ["\x00", "é", "o" * 40, "Q"])
def test_text_that_is_no_run_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RLE"):
        unpack_run_lengths(text)
