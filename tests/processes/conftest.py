"""One running Fovea for the folder, and more of them for tests that end theirs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.processes.stack import RunningStack

StartStack = Callable[..., RunningStack]


@pytest.fixture(scope="session")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    stack = RunningStack(tmp_path_factory.mktemp("fovea") / "data")
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
def start_stack(tmp_path: Path) -> Iterator[StartStack]:
    """Start another Fovea with a data folder of its own; it is ended after the test."""
    started: list[RunningStack] = []

    def start(name: str = "data", **options: object) -> RunningStack:
        stack = RunningStack(tmp_path / name, **options)  # type: ignore[arg-type]
        started.append(stack)
        return stack

    yield start
    for stack in started:
        stack.stop()
