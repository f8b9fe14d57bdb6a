"""How many threads long computations of a worker get."""

import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")  # cgroup v2, as seen in a container


def threads_for_long_work() -> int:
    """TRAINING_THREADS where it is set, else as many as this process may use cores."""
    return int(os.environ.get("TRAINING_THREADS") or usable_cores())


def usable_cores(*, quota: Path = QUOTA) -> int:
    """The cores that this process may run on, no more than its container's quota ("max 100000" for none)."""
    cores = len(os.sched_getaffinity(0))
    try:
        share, period = quota.read_text(encoding="ascii").split()
        return cores if share == "max" else max(1, min(cores, int(share) // int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return cores
