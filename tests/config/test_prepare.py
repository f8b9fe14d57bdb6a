"""What keeps nobody from starting when a data folder is brought up to date."""

from pathlib import Path

import pytest
from django.core.management import CommandError

from config import prepare


@pytest.mark.parametrize("error", [CommandError("There is no such project."), OSError(28, "No space left")])
def test_starter_models_that_can_not_be_taken_in_are_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(prepare, "call_command", fail)

    prepare._take_in_starter_models(tmp_path / "notes")

    (line,) = (tmp_path / "notes").read_text().splitlines()
    assert line == f"Starter models not taken in: {error}"
    assert capsys.readouterr().out.splitlines() == [line]
