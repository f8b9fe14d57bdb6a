"""Small daily chores: apps register them, the scheduler runs them at its start and then once a day."""

import logging
from collections.abc import Callable

log = logging.getLogger(__name__)

Chore = Callable[[], object]
_CHORES: dict[str, Chore] = {}


def daily(chore: Chore) -> Chore:
    """Register a function that may be run at any time, twice too, and takes seconds at most."""
    _CHORES[f"{chore.__module__}.{chore.__qualname__}"] = chore
    return chore


def run_chores() -> None:
    """Run all of them; one that fails is logged and keeps no other from its turn."""
    for name, chore in _CHORES.items():
        try:
            chore()
        except Exception:
            log.exception("%s failed; it runs again tomorrow", name)
