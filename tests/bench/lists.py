"""Every list of the API with 100,000 images and 2,000,000 regions in PostgreSQL.

Fills a throwaway PostgreSQL, then asks each list that the OpenAPI schema has through Django's whole stack in
this process (middleware, sign-in by session, permissions; no gunicorn between): as a specialist, a reviewer
and an administrator, with each filter, the first page and the last that is counted. Prints for each list the
slowest of these by its 95th percentile, and ends with status 1 when one takes over 150 ms, or more queries
for 100 rows than for 25.

`work` is the time that this process and its PostgreSQL were busy: on a machine that does other things
meanwhile it says more than the clock. Run it alone with `python tests/bench/lists.py [PARTS OF ADDRESSES,…]`;
with DATABASE_URL set, that database is used, and filled unless it was before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

AIM_MS = 150.0
FEW, MANY = 25, 100  # rows, to see that queries do not grow with them
TIMES = ((3, 0.0), (6, AIM_MS / 3), (20, AIM_MS / 2))  # how often, once one took longer than that
NO_POSTGRES = 77


def main(only: str) -> int:
    """Measure; exit status 1 when something is too slow or takes a query for each row."""
    if "DATABASE_URL" not in os.environ:
        return _inside_postgres()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update({"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings.base"})
        import django

        django.setup()
        return _measure(only)


def _inside_postgres() -> int:
    command = [str(ROOT / "scripts" / "with-postgres"), sys.executable, "-u", *sys.argv]
    status = subprocess.run(command, check=False).returncode
    if status == NO_POSTGRES:
        _say("SKIPPED: no PostgreSQL (see the line above)")
        return 0
    return status


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One list with one filter, asked by one role for one page."""

    template: str
    told: str
    rows: int
    queries: int
    grows: bool
    clock_ms: list[float]
    work_ms: list[float]

    @property
    def p95_ms(self) -> float:
        """By the clock."""
        return _p95(self.clock_ms)


def _measure(only: str) -> int:
    from django.core.management import call_command

    from annotations.models import FundusImage, Region
    from review.services.queue_places import keep_up
    from tests.lists.make import make_world
    from tests.lists.world import YEARS, World

    call_command("migrate", verbosity=0)
    if FundusImage.objects.exists():
        world = World(YEARS)
    else:
        began = time.monotonic()
        world = make_world(YEARS, tell=lambda part: _say(f"{time.monotonic() - began:6.1f} s  {part}"))
    began = time.monotonic()
    keep_up(within_s=3_600.0)  # as the scheduler's chore has
    _say(f"{time.monotonic() - began:6.1f} s  finding the places of the review queue")
    _say(f"  {FundusImage.objects.count():,} images, {Region.objects.count():,} regions")
    missed: list[Measured] = []
    for template, some in groupby(_all_measured(world, only), key=lambda one: one.template):
        measured = list(some)
        _tell(template, measured)
        missed += [one for one in measured if one.p95_ms > AIM_MS or one.grows]
    for one in sorted(missed, key=lambda one: -one.p95_ms):
        grows = ", queries grow with its rows" if one.grows else ""
        _say(
            f"  TOO SLOW {one.told}: p95 {one.p95_ms:.0f} ms, median {median(one.clock_ms):.0f} ms, "
            f"work {median(one.work_ms):.0f} ms, {one.queries} queries, {one.rows} rows{grows}"
        )
    return 1 if missed else 0


def _all_measured(world: Any, only: str) -> Iterator[Measured]:
    from django.test import Client

    import config.urls  # noqa: F401
    from accounts.models import User
    from config.collector import collect_little_and_often
    from tests.lists.asked import lists_of

    every_list = list(lists_of(world))  # reads the schema, which no web process keeps
    collect_little_and_often()  # as config.wsgi
    clients = {}
    for role, pk in world.people.items():
        clients[role] = Client(headers={"host": "localhost"})
        clients[role].force_login(User.objects.get(pk=pk))
    for asked in every_list:
        for role, client in clients.items():
            if any(one in asked.template for one in only.split(",")):
                yield from _pages(asked, role, client)


def _pages(asked: Any, role: str, client: Any) -> Iterator[Measured]:
    """The first page of a list, and the last but one; nothing where the list is not for the role."""
    first, queries = _queries(client, asked.url(page_size=FEW))
    if first.status_code in (403, 404):
        return
    assert first.status_code == 200, f"{asked}: {first.content[:500]}"
    told = first.json()
    rows = len(told["results"] if asked.is_paged else told)
    pages = [1]
    if asked.is_paged and told["count"] > 2 * MANY:
        pages.append(told["count"] // 50)  # the last that is counted
    grows = asked.is_paged and rows == FEW and _grows(client, asked, queries)
    for page in pages:
        clock, work = _times(client, asked.url(page_size=50, page=page))
        yield Measured(
            template=asked.template,
            told=f"{role} {asked}{'' if page == 1 else f' page={page}'}",
            rows=rows,
            queries=queries,
            grows=grows,
            clock_ms=clock,
            work_ms=work,
        )


def _grows(client: Any, asked: Any, queries: int) -> bool:
    """Whether many rows take more queries; asked twice: once a minute a session is renewed, by its own."""
    return all(_queries(client, asked.url(page_size=MANY))[1] > queries for _ in range(2))


def _queries(client: Any, url: str) -> tuple[Any, int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    return answer, len(queries)


def _times(client: Any, url: str) -> tuple[list[float], list[float]]:
    """Milliseconds by the clock and of work; asked more often where one came not far below the aim."""
    clock: list[float] = []
    work: list[float] = []
    while any(len(clock) < times and max(clock, default=0.0) >= least for times, least in TIMES):
        busy, began = _busy_ms(), time.perf_counter()
        client.get(url)
        clock.append((time.perf_counter() - began) * 1000)
        work.append(_busy_ms() - busy)
        if sum(clock) > 20_000:
            break
    return clock, work


def _busy_ms() -> float:
    """Time on a core so far, of this process and of its PostgreSQL."""
    from django.db import connection

    connection.ensure_connection()
    schedule = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return time.process_time() * 1000 + int(schedule.split()[0]) / 1e6


def _p95(values: list[float]) -> float:
    return sorted(values)[max(0, round(0.95 * len(values)) - 1)]


def _tell(template: str, measured: list[Measured]) -> None:
    worst = max(measured, key=lambda one: one.p95_ms)
    everything = [value for one in measured for value in one.clock_ms]
    _say(
        f"  {template} p95 of the slowest: ours {worst.p95_ms:.0f} ms, may take {AIM_MS:.0f} ms, "
        f"ratio {worst.p95_ms / AIM_MS:.2f} (aim <= 1.00), median of all {median(everything):.0f} ms, "
        f"work {median(worst.work_ms):.0f} ms, {worst.queries} queries; {worst.told}"
    )


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
