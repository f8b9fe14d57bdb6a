"""Daily chores."""

import pytest

from core import housekeeping
from core.housekeeping import daily, run_chores, run_frequent_chores


def test_a_chore_that_fails_keeps_no_other_from_its_turn(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(housekeeping, "_CHORES", {})
    done: list[int] = []

    @daily
    def break_down() -> None:
        raise ZeroDivisionError

    @daily
    def work() -> None:
        done.append(1)

    run_chores()

    assert done == [1]
    assert "break_down failed" in caplog.text


def test_a_daily_chore_with_more_to_do_goes_on_with_the_frequent_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for kept in ("_CHORES", "_FREQUENT", "_UNFINISHED"):
        monkeypatch.setattr(housekeeping, kept, {})
    left = [1, 2, 3]

    @daily
    def work() -> bool:
        left.pop()
        return bool(left)

    run_chores()
    assert left == [1, 2]
    for _ in range(3):
        run_frequent_chores()

    assert left == []
