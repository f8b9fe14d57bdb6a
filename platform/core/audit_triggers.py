"""The triggers that make the audit log append-only, for SQLite and PostgreSQL.

They stop mistakes and careless hands; somebody who owns the database can drop them, and then the hash chain
tells (`manage.py verify_audit`). Tests that empty the tables do so inside `lifted`, see tests/conftest.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

TABLE = "core_auditevent"

_SQLITE_CREATE = (
    f"""CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    f"""CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE}
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    # INSERT OR REPLACE deletes without firing the trigger above
    """CREATE TRIGGER audit_no_replace BEFORE INSERT ON core_auditevent
    WHEN EXISTS (SELECT 1 FROM core_auditevent WHERE id = NEW.id OR sequence = NEW.sequence
      OR hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
)
_SQLITE_DROP = (
    "DROP TRIGGER IF EXISTS audit_no_update",
    "DROP TRIGGER IF EXISTS audit_no_delete",
    "DROP TRIGGER IF EXISTS audit_no_replace",
)
_POSTGRESQL_CREATE = (
    """CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit events are append-only'; END $$""",
    f"""CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
    f"""CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)
_POSTGRESQL_DROP = (
    f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}",
)


def create(connection: Any) -> None:
    """Create the triggers."""
    _execute(connection, {"sqlite": _SQLITE_CREATE, "postgresql": _POSTGRESQL_CREATE})


def drop(connection: Any) -> None:
    """Drop the triggers."""
    _execute(connection, {"sqlite": _SQLITE_DROP, "postgresql": _POSTGRESQL_DROP})


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Drop the triggers for the block; only tests that empty tables use this."""
    drop(connection)
    try:
        yield
    finally:
        create(connection)


def _execute(connection: Any, statements: dict[str, tuple[str, ...]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
