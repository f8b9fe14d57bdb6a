"""The triggers that make the audit log append-only, for SQLite and PostgreSQL.

They stop mistakes and careless hands; somebody who owns the database can drop them, and then the hash chain
and the noted end tell (`manage.py verify_audit`). Tests that empty or falsify the tables do so inside
`lifted`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

TABLE = "core_auditevent"
HEAD = "core_audithead"

Statements = Mapping[str, tuple[str, ...]]  # by the database's vendor

_REFUSE_SQLITE = "BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END"
_EVENTS: Statements = {
    "sqlite": (
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} {_REFUSE_SQLITE}",
        f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} {_REFUSE_SQLITE}",
        # INSERT OR REPLACE deletes without firing the trigger above
        """CREATE TRIGGER audit_no_replace BEFORE INSERT ON core_auditevent
        WHEN EXISTS (SELECT 1 FROM core_auditevent WHERE id = NEW.id OR sequence = NEW.sequence
          OR hash = NEW.hash)
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'audit events are append-only'; END $$""",
        f"""CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
        f"""CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    ),
}
_END: Statements = {
    "sqlite": (
        f"""CREATE TRIGGER audit_head_forward BEFORE UPDATE ON {HEAD}
        WHEN NEW.id <> OLD.id OR NEW.sequence <= OLD.sequence {_REFUSE_SQLITE}""",
        f"CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON {HEAD} {_REFUSE_SQLITE}",
        """CREATE TRIGGER audit_head_once BEFORE INSERT ON core_audithead
        WHEN EXISTS (SELECT 1 FROM core_audithead)
        BEGIN SELECT RAISE(ABORT, 'audit events are append-only'); END""",
    ),
    "postgresql": (
        f"""CREATE TRIGGER audit_head_forward BEFORE UPDATE ON {HEAD} FOR EACH ROW
        WHEN (NEW.id <> OLD.id OR NEW.sequence <= OLD.sequence) EXECUTE FUNCTION audit_refuse()""",
        f"""CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON {HEAD}
        FOR EACH ROW EXECUTE FUNCTION audit_refuse()""",
        f"""CREATE TRIGGER audit_head_no_truncate BEFORE TRUNCATE ON {HEAD}
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    ),
}
_ON_EVENTS = (
    "audit_no_update",
    "audit_no_delete",
    "audit_no_replace",
    "audit_no_change",
    "audit_no_truncate",
)
_ON_END = ("audit_head_forward", "audit_head_no_delete", "audit_head_once", "audit_head_no_truncate")


def create(connection: Any) -> None:
    """Create the triggers on the events."""
    _execute(connection, _EVENTS)


def drop(connection: Any) -> None:
    """Drop the triggers on the events."""
    _drop(connection, TABLE, _ON_EVENTS)


def create_on_end(connection: Any) -> None:
    """Create the triggers on the row that says where the log ends."""
    _execute(connection, _END)


def drop_on_end(connection: Any) -> None:
    """Drop the triggers on the row that says where the log ends."""
    _drop(connection, HEAD, _ON_END)


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Drop all triggers for the block; only tests that empty or falsify tables use this."""
    drop(connection)
    drop_on_end(connection)
    try:
        yield
    finally:
        create(connection)
        create_on_end(connection)


def _execute(connection: Any, statements: Statements) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


def _drop(connection: Any, table: str, names: tuple[str, ...]) -> None:
    on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")
