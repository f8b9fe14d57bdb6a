"""Decodes the next image while the models look at this one."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from imaging.arrays import RgbImage

T = TypeVar("T")


def read_ahead(
    items: Iterable[T], *, decode: Callable[[T], RgbImage]
) -> Iterator[tuple[T, Future[RgbImage]]]:
    """Each item in order with its picture; the next is decoded in another thread, so two are in memory.

    What `decode` raises comes out of the future's `result()`.
    """
    waiting = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="decode") as pool:

        def start_next() -> tuple[T, Future[RgbImage]] | None:
            for item in waiting:
                return item, pool.submit(decode, item)
            return None

        ahead = start_next()
        while ahead is not None:
            now, ahead = ahead, start_next()
            yield now
