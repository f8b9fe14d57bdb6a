"""How many threads long computations get: no more than the process may use."""

import os
from pathlib import Path

import pytest

from inference.services.cores import threads_for_long_work, usable_cores

ALLOWED = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("quota", "cores"),
    [
        ("max 100000\n", ALLOWED),
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),  # half a core
        (f"{ALLOWED * 100_000 + 100_000} 100000\n", ALLOWED),
        ("unheard of", ALLOWED),
        (None, ALLOWED),
    ],
)
def test_a_quota_of_the_container_is_kept(quota: str | None, cores: int, tmp_path: Path) -> None:
    file = tmp_path / "cpu.max"
    if quota is not None:
        file.write_text(quota)

    assert usable_cores(quota=file) == cores


def test_cores_that_the_process_is_not_let_onto_do_not_count(tmp_path: Path) -> None:
    allowed = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert usable_cores(quota=tmp_path / "none") == 1
    finally:
        os.sched_setaffinity(0, allowed)


def test_a_site_can_say_how_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINING_THREADS", "3")

    assert threads_for_long_work() == 3
