"""A child for the tests of child_process: does what its settings say."""

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what")
    parser.add_argument("--settings", type=Path)
    parser.add_argument("--stdin-lifeline", action="store_true")
    options = parser.parse_args()
    settings = json.loads(options.settings.read_text())
    if options.stdin_lifeline:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    say(event="started", pid=os.getpid(), group=os.getpgid(0), omp=os.environ["OMP_NUM_THREADS"])
    if options.what == "count":
        for number in range(settings["to"]):
            say(event="step", step=number)
        return 0
    if options.what == "refuse":
        say(event="error", code="one_class_only", message="All 9 images have DR.", remedy="Add others.")
        return 2
    if options.what == "crash":
        sys.stderr.write("about to fail\n")
        raise RuntimeError("broken")
    if options.what == "orphan":
        grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        say(event="grandchild", pid=grandchild.pid)
        return 0
    if options.what == "eat":
        kept = bytearray(settings["bytes"])
        say(event="ate", bytes=len(kept))
        return 0
    if options.what == "talk":
        sys.stderr.write("epoch 1 is done\n")
        sys.stderr.flush()
    if options.what == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.stdout.write("not json\n")
    sys.stdout.flush()
    time.sleep(60)
    return 0


def say(**event: object) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


def _end_with_stdin() -> None:
    sys.stdin.read()
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
