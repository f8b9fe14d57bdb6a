"""What stops a start before anything runs: each case is one line that says what to do."""

import errno
import os
import shutil
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from config import environment
from config.supervisor import checks, parts
from config.supervisor.console import StartError, last_line
from config.supervisor.health import health
from config.supervisor.settings import StackSettings, from_environment

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    return StackSettings(data_dir=tmp_path / "data")


def test_the_data_folder_is_made_for_its_owner_alone(settings: StackSettings) -> None:
    checks.prepare_data_dir(settings)

    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert settings.logs.is_dir()


def test_a_nearly_full_disk_is_refused(settings: StackSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(10**9, 10**9 - 5 * 1024**2, 5 * 1024**2))

    with pytest.raises(StartError, match=r"nearly full: 5 MB free, 300 MB needed"):
        checks.prepare_data_dir(settings)


def test_a_full_disk_is_refused(settings: StackSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_space(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", no_space)

    with pytest.raises(StartError, match=r"The disk is full: nothing can be written to .*data\."):
        checks.prepare_data_dir(settings)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PACKAGES", ("django", "a_package_nobody_has"))

    with pytest.raises(StartError, match=r"a_package_nobody_has. Run `make setup`"):
        checks.require_packages()


def test_a_front_end_that_was_not_built_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checks, "ROOT", tmp_path)

    with pytest.raises(StartError, match="The front end is not built"):
        checks.require_packages()


def test_a_socket_folder_of_somebody_else_is_refused(
    settings: StackSettings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    monkeypatch.setattr(
        StackSettings, "broker_socket", property(lambda _settings: shared / "broker.sock"), raising=True
    )

    with pytest.raises(StartError, match="open to others"):
        checks.prepare_data_dir(settings)


def test_the_socket_of_a_deep_folder_is_short_and_always_the_same() -> None:
    deep = Path("/", *["folder"] * 30)

    assert len(bytes(environment.broker_socket(deep))) < 60
    assert environment.broker_socket(deep) == environment.broker_socket(deep)
    assert environment.broker_socket(deep) != environment.broker_socket(deep / "other")
    assert environment.broker_socket(Path("/data")) == Path("/data/valkey.sock")


def test_the_broker_has_no_port_keeps_its_file_and_evicts_nothing(settings: StackSettings) -> None:
    part = parts.broker(settings)

    assert part is not None
    options = dict(zip(part.command[1::2], part.command[2::2], strict=True))
    assert options["--port"] == "0"
    assert (options["--appendonly"], options["--appendfsync"]) == ("yes", "everysec")
    assert options["--maxmemory-policy"] == "noeviction"
    assert options["--unixsocketperm"] == "700"


def test_a_redis_of_ones_own_replaces_the_embedded_broker(tmp_path: Path) -> None:
    settings = from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://elsewhere:6379/0"})

    assert parts.broker(settings) is None
    assert settings.child_environment()["REDIS_URL"] == "redis://elsewhere:6379/0"


def test_every_part_gets_the_same_data_folder_and_pinned_threads(settings: StackSettings) -> None:
    variables = settings.child_environment()

    assert variables["DATA_DIR"] == str(settings.data_dir)
    assert variables["OMP_NUM_THREADS"].isdecimal()
    assert str(environment.ROOT / "platform") in variables["PYTHONPATH"].split(os.pathsep)


def test_a_reason_is_the_last_line_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("Traceback …\nValueError: no such thing\n\n")

    assert last_line(log) == "ValueError: no such thing"
    assert last_line(tmp_path / "absent.log") == ""


@pytest.mark.parametrize(
    ("allowed", "host"),
    [
        ("", "localhost"),
        ("fovea.example.org, other", "fovea.example.org"),
        (".example.org", "example.org"),
        ("*", "localhost"),
    ],
)
def test_the_server_is_asked_under_a_name_it_answers_to(
    allowed: str, host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", allowed)
    asked: list[str | None] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.headers["Host"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"status": "ok"}')

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        answer = health(StackSettings(data_dir=tmp_path, port=server.server_port))

    assert (answer, asked) == ({"status": "ok"}, [host])
