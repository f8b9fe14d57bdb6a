"""Every list of the API takes as many queries for a long page as for a short one, whoever asks."""

from collections import defaultdict
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from review.tasks import keep_queue_up
from tests.lists.asked import Asked, lists_of
from tests.lists.make import make_world
from tests.lists.world import FEW

pytestmark = pytest.mark.django_db
NEVER = 10**9  # seconds; renewing a session takes queries of its own
SHORT, LONG = 2, 100
ROWS = 10  # the least that a list must have to show that its queries do not grow with them
NOT_IN_THE_DATABASE = {"/api/presets/", "/api/search-presets/"}


@pytest.mark.slow
def test_a_long_page_takes_no_more_queries_than_a_short_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.middleware.RENEW_EVERY_S", NEVER)
    world = make_world(FEW)
    keep_queue_up()  # else requests to the queue do it, as far as they have time
    clients = {}
    for role, pk in world.people.items():
        clients[role] = APIClient()
        clients[role].force_login(User.objects.get(pk=pk))
    rows: dict[str, int] = defaultdict(int)
    grown = []

    for asked in (one for one in lists_of(world) if one.is_whole):
        for role, client in clients.items():
            few, short = _ask(client, asked, SHORT)
            many, long = _ask(client, asked, LONG) if few else (0, 0)
            rows[asked.template] = max(rows[asked.template], many)
            if long > short and many > few:
                grown.append(f"{role}: {asked}: {short} queries for {few} rows, {long} for {many}")

    assert not grown, "\n".join(grown)
    short_lists = {template: count for template, count in rows.items() if count < ROWS}
    assert short_lists.keys() <= NOT_IN_THE_DATABASE, f"tests/lists makes too few rows of {short_lists}"


def _ask(client: APIClient, asked: Asked, page_size: int) -> tuple[int, int]:
    """How many rows came, by how many queries."""
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(asked.url(page_size=page_size))
    if answer.status_code in (403, 404):  # not for this role
        return 0, 0
    assert answer.status_code == 200, f"{asked}: {answer.content[:500]}"
    told = answer.json()
    return len(told["results"] if asked.is_paged else told), len(queries)
