"""Brings a data folder up to date: tables, demo accounts, sample patients. `python -m config.prepare`.

Safe to repeat, and quick when nothing is missing. One process for all steps: each `manage.py` call would load
Django again.
"""

import argparse
import os
import sys
from pathlib import Path

import django
from django.apps import apps
from django.core.management import CommandError, call_command, get_commands


def prepare(*, samples: Path | None, synthetic: bool) -> None:
    """Migrate, then make demo accounts and import real images or the synthetic sample patients."""
    call_command("migrate", interactive=False, verbosity=1)
    commands = get_commands()
    call_command("create_demo_accounts")
    if samples is not None:
        labels = samples / "labels.csv"
        call_command("import_images", str(samples), **({"labels": str(labels)} if labels.is_file() else {}))
    elif synthetic and "create_samples" in commands and not _has_images():
        call_command("create_samples")


def _has_images() -> bool:
    return bool(apps.get_model("annotations", "FundusImage")._default_manager.exists())


def main() -> int:
    """Run the command line; one line on standard error and status 1 when a step is refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, help="a folder of images to import instead of the samples")
    parser.add_argument("--no-samples", action="store_true", help="no sample patients")
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    try:
        prepare(samples=arguments.samples, synthetic=not arguments.no_samples)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
