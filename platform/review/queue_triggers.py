"""The triggers that mark a patient whose place in the review queue may have changed; SQLite and PostgreSQL.

The queue rests on rows of other apps, which know nothing of it and are often written many at once: only the
database sees every change, in the transaction that makes it. `review.apps` drops the triggers before
migrations, which SQLite would refuse, and creates them afterwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction

_MARK = "INSERT INTO review_queuemark (patient_id)"
_NEW_DATE = "COALESCE(NEW.date, '0001-01-01') <> COALESCE(OLD.date, '0001-01-01')"
_EXAM, _IMAGE, _MODEL = "annotations_exam", "annotations_fundusimage", "inference_modelversion"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watch:
    """`event` of a table, of rows for which `when` holds, and the SELECT that gives the patients' ids."""

    table: str
    event: str
    patients: str
    when: str = ""

    @property
    def name(self) -> str:
        return f"queue_{self.table}_{self.event.lower()}"


def _of_exam(row: str) -> str:
    return f"SELECT patient_id FROM {_EXAM} WHERE id = {row}.exam_id"  # noqa: S608


def _of_image(row: str) -> str:
    return (
        f"SELECT patient_id FROM {_EXAM} JOIN {_IMAGE} ON {_IMAGE}.exam_id = {_EXAM}.id "  # noqa: S608
        f"WHERE {_IMAGE}.id = {row}.image_id"
    )


def _differ(*columns: str) -> str:
    return "(" + " OR ".join(f"NEW.{column} <> OLD.{column}" for column in columns) + ")"


def _watches() -> Iterator[_Watch]:
    yield _Watch(table=_IMAGE, event="INSERT", patients=_of_exam("NEW"))
    yield _Watch(table=_IMAGE, event="DELETE", patients=_of_exam("OLD"))
    yield _Watch(
        table=_IMAGE,
        event="UPDATE",
        when=_differ("exam_id", "eye"),
        patients=f"{_of_exam('NEW')} UNION {_of_exam('OLD')}",
    )
    yield _Watch(
        table=_EXAM,
        event="UPDATE",
        when=f"({_differ('patient_id', 'site', 'camera')} OR {_NEW_DATE})",
        patients="SELECT NEW.patient_id UNION SELECT OLD.patient_id",
    )
    for table in ("inference_imagedecision", "annotations_qualityjudgement"):
        for event, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            yield _Watch(table=table, event=event, patients=_of_image(row))
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        yield _Watch(
            table="annotations_labelset",
            event=event,
            when=f"{row}.state = 'accepted'",
            patients=_of_image(row),
        )
    yield _Watch(
        table="annotations_labelset",
        event="UPDATE",
        when=f"'accepted' IN (NEW.state, OLD.state) AND {_differ('state', 'dr_status')}",
        patients=_of_image("NEW"),
    )
    yield _Watch(
        table=_MODEL,
        event="UPDATE",
        when=f"'champion' IN (NEW.state, OLD.state) AND {_differ('state')}",
        patients="SELECT id FROM annotations_patient WHERE project_id = NEW.project_id",
    )
    for event in ("INSERT", "UPDATE"):
        yield _Watch(
            table="review_review", event=event, when="NEW.state = 'signed'", patients=_of_exam("NEW")
        )


def create(connection: Any, *, mark_all: bool = False) -> None:
    """Create the triggers anew, once all tables are there; `mark_all`: and have every place found anew."""
    tables = {one.table for one in _watches()} | {"review_queuemark"}
    if not tables <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        for one in _watches():
            for statement in _CREATE[connection.vendor](one):
                cursor.execute(statement)
        if mark_all:
            cursor.execute(f"{_MARK} SELECT id FROM annotations_patient")  # noqa: S608


def drop(connection: Any) -> None:
    """Drop them."""
    with connection.cursor() as cursor:
        for one in _watches():
            on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {one.name}{on}")


def _sqlite(one: _Watch) -> Iterator[str]:
    when = f"WHEN {one.when} " if one.when else ""
    yield (
        f"CREATE TRIGGER {one.name} AFTER {one.event} ON {one.table} {when}BEGIN {_MARK} {one.patients}; END"
    )


def _postgresql(one: _Watch) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN {_MARK} {one.patients}; RETURN NULL; END $$"
    )
    when = f"WHEN ({one.when}) " if one.when else ""
    yield (
        f"CREATE TRIGGER {one.name} AFTER {one.event} ON {one.table} FOR EACH ROW {when}"
        f"EXECUTE FUNCTION {one.name}()"
    )


_CREATE = {"sqlite": _sqlite, "postgresql": _postgresql}
