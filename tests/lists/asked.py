"""Every list of the API and what to ask of it: found in the OpenAPI schema, so that none can be forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from drf_spectacular.generators import SchemaGenerator

from tests.lists.reviewing import model_id
from tests.lists.world import World

JSON = "application/json"
PAGING = {"page", "page_size"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One GET: its address in the schema, its own address and its filters.

    `is_paged`: it is cut into pages, `is_whole`: nothing is left out.
    """

    template: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    is_paged: bool = True
    is_whole: bool = True

    def url(self, **paging: int) -> str:
        """The address with its filters and, of a list that is cut into pages, `page` and `page_size`."""
        asked: dict[str, Any] = {**self.query, **(paging if self.is_paged else {})}
        return f"{self.path}?{urlencode(asked)}" if asked else self.path

    def __str__(self) -> str:
        """As a table names it."""
        named = " ".join(f"{name}={value[:24]}" for name, value in self.query.items() if name != "project")
        return f"{self.template} {named}".rstrip()


def lists_of(world: World) -> Iterator[Asked]:
    """Each list with no filter but those it needs, then with each filter, one value at a time."""
    schema = api_schema()
    for template, operations in sorted(schema["paths"].items()):
        if "get" not in operations or not (kind := _list_kind(schema, operations["get"])):
            continue
        path = _filled(template)
        filters = [one for one in operations["get"].get("parameters", []) if one["in"] == "query"]
        filters = [one for one in filters if one["name"] not in PAGING]
        needed = {one["name"]: _values(world, template, one)[0] for one in filters if one.get("required")}
        if any(one["name"] == "project" for one in filters):
            needed["project"] = str(world.project)
        is_paged = kind == "page"
        yield Asked(template=template, path=path, query=needed, is_paged=is_paged)
        for one in filters:
            for value in [] if one["name"] in needed else _values(world, template, one):
                query = {**needed, one["name"]: value}
                yield Asked(template=template, path=path, query=query, is_paged=is_paged, is_whole=False)


@cache
def api_schema() -> dict[str, Any]:
    """The OpenAPI schema, made once: that takes a second."""
    return dict(SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


def _list_kind(schema: dict[str, Any], operation: dict[str, Any]) -> str:
    """`page`, `whole` or, of what is no list, nothing."""
    answer = operation["responses"].get("200", {}).get("content", {}).get(JSON, {}).get("schema", {})
    while "$ref" in answer:
        answer = schema["components"]["schemas"][answer["$ref"].rpartition("/")[2]]
    if answer.get("type") == "array":
        return "whole"
    return "page" if {"count", "results"} <= set(answer.get("properties", {})) else ""


# One row of each kind that lists hang from; the first of everything is crowded.
_FIRSTS = {"models": model_id(0), "dataset-versions": "3"}
_FIRST_OF_A_LIST = {"/api/models/{id}/comparisons/": model_id(4)}


def _filled(template: str) -> str:
    first = _FIRST_OF_A_LIST.get(template) or _FIRSTS.get(template.split("/")[2], "1")
    path = template.replace("{id}", first)
    assert "{" not in path, f"tests/lists/asked.py does not know what to put into {template}"
    return path


def _values(world: World, template: str, parameter: dict[str, Any]) -> list[str]:
    """What to ask of a filter: all values of a closed vocabulary, else examples that some rows have."""
    name, shape = parameter["name"], parameter["schema"]
    if "enum" in shape or "oneOf" in shape or "allOf" in shape:
        return [str(value) for value in _vocabulary(parameter) if value not in ("", None)]
    if shape.get("type") == "boolean":
        return ["true"]
    known = _EXAMPLES.get((template, name)) or _EXAMPLES.get(name)
    assert known, f"tests/lists/asked.py has no example of {name} for {template}"
    return [value.format(world=world) for value in known]


def _vocabulary(parameter: dict[str, Any]) -> list[Any]:
    shape = parameter["schema"]
    if "enum" in shape:
        return list(shape["enum"])
    schema = api_schema()
    names = [one["$ref"].rpartition("/")[2] for one in shape.get("oneOf", shape.get("allOf", []))]
    return [value for name in names for value in schema["components"]["schemas"][name]["enum"]]


_EXAMPLES: dict[Any, list[str]] = {
    "project": ["{world.project}"],
    "search": ["P0000", "12", "nobody"],
    "reader": ["1"],
    "patient": ["1"],
    "import": ["1"],
    "batch": ["1"],
    "since": ["1"],
    "kind": ["inference.predict", "nothing"],
    "action": ["patient.view", "nothing.ever"],
    "object_type": ["annotations.patient"],
    "object_id": ["17"],
    "site": ["Pune", "Nowhere"],
    "camera": ["Topcon NW400"],
    ("/api/review-queue/", "since"): ["2025-06-01"],
    "until": ["2025-06-01"],
    "model": [model_id(0)],
    "weeks": ["12"],
    "person": ["1"],
    "text": ["person1", "nobody"],
    ("/api/audit-events/", "since"): ["2026-11-02T00:00:00Z"],
    ("/api/audit-events/", "until"): ["2026-11-02T00:00:00Z"],
    "patients": [",".join(str(pk) for pk in range(1, 51))],
}
