"""Ends the parts when the supervisor was killed and couldn't.

Run as a file, on its own, with the standard library only.
The supervisor writes `+GROUP` and `-GROUP` (process group numbers, one a line) to its standard input. When
that closes while groups are left, they get SIGTERM, and SIGKILL three seconds later.
"""

import os
import signal
import sys
import time

GRACE_S = 3.0


def send(groups: set[int], number: int) -> set[int]:
    """Signal each group and return those that still exist."""
    alive = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            continue
        except PermissionError:
            pass
        alive.add(group)
    return alive


def main() -> None:
    """Keep the list until standard input closes, then end what is on it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line[0] == "+":
            groups.add(group)
        else:
            groups.discard(group)
    groups = send(groups, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_S
    while groups and time.monotonic() < deadline:
        time.sleep(0.1)
        groups = send(groups, 0)
    send(groups, signal.SIGKILL)


if __name__ == "__main__":
    main()
