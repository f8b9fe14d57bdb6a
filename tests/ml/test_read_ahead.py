"""Reading ahead: one image further, in order, with each one's error in its own place."""

import numpy as np
import pytest

from imaging.arrays import RgbImage
from inference.ml.read_ahead import read_ahead


def picture(number: int) -> RgbImage:
    return np.full((1, 1, 3), number, np.uint8)


def test_items_come_in_order_with_the_next_one_started() -> None:
    started: list[int] = []

    def decode(number: int) -> RgbImage:
        started.append(number)
        return picture(number)

    reading = read_ahead([1, 2, 3], decode=decode)
    first, decoding = next(reading)

    assert (first, decoding.result()[0, 0, 0]) == (1, 1)
    assert 3 not in started
    assert [number for number, _ in reading] == [2, 3]
    assert started == [1, 2, 3]


def test_what_can_not_be_read_stops_nothing() -> None:
    def decode(number: int) -> RgbImage:
        if number == 2:
            raise ValueError("torn file")
        return picture(number)

    futures = [decoding for _, decoding in read_ahead([1, 2, 3], decode=decode)]

    with pytest.raises(ValueError, match="torn file"):
        futures[1].result()
    assert futures[2].result()[0, 0, 0] == 3


def test_of_nothing_comes_nothing() -> None:
    assert list(read_ahead([], decode=picture)) == []
