"""Writes many rows at once: COPY on PostgreSQL, executemany on SQLite."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def put(model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows that name some fields (`exam_id`, not `exam`); all others get their field's default.

    A text in a JSON field is JSON that was written already, once for many rows. Triggers and constraints hold
    as ever, signals and `save` are not asked. Times are `NOW` by default.
    """
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    if "id" not in columns:
        fields = [field for field in fields if not (field.primary_key and field.name == "id")]
    prepared = [_prepare(field) for field in fields]
    place = {name: number for number, name in enumerate(columns)}
    assert set(columns) <= {field.attname for field in fields}, f"{model} has no such field"
    places = [place.get(field.attname) for field in fields]
    others = [
        None if where is not None else make(_default(field))
        for field, make, where in zip(fields, prepared, places, strict=True)
    ]

    def whole(row: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            other if where is None else make(row[where])
            for where, make, other in zip(places, prepared, others, strict=True)
        )

    names = ", ".join(f'"{field.column}"' for field in fields)
    table = f'"{model._meta.db_table}"'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(whole(row))
        else:
            marks = ", ".join(["%s"] * len(fields))
            insert = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
            cursor.executemany(insert, [whole(row) for row in rows])


def go_on_counting(some: Iterable[type[models.Model]]) -> None:
    """Let ids that the database gives begin after those that were written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(some)):
            cursor.execute(statement)


def _default(field: "models.Field[Any, Any]") -> Any:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return NOW
    if field.has_default() or field.null or isinstance(field, models.CharField | models.TextField):
        return field.get_default()
    return None  # the database refuses, and names the column


def _prepare(field: "models.Field[Any, Any]") -> Callable[[Any], Any]:
    if isinstance(field, models.JSONField):
        return lambda value: value if value is None or isinstance(value, str) else json.dumps(value)
    kept = field.target_field if isinstance(field, models.ForeignKey) else field
    if connection.vendor == "sqlite" and isinstance(kept, models.UUIDField | models.DateTimeField):
        return lambda value: field.get_db_prep_save(value, connection)
    return lambda value: value
