"""The child process of the job kind `test.child`: beats into a file until it is done or orphaned."""

import argparse
import json
import os
import sys
import threading
import time
from pathlib import Path


def end_with_standard_input() -> None:
    """Exit when the parent's end of standard input closes."""
    while os.read(0, 1024):  # not sys.stdin: its lock would break the interpreter's own end
        pass
    os._exit(3)


def main() -> None:
    """Beat ten times a second: one line with the attempt and this process's number."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--settings", type=Path, required=True)
    parser.add_argument("--stdin-lifeline", action="store_true")
    settings = json.loads(parser.parse_args().settings.read_text(encoding="utf-8"))
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    steps = int(float(settings["seconds"]) * 10)
    with Path(settings["beats"]).open("a", encoding="utf-8") as file:
        for step in range(1, steps + 1):
            file.write(f"{settings['attempt']} {os.getpid()}\n")
            file.flush()
            sys.stdout.write(json.dumps({"event": "step", "step": step, "steps": steps}) + "\n")
            sys.stdout.flush()
            time.sleep(0.1)


if __name__ == "__main__":
    main()
