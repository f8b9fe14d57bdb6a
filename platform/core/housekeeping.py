"""Small chores that apps register: the scheduler runs them at its start, then daily or every 15 seconds."""

import logging
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

Chore = Callable[[], object]
_CHORES: dict[str, Chore] = {}
_FREQUENT: dict[str, Chore] = {}


def daily(chore: Chore) -> Chore:
    """Register a function that may be run at any time, twice too, and takes seconds at most."""
    _CHORES[_name(chore)] = chore
    return chore


def frequent(chore: Chore) -> Chore:
    """Register a function that finds out with one quick query whether there is anything to do."""
    _FREQUENT[_name(chore)] = chore
    return chore


def run_chores() -> None:
    """Run the daily ones; one that fails is logged and keeps no other from its turn."""
    _run(_CHORES, again="tomorrow")


def run_frequent_chores() -> None:
    """Run the frequent ones, likewise."""
    _run(_FREQUENT, again="in a moment")


def _run(chores: Mapping[str, Chore], *, again: str) -> None:
    for name, chore in chores.items():
        try:
            chore()
        except Exception:
            log.exception("%s failed; it runs again %s", name, again)


def _name(chore: Chore) -> str:
    return f"{chore.__module__}.{chore.__qualname__}"
