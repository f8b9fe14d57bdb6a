"""Brings a data folder up to date: tables, accounts, sample patients, models. `python -m config.prepare`.

Safe to repeat, and quick when nothing is missing. One process for all steps: each `manage.py` call would load
Django again. Exit status 3: everything is ready, but not every file of --samples could be imported.
"""

import argparse
import io
import os
import sys
from contextlib import suppress
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command

PARTLY = 3


def prepare(*, samples: Path | None, synthetic: bool, notes: Path | None = None) -> bool:
    """Migrate, make demo accounts, import real images or make the synthetic patients, take in starter models.

    `notes` gets the lines that the person at the terminal should read. Returns whether all images came in.
    Raises CommandError when a step is refused.
    """
    call_command("migrate", interactive=False, verbosity=1)
    call_command("create_demo_accounts")
    _make_first_project()
    imported = True
    if samples is not None:
        imported = _import_real_images(samples)
    elif synthetic:
        _make_sample_patients()
    if settings.STARTER_MODELS:
        _take_in_starter_models(notes)
    return imported


def _make_first_project() -> None:
    """Make the project that everything goes into, and let the demo accounts into it."""
    from accounts.models import User
    from accounts.services.people import DEMO_NAMES
    from annotations.services.projects import add_members, ensure_default_project

    people = list(User.objects.filter(username__in=DEMO_NAMES))
    add_members(project=ensure_default_project(), users=people, by=None)


def _import_real_images(folder: Path) -> bool:
    """Import a folder (or the folder `images` in it) and its labels.csv for the demo accounts to work on."""
    pictures = folder / "images" if (folder / "images").is_dir() else folder
    labels = folder / "labels.csv"
    options = {"labels": labels} if labels.is_file() else {}
    try:
        call_command("import_images", pictures, assign=["specialist"], **options)
    except (CommandError, SystemExit):
        return False
    return True


def _make_sample_patients() -> None:
    """Make them for a site without images, and go on where an earlier start was interrupted."""
    unfinished: Path = settings.DATA_DIR / "samples.unfinished"
    has_images = apps.get_model("annotations", "FundusImage")._default_manager.exists()
    if has_images and not unfinished.exists():
        return
    unfinished.touch()
    call_command("create_samples")
    unfinished.unlink()


def _take_in_starter_models(notes: Path | None) -> None:
    """Register the models that come with Fovea; one that can't be used keeps nobody from starting."""
    said = io.StringIO()
    try:
        with suppress(SystemExit):  # its status says that one was refused; the line says which and why
            call_command("register_starter_models", stdout=said)
    except (CommandError, OSError) as error:
        said.write(f"Starter models not taken in: {error}\n")
    sys.stdout.write(said.getvalue())
    if notes is not None:
        notes.write_text(said.getvalue(), encoding="utf-8")


def main() -> int:
    """Run the command line; one line on standard error and status 1 when a step is refused."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=Path, help="a folder of images to import instead of the samples")
    parser.add_argument("--no-samples", action="store_true", help="no sample patients")
    parser.add_argument(
        "--notes", type=Path, help="gets the lines that the person at the terminal should read"
    )
    arguments = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    try:
        done = prepare(samples=arguments.samples, synthetic=not arguments.no_samples, notes=arguments.notes)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if done else PARTLY


if __name__ == "__main__":
    sys.exit(main())
