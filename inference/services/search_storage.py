"""Where Optuna keeps its studies: a schema of its own on PostgreSQL, a file of its own beside SQLite."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from optuna.storages import RDBStorage
from sqlalchemy import Engine, create_engine, text

SCHEMA = "optuna"
POSTGRES = "postgresql+psycopg://"  # how to reach it comes from Django
SETTING_UP = 0x466F766561  # PostgreSQL's advisory lock that is held while tables are made
BUSY_S = 30  # how long a writer waits for another one of the file


@contextmanager
def study_storage() -> Iterator[RDBStorage]:
    """Optuna's storage, made on first use; its connections are closed at the end."""
    is_postgres = connection.vendor == "postgresql"
    storage = _in_postgres() if is_postgres else _in_file(Path(settings.DATA_DIR) / "optuna.sqlite3")
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


def _in_file(path: Path) -> RDBStorage:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two workers that start together would make the tables twice
        return RDBStorage(f"sqlite:///{path}", engine_kwargs={"connect_args": {"timeout": BUSY_S}})


def _in_postgres() -> RDBStorage:
    """The schema of the database that Django uses, whichever that is just now."""
    known = connection.get_connection_params().items()
    options = {name: value for name, value in known if isinstance(value, str | int)}  # the rest is Django's
    options["options"] = f"{options.get('options', '')} -c search_path={SCHEMA}".strip()
    engine_kwargs: dict[str, Any] = {"connect_args": options, "pool_pre_ping": True}
    engine = create_engine(POSTGRES, **engine_kwargs)
    try:
        with _alone(engine):
            return RDBStorage(POSTGRES, engine_kwargs=engine_kwargs)
    finally:
        engine.dispose()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Make the schema where it is missing, and keep other workers out of it meanwhile."""
    with engine.connect() as held:
        held.execute(text("SELECT pg_advisory_lock(:key)"), {"key": SETTING_UP})
        held.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        held.commit()
        try:
            yield
        finally:
            held.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": SETTING_UP})
            held.commit()
