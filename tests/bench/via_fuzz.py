"""10,000 VIA files of chance: each comes in whole or is refused with a reason.

The test is that of `make test`, tests/annotations/test_via_fuzz.py, with more cases.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = 10_000


def main() -> int:
    """Run the test; gives its exit status."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "tests/annotations/test_via_fuzz.py"],
        cwd=ROOT,
        env={**os.environ, "FOVEA_FUZZ_CASES": str(CASES)},
        check=False,
    )
    print(f"VIA files of chance: {CASES:,} tried, {'one broke' if done.returncode else 'none broke'}")  # noqa: T201
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
