"""Loads what tightening needs in a web process before anyone asks for it, and not before a room is open.

ONNX Runtime and the network take seconds to load; the first rectangle of a person should not wait for them.
"""

import logging
import re
import threading
from collections.abc import Mapping
from typing import Any

from django.core.signals import request_started

log = logging.getLogger(__name__)

READING_ROOM = re.compile(r"/api/(images/\d+/label-sets|label-sets/\d+)/")
LATER_S = 2.0  # the room's own requests go first; nobody draws a rectangle sooner
NAME = "warm_up_with_the_first_room"


def warm_up_with_the_first_room() -> None:
    """Load the tightener in the background once this process is asked for a reading room's labels."""
    request_started.connect(_look_for_a_room, dispatch_uid=NAME, weak=False)


def _look_for_a_room(
    environ: Mapping[str, Any] | None = None, scope: Mapping[str, Any] | None = None, **_: Any
) -> None:
    """Look at what is asked for: in the `environ` of a synchronous server, the `scope` of another."""
    address = scope.get("path", "") if scope is not None else (environ or {}).get("PATH_INFO", "")
    if READING_ROOM.match(address) and request_started.disconnect(dispatch_uid=NAME):
        timer = threading.Timer(LATER_S, _warm_up)
        timer.name, timer.daemon = NAME, True
        timer.start()


def _warm_up() -> None:
    from inference.services.tighten import tighten_network

    try:
        tighten_network()
    except Exception:
        log.exception("the tightener could not be loaded ahead of its first use")
