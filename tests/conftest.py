"""Fixtures every test may use: people of each role, API clients, jobs run at once."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from core import audit_triggers
from core.models import Job
from core.services.job_runner import run_job
from core.states import JobState
from review import triggers
from tests.databases import drop_database, take_database
from tests.processes.prepared import copy_prepared

PASSWORD = "a long enough password"
# Files that take minutes, begun first so that no worker is left alone with one at the end. xdist gives each
# worker a second file to go on with: of those that start servers, the fourth waits behind the first.
LONGEST_FIRST = (
    *("test_whole_loop", "test_never_lost", "test_training_faults", "test_worker_faults"),
    *("test_lifecycle", "test_labelling", "test_accessibility"),
    *("test_frameworks", "test_cli", "test_schema", "test_choice_and_masks"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; all others stay in their (random) order."""
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all workers of a test run."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def prepared_data(shared_folder: Path) -> Callable[..., None]:
    """Fill a data folder as a first start would: `prepared_data(tmp_path / "data", samples=False)`."""
    return partial(copy_prepared, shared=shared_folder)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, shared_folder: Path
) -> Iterator[None]:
    """In place of pytest-django's, which migrates for each worker anew."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "only")
    with django_db_blocker.unblock():
        take_database(shared=shared_folder, worker=worker)
    yield
    with django_db_blocker.unblock():
        drop_database(shared=shared_folder, worker=worker)


@pytest.fixture(scope="session", autouse=True)
def audit_log_can_be_flushed() -> Iterator[None]:
    """Let the flush after a transactional test empty the audit log and signed reviews, and nothing else."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def lifted_flush(self: Any, sql_list: Any) -> Any:
        with audit_triggers.lifted(self.connection), triggers.lifted(self.connection):
            return flush(self, sql_list)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", lifted_flush)
        yield


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk() -> Iterator[None]:
    """No test cuts the power: checkpoints and models need not reach the disk before it goes on."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.fsync", lambda handle: None)
        yield


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    """Make a person: `make_user("ada", Role.SPECIALIST)`; the password is `PASSWORD`."""

    def make(username: str, *roles: Role) -> User:
        return User.objects.create_user(username, password=PASSWORD, roles=[role.value for role in roles])

    return make


@pytest.fixture
def specialist(make_user: Callable[..., User]) -> User:
    return make_user("specialist", Role.SPECIALIST)


@pytest.fixture
def reviewer(make_user: Callable[..., User]) -> User:
    return make_user("reviewer", Role.REVIEWER)


@pytest.fixture
def administrator(make_user: Callable[..., User]) -> User:
    return make_user("administrator", Role.ADMINISTRATOR)


@pytest.fixture
def other_administrator(make_user: Callable[..., User]) -> User:
    return make_user("administrator2", Role.ADMINISTRATOR)


@pytest.fixture
def client_of() -> Callable[[User | None], APIClient]:
    """Give an API client signed in as a person (None: anonymous): `client_of(specialist).get("/api/…")`."""

    def make(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_login(user)
        return client

    return make


@pytest.fixture
def run_queued_jobs(db: None) -> Callable[[], list[Job]]:
    """Do all queued jobs here and now, oldest first, with those they queue; returns how they ended."""

    def run() -> list[Job]:
        done = []
        while job := Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first():
            ended = run_job(job_id=job.pk)
            assert ended is not None, f"{job} could not be claimed"
            done.append(ended)
        return done

    return run
