"""Tables migrated once for all workers of a test run: each would take six seconds for the same ones."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection


def take_database(*, shared: Path, worker: str) -> None:
    """Give this worker a copy of the migrated database, which whoever comes first makes.

    `shared`: a folder of the whole test run.
    """
    with _the_only_one(shared):
        _name_base(shared)
        if not any(_takers(shared)):
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()  # PostgreSQL copies no database that somebody is connected to
        connection.creation.clone_test_db(worker, verbosity=0)
        (shared / f"{worker}.database").touch()
    connection.settings_dict.update(connection.creation.get_test_db_clone_settings(worker))


def drop_database(*, shared: Path, worker: str) -> None:
    """Drop this worker's copy, and whoever is the last the database it was made from."""
    with _the_only_one(shared):
        connection.creation.destroy_test_db(verbosity=0)
        (shared / f"{worker}.database").unlink()
        if not any(_takers(shared)):
            _name_base(shared)
            connection.creation.destroy_test_db(verbosity=0)


def _name_base(shared: Path) -> None:
    options, named = connection.settings_dict, connection.settings_dict["TEST"]
    if connection.vendor == "sqlite":
        # A file, not memory: the heartbeat's thread has a connection of its own.
        named["NAME"] = str(shared / "test.sqlite3")
    named["NAME"] = options["NAME"] = named["NAME"] or f"test_{options['NAME']}"


def _takers(shared: Path) -> Iterator[Path]:
    return shared.glob("*.database")


@contextmanager
def _the_only_one(shared: Path) -> Iterator[None]:
    with (shared / "database.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
