"""The triggers that keep signed reviews as they were signed, for SQLite and PostgreSQL.

Signatures and reports take no update and no delete. A review that is signed, and the verdicts, decisions and
images that belong to it, can't be changed, removed or added to. As with the audit log, they stop mistakes and
careless hands; `manage.py verify_decision` tells what somebody did who took them away.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_FROZEN = ("review_signature", "review_report")
_REVIEW = "review_review"
_PARTS = ("review_findingverdict", "review_decisionmade", "review_reviewedimage")
_SAME_ROW = {
    "review_signature": "id = NEW.id OR review_id = NEW.review_id OR sha256 = NEW.sha256",
    "review_report": "id = NEW.id OR (signature_id = NEW.signature_id AND kind = NEW.kind)",
    _REVIEW: "state = 'signed' AND (id = NEW.id OR (exam_id = NEW.exam_id AND version = NEW.version))",
}
_REFUSAL = "signed reviews are never changed"


def create(connection: Any) -> None:
    """Create the triggers."""
    _execute(connection, {"sqlite": _sqlite(), "postgresql": _postgresql()}[connection.vendor])


def drop(connection: Any) -> None:
    """Drop the triggers."""
    if connection.vendor == "sqlite":
        names = [statement.split()[2] for statement in _sqlite()]
        _execute(connection, [f"DROP TRIGGER IF EXISTS {name}" for name in names])
        return
    on = [(statement.split()[2], statement.split(" ON ")[1].split()[0]) for statement in _postgresql()[2:]]
    _execute(connection, [f"DROP TRIGGER IF EXISTS {name} ON {table}" for name, table in on])


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Drop the triggers for the block; only tests that empty or falsify tables use this."""
    drop(connection)
    try:
        yield
    finally:
        create(connection)


def _sqlite() -> list[str]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    made = []
    for table in _FROZEN:
        for verb in ("UPDATE", "DELETE"):
            made.append(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refuse}")
    for verb in ("UPDATE", "DELETE"):
        made.append(
            f"CREATE TRIGGER {_REVIEW}_no_{verb.lower()} BEFORE {verb} ON {_REVIEW} "
            f"WHEN OLD.state = 'signed' {refuse}"
        )
    for table, same in _SAME_ROW.items():  # INSERT OR REPLACE deletes without firing the triggers above
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
        made.append(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}")
    for table in _PARTS:
        for verb, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            name = f"{table}_no_{verb.lower()}_{row.lower()}"
            signed = f"EXISTS (SELECT 1 FROM {_REVIEW} WHERE id = {row}.review_id AND state = 'signed')"  # noqa: S608
            made.append(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {signed} {refuse}")
    return made


def _postgresql() -> list[str]:
    made = [
        f"""CREATE OR REPLACE FUNCTION review_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$""",
        f"""CREATE OR REPLACE FUNCTION review_refuse_signed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE touched bigint[] := '{{}}';
        BEGIN
          IF TG_OP <> 'INSERT' THEN touched := touched || OLD.review_id; END IF;
          IF TG_OP <> 'DELETE' THEN touched := touched || NEW.review_id; END IF;
          IF EXISTS (SELECT 1 FROM {_REVIEW} WHERE id = ANY(touched) AND state = 'signed') THEN
            RAISE EXCEPTION '{_REFUSAL}';
          END IF;
          IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
          RETURN NEW;
        END $$""",  # noqa: S608
    ]
    for table in _FROZEN:
        made.append(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION review_refuse()"
        )
        made.append(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION review_refuse()"
        )
    made.append(
        f"CREATE TRIGGER {_REVIEW}_no_change BEFORE UPDATE OR DELETE ON {_REVIEW} "
        "FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION review_refuse()"
    )
    for table in _PARTS:
        made.append(
            f"CREATE TRIGGER {table}_no_change BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION review_refuse_signed()"
        )
    return made


def _execute(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
