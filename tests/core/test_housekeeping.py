"""Daily chores."""

import pytest

from core import housekeeping
from core.housekeeping import daily, run_chores


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
