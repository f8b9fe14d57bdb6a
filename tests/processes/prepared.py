"""Data folders as a first start leaves them, made once for all workers of a run and copied from there."""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path

from config.supervisor import checks
from config.supervisor.settings import StackSettings
from tests.processes.stack import ROOT


def copy_prepared(target: Path, *, shared: Path, samples: bool) -> None:
    """Fill `target` with migrated tables and demo accounts, and with the sample patients when asked.

    Never with starter models: tests begin without a champion and bring the models that they speak of.
    `shared`: a folder of the whole test run. Whoever comes first prepares; the others wait and copy.
    """
    source = shared / ("sampled" if samples else "empty")
    with (shared / f"{source.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not source.is_dir():
            unfinished = source.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            if samples:  # the tables take longer than the patients
                copy_prepared(unfinished, shared=shared, samples=False)
            _prepare(StackSettings(data_dir=unfinished, no_samples=not samples))
            unfinished.rename(source)
    shutil.copytree(source, target)


def _prepare(settings: StackSettings) -> None:
    checks.prepare_data_dir(settings)
    environment = {**settings.child_environment(), "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    environment["STARTER_MODELS"] = "0"
    command = [sys.executable, "-m", "config.prepare", *(["--no-samples"] if settings.no_samples else [])]
    kept = {name: value for name, value in environment.items() if name not in ("DATABASE_URL", "STORAGE_URL")}
    subprocess.run(command, cwd=ROOT, env=kept, check=True, capture_output=True, timeout=600)
