"""Job handlers for the tests of core, registered for one test each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core import job_handlers
from core.job_handlers import Handler, job_handler
from core.models import Job
from core.services.job_context import JobContext
from core.services.jobs import claim_job, queue_job
from core.states import Queue

KIND = "test.work"


@pytest.fixture
def handle(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Handler], None]]:
    """Make a function the handler of jobs of kind `test.work` (and `test.train` on the other queue)."""
    monkeypatch.setattr(job_handlers, "_HANDLERS", dict(job_handlers._HANDLERS))

    def register(run: Handler) -> None:
        job_handlers._HANDLERS.pop(KIND, None)
        job_handler(kind=KIND)(run)

    def nothing(context: JobContext) -> None:
        pass

    register(nothing)
    job_handler(kind="test.train", queue=Queue.TRAIN)(nothing)
    yield register


@pytest.fixture
def queue(db: None, handle: Any) -> Callable[..., Job]:
    def make(**fields: Any) -> Job:
        return queue_job(**{"kind": KIND, "payload": {}, "by": None, **fields})

    return make


@pytest.fixture
def claimed_job(queue: Callable[..., Job]) -> Job:
    job = claim_job(job_id=queue().pk, owner="worker 1")
    assert job is not None
    return job
