"""Publishing never holds a request up."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.db import transaction

from core.models import Job
from core.selectors.health import broker_health, health
from core.services import publishing
from core.services.jobs import queue_job


@pytest.fixture
def hung_broker(tmp_path: Path) -> Iterator[str]:
    """A server that accepts connections and never answers: its address."""
    path = tmp_path / "hung.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen(64)
        yield str(path)


@pytest.fixture
def use_broker(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Point this process at a broker, with production's options, only less patient."""
    from config.settings import base

    def use(path: str) -> None:
        settings.REDIS_URL = f"unix://{path}"
        current_app.conf.update(
            broker_url=f"redis+socket://{path}",
            broker_transport_options={**base.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 0.5},
        )
        forget_connections()

    before = {name: current_app.conf[name] for name in ("broker_url", "broker_transport_options")}
    yield use
    current_app.conf.update(before)
    forget_connections()


def forget_connections() -> None:
    current_app.pool.force_close_all()
    current_app._pool = None
    current_app.amqp._producer_pool = None


@pytest.mark.django_db(transaction=True)
def test_a_request_does_not_wait_for_a_broker_that_hangs(
    handle: Any, use_broker: Callable[[str], None], hung_broker: str, settings: Any
) -> None:
    settings.PUBLISH_JOBS = True
    use_broker(hung_broker)
    started = time.monotonic()

    jobs = [queue_job(kind="test.work", payload={}, by=None) for _ in range(20)]

    assert time.monotonic() - started < 2
    assert Job.objects.filter(pk__in=[job.pk for job in jobs], published_at__isnull=True).count() == 20
    publishing._publisher.forget()


@pytest.mark.django_db(transaction=True)
def test_a_job_is_published_only_when_its_request_commits(
    handle: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUBLISH_JOBS = True
    sent: list[Any] = []
    came = threading.Event()

    def send(**message: Any) -> bool:
        sent.append(message)
        came.set()
        return True

    monkeypatch.setattr(publishing, "send", send)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue_job(kind="test.work", payload={}, by=None)
        raise ZeroDivisionError
    with transaction.atomic():
        job = queue_job(kind="test.train", payload={}, by=None)
        assert not came.wait(0.1)

    assert came.wait(5)
    assert sent == [{"job_id": job.pk, "queue": "train"}]


def test_a_full_list_is_left_to_the_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    publisher = publishing._Publisher()
    monkeypatch.setattr(publisher, "_start_once_per_process", lambda: None)
    started = time.monotonic()

    for number in range(1200):
        publisher.add((Job(pk=None).pk or number, "short"))  # type: ignore[arg-type]

    assert time.monotonic() - started < 1


@pytest.mark.django_db
@pytest.mark.parametrize("broker", ["hung", "refused"])
def test_publishing_now_gives_up_soon(
    queue: Callable[..., Job], use_broker: Callable[[str], None], hung_broker: str, broker: str
) -> None:
    use_broker(hung_broker if broker == "hung" else hung_broker + ".gone")
    job = queue()
    started = time.monotonic()

    assert publishing.publish(job) is False
    assert publishing.messages_waiting("short") is None

    assert time.monotonic() - started < 8


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broker", ["hung", "refused"])
def test_health_answers_in_time_whatever_the_broker_does(
    use_broker: Callable[[str], None], hung_broker: str, broker: str
) -> None:
    use_broker(hung_broker if broker == "hung" else hung_broker + ".gone")
    started = time.monotonic()

    found = health()

    assert time.monotonic() - started < 1.5
    assert found.status == "degraded"
    assert found.database.ok
    assert not found.broker.ok
    assert not broker_health().ok
