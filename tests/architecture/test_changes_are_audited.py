"""Every function that writes rows tells the audit log, itself or through whoever calls or is called by it.

Read from the code: a service that is added without an event is found here before anybody uses it.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("platform/core", "platform/accounts", "annotations", "inference", "platform/review")
WRITES = {"create", "bulk_create", "bulk_update", "update", "delete", "get_or_create", "update_or_create"}
# What no person decides, or what is no fact about a patient, a person or a model: and why.
NOT_TOLD = {
    "accounts.services.preferences.change_preferences": "how bright somebody likes a picture",
    "accounts.services.tokens.note_use": "when a script last came",
    "accounts.services.lockout.forget_old_failures": "failures to sign in are kept for 90 days by rule",
    "annotations.services.data_out.exports.clear_old_exports": "files are kept for 7 days by rule",
    "review.services.queue_places._take_marks": "places in the queue, reckoned from what is told",
    "review.services.queue_places.mark_forgotten": "has places in the queue reckoned",
    "core.services.viewings.write_viewings": "waits for chain_viewings, which tells",
    "core.services.workers.mark_seen": "a sign of life",
    "core.services.workers.mark_gone": "a sign of life",
    "core.services.audit.record": "the event itself",
}


@dataclass
class Function:
    """One function or method of a service."""

    name: str
    calls: set[str] = field(default_factory=set)
    writes: bool = False
    tells: bool = False


def functions() -> Iterator[Function]:
    """Every function of the services, with what it calls by its last name."""
    for app in APPS:
        for path in sorted((ROOT / app / "services").rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removeprefix("platform.")
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef):
                    yield _read(node, f"{module}.{node.name}")


def _read(node: ast.FunctionDef, name: str) -> Function:
    function = Function(name)
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute):  # also handed on as a value, to be called elsewhere
            function.calls.add(part.id if isinstance(part, ast.Name) else part.attr)
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute):
            called, of = part.func.attr, ast.unparse(part.func.value)
            function.tells |= called == "record" and of == "audit"
            function.writes |= called in WRITES and ".objects" in of
            function.writes |= called == "save" and "storage" not in of and not of.endswith("image")
    return function


def untold(all_functions: list[Function]) -> list[str]:
    """Functions that write where neither they, nor what they call, nor all who call them tell."""
    by_last_name = defaultdict(list)
    for one in all_functions:
        by_last_name[one.name.rpartition(".")[2]].append(one)
    callers = defaultdict(list)
    for one in all_functions:
        for called in one.calls:
            for other in by_last_name.get(called, []):
                callers[other.name].append(one)

    def tells(one: Function, seen: frozenset[str] = frozenset()) -> bool:
        if one.tells:
            return True
        if one.name in seen:
            return False
        below = (other for called in one.calls for other in by_last_name.get(called, []))
        return any(tells(other, seen | {one.name}) for other in below if other.name != one.name)

    def covered(one: Function, seen: frozenset[str] = frozenset()) -> bool:
        if one.name in NOT_TOLD or tells(one):
            return True
        above = [other for other in callers[one.name] if other.name not in seen | {one.name}]
        return bool(above) and all(covered(other, seen | {one.name}) for other in above)

    return sorted(one.name for one in all_functions if one.writes and not covered(one))


def test_every_service_that_writes_tells_the_audit_log() -> None:
    found = list(functions())

    assert sum(one.writes for one in found) > 60, "the search for writes finds too little"
    assert untold(found) == []


def test_every_exception_is_still_a_function_that_writes() -> None:
    writing = {one.name for one in functions() if one.writes}

    assert set(NOT_TOLD) - writing <= {"core.services.audit.record"}


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def change():\n    Thing.objects.create()\n    audit.record(action='x')", True),
        ("def change():\n    Thing.objects.filter(pk=1).update(a=2)", False),
        ("def change():\n    thing.save()", False),
        ("def change():\n    thing.save()\n    _tell()\ndef _tell():\n    audit.record(action='x')", True),
        ("def _write():\n    thing.save()\ndef change():\n    _write()\n    audit.record(action='x')", True),
    ],
)
def test_the_search_itself_finds_what_is_not_told(code: str, told: bool) -> None:
    read = [
        _read(node, f"app.{node.name}") for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)
    ]

    assert (untold(read) == []) is told
