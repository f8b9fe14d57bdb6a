"""What an import's command prints: the first problems in words, or all of them as JSON."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from annotations.management.reporting import SHOWN_PROBLEMS
from annotations.models import FundusImage
from tests.annotations.conftest import run_command

pytestmark = pytest.mark.django_db

HE = {"Abnormality": "hemorrhage"}
OUTSIDE = {"name": "rect", "x": 300, "y": 12, "width": 5, "height": 7}


@pytest.fixture
def sixty_bad_rows(many_images: Callable[..., list[FundusImage]], write_via: Callable[..., Path]) -> Path:
    (image,) = many_images(1, width=100, height=80)
    return write_via([(image.source_name, OUTSIDE, HE)] * (SHOWN_PROBLEMS + 10))


def test_in_words_the_first_problems_are_told_and_where_the_others_are(
    sixty_bad_rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("import_via", str(sixty_bad_rows))

    *told, last = capsys.readouterr().err.splitlines()
    assert len(told) == SHOWN_PROBLEMS
    assert last == "… and 10 more (all of them with --json)"


def test_json_tells_every_problem_and_nothing_beside_it(
    sixty_bad_rows: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        call_command("import_via", str(sixty_bad_rows), "--json")
    assert capsys.readouterr().err == ""

    _, report = run_command(capsys, "import_via", str(sixty_bad_rows))
    assert len(report["problems"]) == report["errors"] == SHOWN_PROBLEMS + 10
