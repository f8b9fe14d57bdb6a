"""How the web process collects the objects that nothing refers to any more."""

from __future__ import annotations

import gc


def collect_little_and_often() -> None:
    """Leave all that is loaded by now out of collections, and collect the rest after each request or two.

    A page of a list leaves some 7,000 objects that refer to each other (serializers, their rows, the request
    and its view). Python's thresholds let eleven requests gather theirs, and the next one then waits 100 ms;
    to look through the modules as well takes as long again.
    """
    gc.freeze()
    youngest, middle, _ = gc.get_threshold()
    gc.set_threshold(youngest, middle, 1)
