"""Starting, starting twice, stopping: `make run` as a person meets it."""

import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator

import psutil
import pytest

from inference.services.starter_models import STARTER_FOLDER, starter_ids
from tests.processes.conftest import StartStack
from tests.processes.stack import RunningStack, patience, wait_for
from tests.processes.test_worker_faults import beats

pytestmark = pytest.mark.processes

# `-o setup`: set-up is done, and a test beside this one needs the built front end to stay
MAKE_RUN = [
    "make",
    "--no-print-directory",
    "-o",
    "setup",
    "run",
    "PORT={port}",
    "DATA_DIR={data_dir}",
    "SAMPLES=none",
]


def still_running(processes: list[psutil.Process]) -> list[str]:
    alive = [process for process in processes if process.is_running()]
    return [process.name() for process in alive if process.status() not in (psutil.STATUS_ZOMBIE, "dead")]


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_ctrl_c_leaves_no_process_and_a_second_start_is_quick(start_stack: StartStack) -> None:
    with_models = {"STARTER_MODELS": "1"}
    first = start_stack(command=MAKE_RUN, environment=with_models)
    first.wait_until_ready()
    for task in starter_ids(STARTER_FOLDER):
        assert f"Starter {task} " in first.said()
    job = first.queue("test.child", seconds=120)[0]
    wait_for(lambda: len(beats(first, job)) > 3, within_s=30, what="a child works")
    processes = [*first.everything(), psutil.Process(beats(first, job)[-1][1])]
    assert len(processes) >= 8

    first.interrupt()
    first.process.wait(timeout=15 * patience())

    assert still_running(processes) == []
    assert "Fovea has stopped." in first.said()

    second = start_stack(command=MAKE_RUN, port=first.port, environment=with_models)
    assert second.wait_until_ready() < 15 * patience()
    assert "Starter" not in second.said()
    assert second.job(job)["state"] in {"queued", "running"}  # given back, not lost
    second.client.ask(f"/api/jobs/{job}/cancel/", {})
    second.wait_for_state(job, "cancelled", within_s=10)


def test_nothing_survives_a_killed_supervisor(start_stack: StartStack) -> None:
    stack = start_stack(prepared="empty")
    stack.wait_until_ready()
    processes = stack.everything()

    stack.process.kill()
    stack.process.wait()

    wait_for(lambda: not still_running(processes), within_s=10, what="all parts ended")
    again = start_stack(port=stack.port)
    assert again.wait_until_ready() < 25 * patience()


def test_a_crashed_web_server_comes_back(stack: RunningStack) -> None:
    web, line = stack.part("gunicorn"), "web ended (signal 9); starting it again in "
    before = stack.said().count(line)
    web.kill()

    wait_for(lambda: stack.said().count(line) > before, within_s=5, what="said")
    stack.wait_until_healthy(within_s=20)
    assert stack.client.ask("/api/jobs/")[0] == 200


def refused(stack: RunningStack) -> str:
    """Wait until a start was refused and return its last line."""
    assert stack.process.wait(timeout=30 * patience()) != 0
    return stack.said().strip().splitlines()[-1]


def test_a_busy_port_is_one_clear_line(start_stack: StartStack) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        line = refused(start_stack(port=port))

    assert line == f"fovea: Port {port} is in use by another program. Choose another: make run PORT=8001"


def test_a_second_fovea_on_the_same_data_is_refused(stack: RunningStack, start_stack: StartStack) -> None:
    line = refused(start_stack(environment={"DATA_DIR": str(stack.data_dir)}))

    assert line.startswith(f"fovea: Fovea is already running on {stack.data_dir} ({stack.url}/, process ")
    assert stack.health() == "ok"


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"DATA_DIR": "/proc/nowhere"}, "The data folder /proc/nowhere can't be written"),
        ({"SAMPLES": "/does/not/exist"}, "SAMPLES names no folder: /does/not/exist"),
        ({"PORT": "eighty"}, "PORT must be a number from 1 to 65535, got 'eighty'."),
    ],
)
def test_wrong_settings_are_one_clear_line(
    start_stack: StartStack, variables: dict[str, str], expected: str
) -> None:
    stack = start_stack(environment=variables)

    line = refused(stack)

    assert expected in line
    assert "Traceback" not in stack.said()


def test_a_database_that_does_not_answer_is_one_clear_line(start_stack: StartStack) -> None:
    stack = start_stack(environment={"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"})

    line = refused(stack)

    assert line.startswith("fovea: The data folder could not be prepared: ")
    assert "connection" in line
    assert still_running(stack.everything()) == []


@pytest.fixture(scope="module")
def troubled(
    tmp_path_factory: pytest.TempPathFactory, prepared_data: Callable[..., None]
) -> Iterator[RunningStack]:
    """A Fovea deep in the file system, whose broker file is damaged and whose SAMPLES are no pictures."""
    folder = tmp_path_factory.mktemp("troubled")
    samples = folder / "pictures"
    samples.mkdir()
    (samples / "broken.jpg").write_bytes(b"not a picture")
    data = folder.joinpath(*["a-rather-long-folder-name"] * 5, "data")
    prepared_data(data, samples=False)
    broker = data / "valkey" / "appendonlydir"
    broker.mkdir(parents=True)
    (broker / "appendonly.aof.manifest").write_text("file appendonly.aof.1.incr.aof seq 1 type i\n")
    (broker / "appendonly.aof.1.incr.aof").write_bytes(b"this is no append-only file\r\n" * 50)
    stack = RunningStack(data, environment={"SAMPLES": str(samples)})
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()


def test_samples_that_are_no_pictures_are_told_of(troubled: RunningStack) -> None:
    assert f"fovea: Not every file of {troubled.data_dir.parents[5] / 'pictures'} could be imported" in (
        troubled.said()
    )


def test_a_damaged_broker_file_is_set_aside(troubled: RunningStack) -> None:
    assert "the broker's file was damaged and is set aside in" in troubled.said()
    job = troubled.queue("test.note")[0]
    troubled.wait_for_state(job, "succeeded", within_s=60)


def test_a_deep_data_folder_gets_a_short_socket(troubled: RunningStack) -> None:
    assert not (troubled.data_dir / "valkey.sock").exists()
    job = troubled.queue("test.note")[0]
    troubled.wait_for_state(job, "succeeded", within_s=60)


def test_terminating_while_it_starts_leaves_nothing(start_stack: StartStack) -> None:
    stack = start_stack()
    wait_for(lambda: len(stack.everything()) > 2, within_s=20, what="the first parts run")
    time.sleep(0.5)
    processes = stack.everything()

    stack.process.send_signal(signal.SIGTERM)
    stack.process.wait(timeout=15 * patience())

    assert still_running(processes) == []
