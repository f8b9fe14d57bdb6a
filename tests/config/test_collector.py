"""How long what a request leaves behind stays, and what is looked through to find it."""

import subprocess
import sys
from pathlib import Path

PLATFORM = Path(__file__).resolve().parents[2] / "platform"
REQUESTS = """
import gc
from config.collector import collect_little_and_often

class Row:
    def __init__(self):
        self.itself = self

loaded = [Row() for _ in range(100_000)]
collect_little_and_often()
left = []
for request in range(40):
    page = [Row() for _ in range(7_000)]
    del page
    left.append(sum(type(one) is Row for one in gc.get_objects()))
print(gc.get_freeze_count() >= len(loaded), max(left[10:]))
"""


def test_what_two_requests_leave_behind_is_collected_before_the_third_adds_its_own() -> None:
    told = subprocess.run(
        [sys.executable, "-c", REQUESTS], cwd=PLATFORM, capture_output=True, text=True, check=True
    )

    frozen, most = told.stdout.split()
    assert frozen == "True"
    assert int(most) <= 3 * 7_000
