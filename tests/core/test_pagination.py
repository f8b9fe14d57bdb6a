"""Long lists: counted up to a limit, and whole all the same."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from core.api import pagination
from core.models import Job

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User | None], APIClient]


@pytest.fixture
def client(administrator: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch) -> APIClient:
    monkeypatch.setattr(pagination, "MOST_COUNTED", 4)
    return client_of(administrator)


def add_jobs(number: int) -> None:
    Job.objects.bulk_create(Job(kind="test", title=str(place)) for place in range(number))


def pages_of(client: APIClient, *, page_size: int) -> list[dict[str, Any]]:
    """All pages, as somebody finds them who follows `next`."""
    url: str | None = f"/api/jobs/?page_size={page_size}"
    pages = []
    while url is not None:
        pages.append(client.get(url).json())
        url = pages[-1]["next"]
    return pages


@pytest.mark.parametrize("rows", [3, 4, 5, 9, 10])
def test_whoever_follows_next_finds_every_row_once(rows: int, client: APIClient) -> None:
    add_jobs(rows)

    pages = pages_of(client, page_size=2)

    titles = [row["title"] for page in pages for row in page["results"]]
    assert sorted(titles) == [str(place) for place in range(rows)]
    assert {page["count"] for page in pages} == {min(rows, 4)}


def test_a_page_behind_the_last_row_does_not_exist(client: APIClient) -> None:
    add_jobs(9)

    assert client.get("/api/jobs/?page_size=2&page=5").status_code == 200
    for page in ("7", "0", "-1", "none"):
        assert client.get(f"/api/jobs/?page_size=2&page={page}").status_code == 404, page
