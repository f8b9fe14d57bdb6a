"""Pictures for the imaging tests: phantoms, and real photographs where the machine has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.phantom import Phantom, draw_phantom

DATA = Path(__file__).resolve().parents[3] / "shared/data"


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    """A left eye with lesions of both classes, 700 px a side."""
    return draw_phantom(eye="OS", icdr_grade=3, seed=5, side=700)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real fundus photographs; the test is skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"the real photographs are not on this machine (looked in {DATA})")
    return DATA
