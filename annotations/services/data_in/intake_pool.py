"""Several decoding children at work at once, while the caller stores what comes out of them."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from imaging.intake import Taken


class Intake(Protocol):
    """What decodes one file at a time."""

    def take(self, upload: Path, *, clean_copy: Path) -> Taken:
        """Check one file and write its clean copy; raises ImagingError."""
        ...


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What was found in a file, and where its clean copy lies until it is stored."""

    taken: Taken
    clean_copy: Path


class IntakePool:
    """Gives each file to a child that is free; `size` children."""

    def __init__(self, children: list[Intake], executor: ThreadPoolExecutor, folder: Path) -> None:
        self.size = len(children)
        self._free: SimpleQueue[Intake] = SimpleQueue()
        for child in children:
            self._free.put(child)
        self._executor = executor
        self._folder = folder
        self._numbers = count()

    def submit(self, path: Path) -> "Future[TakenFile]":
        """Have a file decoded; the future raises ImagingError or OSError."""
        return self._executor.submit(self._take, path, self._folder / f"clean-{next(self._numbers)}")

    def _take(self, path: Path, clean_copy: Path) -> TakenFile:
        child = self._free.get()
        try:
            return TakenFile(child.take(path, clean_copy=clean_copy), clean_copy)
        finally:
            self._free.put(child)


@contextmanager
def intake_pool(
    open_child: Callable[[], AbstractContextManager[Intake]], *, size: int, folder: Path
) -> Iterator[IntakePool]:
    """Lend a pool whose children end with the block."""
    with ExitStack() as stack:
        children = [stack.enter_context(open_child()) for _ in range(size)]
        executor = stack.enter_context(ThreadPoolExecutor(max_workers=size))
        try:
            yield IntakePool(children, executor, folder)
        finally:
            executor.shutdown(cancel_futures=True)
