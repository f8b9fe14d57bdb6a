"""The text in which words are sought in the audit log, and the index by which PostgreSQL finds them.

The index is of trigrams, so that a word is found anywhere in the text; it needs the extension pg_trgm, which
comes with PostgreSQL. Where it is missing, and on SQLite, every event is looked at.
"""

from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat, Upper
from django.db.models.sql import Query

INDEX = "audit_words"
SPACE = Value(" ", output_field=TextField())


def event_text() -> Concat:
    """All of an event that is text, with spaces between: no word reaches from one part into the next."""
    parts: list[Any] = []
    for name in ("reason", "action", "actor_name", "object_type", "before", "after"):
        parts += [Coalesce(Cast(name, TextField()), SPACE), SPACE]
    return Concat(*parts, output_field=TextField())


def create_index(model: Any, schema_editor: Any) -> None:
    """Create the index on PostgreSQL, as far as the extension can be had there."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql" and _has_trigrams(connection):
        query = Query(model, alias_cols=False)
        text = Upper(event_text()).resolve_expression(query)
        sql, params = query.get_compiler(connection=connection).compile(text)
        values = tuple(schema_editor.quote_value(value) for value in params)
        table = connection.ops.quote_name(model._meta.db_table)
        schema_editor.execute(f"CREATE INDEX {INDEX} ON {table} USING gin (({sql % values}) gin_trgm_ops)")


def drop_index(model: Any, schema_editor: Any) -> None:
    """Drop the index if it is there."""
    schema_editor.execute(f"DROP INDEX IF EXISTS {INDEX}")


def _has_trigrams(connection: Any) -> bool:
    """Make the extension where it comes with the server and this user may; say whether it is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone():
            return True
        cursor.execute(
            "SELECT has_database_privilege(current_database(), 'CREATE') AND trusted OR usesuper "
            "FROM pg_available_extension_versions, pg_user WHERE name = 'pg_trgm' AND usename = current_user"
        )
        if not any(may for (may,) in cursor.fetchall()):
            return False
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    return True
