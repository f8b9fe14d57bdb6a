"""One running Fovea for the folder, and more of them for tests that end theirs."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tests.processes.stack import RunningStack

StartStack = Callable[..., RunningStack]


@pytest.fixture(scope="session")
def shared_stack(
    tmp_path_factory: pytest.TempPathFactory, prepared_data: Callable[..., None]
) -> Iterator[RunningStack]:
    folder = tmp_path_factory.mktemp("fovea") / "data"
    prepared_data(folder, samples=False)
    stack = RunningStack(folder)
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(shared_stack: RunningStack) -> RunningStack:
    """The shared Fovea, healthy again after whatever the test before did to it."""
    shared_stack.wait_until_healthy()
    return shared_stack


@pytest.fixture
def start_stack(tmp_path: Path, prepared_data: Callable[..., None]) -> Iterator[StartStack]:
    """Start another Fovea with a data folder of its own; it is ended after the test.

    `prepared`: with what a first start makes, "empty" or "sampled"; by default this is its first start.
    """
    started: list[RunningStack] = []

    def start(
        name: str = "data", *, prepared: Literal["empty", "sampled"] | None = None, **options: object
    ) -> RunningStack:
        if prepared is not None:
            prepared_data(tmp_path / name, samples=prepared == "sampled")
        stack = RunningStack(tmp_path / name, **options)  # type: ignore[arg-type]
        started.append(stack)
        return stack

    yield start
    for stack in started:
        stack.stop()
