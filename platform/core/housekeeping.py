"""Small chores that apps register: the scheduler runs them at its start, then daily or every 15 seconds."""

import logging
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

CHORE_SECONDS = 10.0  # a chore with more to do than that stops and goes on later: others wait for it
Chore = Callable[[], object]
_CHORES: dict[str, Chore] = {}
_FREQUENT: dict[str, Chore] = {}
_UNFINISHED: dict[str, Chore] = {}


def daily(chore: Chore) -> Chore:
    """Register a function that may be run at any time, twice too, and takes CHORE_SECONDS at most.

    One that returns True has something left to do, and goes on with the frequent ones.
    """
    _CHORES[_name(chore)] = chore
    return chore


def frequent(chore: Chore) -> Chore:
    """Register a function that finds out with one quick query whether there is anything to do."""
    _FREQUENT[_name(chore)] = chore
    return chore


def run_chores() -> None:
    """Run the daily ones; one that fails is logged and keeps no other from its turn."""
    _UNFINISHED.update(_run(_CHORES, again="tomorrow"))


def run_frequent_chores() -> None:
    """Run the frequent ones, likewise, and daily ones that were left unfinished."""
    _run(_FREQUENT, again="in a moment")
    left = _run(_UNFINISHED, again="tomorrow")
    _UNFINISHED.clear()
    _UNFINISHED.update(left)


def _run(chores: Mapping[str, Chore], *, again: str) -> dict[str, Chore]:
    """Run some; gives those that have something left to do."""
    left = {}
    for name, chore in chores.items():
        try:
            if chore() is True:
                left[name] = chore
        except Exception:
            log.exception("%s failed; it runs again %s", name, again)
    return left


def _name(chore: Chore) -> str:
    return f"{chore.__module__}.{chore.__qualname__}"
