"""What people read for a kind of job."""

import re
from pathlib import Path

import annotations.tasks
import inference.tasks
from core.job_handlers import registered_kinds

TITLES = Path(__file__).parents[2] / "frontend/src/lib/jobKinds.ts"


def test_every_kind_of_job_has_a_plain_title_on_the_pages() -> None:
    ours = (annotations.__name__, inference.__name__)
    kinds = {kind for kind in registered_kinds() if kind.split(".")[0] in ours}

    assert set(re.findall(r'^ +"([\w.]+)":', TITLES.read_text(), re.MULTILINE)) == kinds
