"""`python -m config.supervisor`: what `make run` ends in."""

import argparse
import os
import sys
from functools import partial

from config.supervisor import checks
from config.supervisor.console import StartError, complain, last_line, say
from config.supervisor.parts import Part
from config.supervisor.process import adopt_orphans, end_with_parent
from config.supervisor.settings import StackSettings, from_environment
from config.supervisor.stack import Stack

DEMO_ACCOUNTS = ("specialist", "reviewer", "admin", "admin2")
PARTLY_PREPARED = 3  # see config.prepare


def prepare(stack: Stack) -> None:
    """Bring the data folder up to date; raises StartError with the reason when that fails."""
    settings = stack.settings
    log, notes = settings.logs / "prepare.log", settings.logs / "prepare.notes"
    notes.unlink(missing_ok=True)
    command = [sys.executable, "-m", "config.prepare", "--notes", str(notes)]
    if settings.no_samples:
        command.append("--no-samples")
    if settings.samples is not None:
        command += ["--samples", str(settings.samples)]
    say(f"Preparing the data folder {settings.data_dir} (the first time also the sample patients) …")
    status = stack.run_once(Part(name="prepare", command=tuple(command), log=log))
    if status == PARTLY_PREPARED:
        complain(f"Not every file of {settings.samples} could be imported; which and why: {log}")
    elif status != 0:
        raise StartError(f"The data folder could not be prepared: {last_line(log)} (log: {log})")
    if notes.is_file():
        for line in notes.read_text(encoding="utf-8").splitlines():
            say(line)
    say("Starting web server, workers and scheduler …")


def announce(settings: StackSettings, seconds: float) -> None:
    """Say where Fovea is and how to sign in."""
    say("")
    say(f"Fovea is ready after {seconds:.0f} s: {settings.url}")
    password = settings.data_dir / "demo_password"
    if password.is_file():
        say(f"  Sign in as {', '.join(DEMO_ACCOUNTS)}; password: {password.read_text().strip()}")
    say(f"  Data: {settings.data_dir}   Logs: {settings.logs}")
    say("  For research and decision support, not a medical device. Ctrl-C stops everything.")


def main() -> int:
    """Run Fovea until it is stopped; exit status 1 and one line when it can't start."""
    parser = argparse.ArgumentParser(description="Starts every part of Fovea and watches over them.")
    parser.add_argument("--with-parent", action="store_true", help="stop when the calling process dies")
    arguments = parser.parse_args()
    if arguments.with_parent:
        end_with_parent()
    adopt_orphans()
    os.umask(0o077)
    try:
        settings = from_environment(os.environ)
        checks.require_packages()
        checks.prepare_data_dir(settings)
        lock = checks.lock_data_dir(settings)
        with lock:
            checks.require_free_port(settings)
            Stack(settings).run(prepare=prepare, announce=partial(announce, settings))
    except StartError as error:
        complain(str(error))
        return 1
    except OSError as error:
        complain(f"Fovea can't start: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
