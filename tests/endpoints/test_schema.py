"""Every operation of the OpenAPI schema, with requests made up from it, in this process.

Most requests name things that exist. No answer may be a 500, of a status or a content type that the schema
does not tell of, or of another shape. `make test-schema` looks longer.
"""

import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests
import schemathesis
from django.db import transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.test import APIClient
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.transport.requests import REQUESTS_TRANSPORT

from accounts.models import User
from core.models import AuditEvent
from tests.endpoints.conftest import World

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "3"))
CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
UNTOLD = {  # no fact about a patient, a person or a model, or nothing that was not so before
    "DELETE /api/patients/{id}/review-claim/",
    "PATCH /api/me/preferences/",
    "POST /api/assignments/{id}/open/",
    "POST /api/burned-text/",
    "POST /api/exams/{id}/reviews/",
    "POST /api/invitations/open/",
    "POST /api/label-sets/{id}/changes/",
    "POST /api/me/second-factor/enrolment/",
    "POST /api/patients/{id}/review-claim/",
    "PUT /api/projects/{id}/file-name-pattern/",
}
SITE = "http://testserver"
LEFT_TO_CLIENT = {"content-type", "content-length", "cookie", "host"}


def operations() -> Iterator[Any]:
    generator: Any = SchemaGenerator
    document = generator().get_schema(request=None, public=True)
    schema = schemathesis.openapi.from_dict(document)
    for result in schema.get_all_operations():
        operation: Any = result
        yield operation.ok()


def aim(case: Any, world: World, chance: random.Random) -> None:
    """Let most requests name things that exist: in the path, and the project in the query."""
    parts = case.operation.path.split("/")
    for name in list(case.path_parameters or {}):
        known = world.ids.get(parts[2] if name == "id" else name)
        if known and chance.random() < 0.8:
            case.path_parameters[name] = chance.choice(known)
    if "project" in (case.query or {}) and chance.random() < 0.8:
        case.query["project"] = world.project.pk


def asked(client: APIClient, case: Any) -> tuple[Response, int]:
    """Ask the server in this process what the case asks, and forget what that changed.

    Gives the answer and how many audit events the change wrote.
    """
    prepared = requests.Request(**REQUESTS_TRANSPORT.serialize_case(case, base_url=SITE)).prepare()
    headers = {name: value for name, value in prepared.headers.items() if name.lower() not in LEFT_TO_CLIENT}
    body: Any = prepared.body or b""
    sent: Any = body.encode() if isinstance(body, str) else body
    signed_in = deepcopy(client.cookies)
    before = AuditEvent.objects.count()
    with transaction.atomic():
        answer: Any = client.generic(
            str(prepared.method),
            str(prepared.url).removeprefix(SITE),
            data=sent,
            content_type=str(prepared.headers.get("Content-Type", "application/json")),
            headers=headers,
        )
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        events = AuditEvent.objects.count() - before
        transaction.set_rollback(True)
    client.cookies = signed_in
    response = Response(
        status_code=answer.status_code,
        headers={name: [value] for name, value in answer.items()},
        content=content,
        request=prepared,
        elapsed=0.0,
        verify=False,
    )
    return response, events


def test_every_answer_is_as_the_schema_says(world: World, client_of: Callable[[User], APIClient]) -> None:
    client = client_of(world.person)
    client.raise_request_exception = False
    chance, faults, statuses = random.Random(1), [], Counter[int]()
    done: set[str] = set()
    told: set[str] = set()

    def try_out(operation: Any) -> None:
        @settings(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def once(case: Any) -> None:
            aim(case, world, chance)
            answer, events = asked(client, case)
            statuses[answer.status_code // 100] += 1
            if case.method != "GET" and answer.status_code < 300:
                done.add(operation.label)
                told.update({operation.label} if events else ())
            case.validate_response(answer, checks=CHECKS)

        once()

    for operation in operations():
        try:
            try_out(operation)
        except (Exception, BaseExceptionGroup) as error:  # every fault is told, not the first alone
            faults.append(f"{operation.label}: {error}")
    if faults:
        pytest.fail(f"{len(faults)} operations\n\n" + "\n\n".join(faults)[:60_000], pytrace=False)
    assert statuses[2] > statuses.total() / 3, "many requests should reach something"
    assert len(done) > 15, "many changes should be made"
    assert done - told <= UNTOLD
