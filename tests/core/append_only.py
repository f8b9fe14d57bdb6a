"""What the triggers of the audit log must refuse."""

import pytest
from django.db import DatabaseError, connection, transaction

ONLY_ON = {"TRUNCATE": "postgresql", "INSERT": "sqlite"}


def assert_refused(statement: str) -> None:
    """The database refuses to change the log by this statement; skips one that it has not."""
    if ONLY_ON.get(statement.split()[0], connection.vendor) != connection.vendor:
        pytest.skip(f"{connection.vendor} has no such statement")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        connection.check_constraints()  # PostgreSQL truncates no table with deferred checks
        cursor.execute(statement)
