"""docker-compose.yml and Dockerfile against the settings, the Celery app and the code they start.

No container engine runs here: this validates the files, it does not build them.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from celery.bin.base import CLIContext
from celery.bin.beat import beat
from celery.bin.worker import worker
from gunicorn.config import Config

from config.alive import PARTS
from config.celery import app
from core.states import Queue

ROOT = Path(__file__).resolve().parents[2]
LONG_RUNNING = {"web", "worker-short", "worker-train", "scheduler", "postgres", "redis", "object-store"}
OURS = {"web", "worker-short", "worker-train", "scheduler", "migrate"}
ONE_SHOT = {"migrate", "make-bucket"}
READ_BY_LIBRARIES = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "OMP_NUM_THREADS"}
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
CHOSEN = {
    "SECRET_KEY": "s" * 50,
    "ALLOWED_HOSTS": "fovea.example",
    "CSRF_TRUSTED_ORIGINS": "https://fovea.example",
    "POSTGRES_PASSWORD": "databasepassword",
    "STORAGE_KEY": "storageuser",
    "STORAGE_SECRET": "storagepassword",
}

Service = dict[str, Any]


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    """Load the file as compose reads it with a site's .env."""
    content: dict[str, Any] = yaml.safe_load(VARIABLE.sub(_value, text))
    return content


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Service]:
    found: dict[str, Service] = compose["services"]
    return found


def _value(match: re.Match[str]) -> str:
    name, operator, rest = match.groups()
    return CHOSEN.get(name) or (rest if operator == "-" else "")


def _words(command: str | list[str]) -> list[str]:
    return shlex.split(command) if isinstance(command, str) else command


def _options(command: Any, words: list[str]) -> dict[str, Any]:
    """Parse a Celery command line as Celery does; an unknown option raises."""
    context = CLIContext(app=app, no_color=True, workdir=None)
    parsed: dict[str, Any] = command.make_context(words[3], words[4:], obj=context).params
    return parsed


def _variables_read() -> set[str]:
    """Return every name that the settings, and the parts they configure, take from the environment."""
    folders = [ROOT / "platform", ROOT / "annotations", ROOT / "inference"]
    sources = [path.read_text(encoding="utf-8") for folder in folders for path in folder.rglob("*.py")]
    reads = r"""(?:environ\.get\(|environ\[|flag\(|names\()\s*"([A-Z_]+)\""""
    return set(re.findall(reads, "\n".join(sources)))


def test_every_production_part_is_there(services: dict[str, Service]) -> None:
    assert set(services) == LONG_RUNNING | ONE_SHOT


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_a_long_running_part_restarts_and_has_a_health_check(services: dict[str, Service], name: str) -> None:
    service = services[name]

    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(service["healthcheck"])


@pytest.mark.parametrize("name", sorted(ONE_SHOT))
def test_a_step_that_runs_once_is_not_restarted(services: dict[str, Service], name: str) -> None:
    assert services[name]["restart"] == "no"


def test_our_health_checks_ask_the_part_itself(services: dict[str, Service]) -> None:
    asked = {}
    for name in OURS - ONE_SHOT:
        program, flag, module, part = services[name]["healthcheck"]["test"][1:]
        assert (program, flag, module) == ("python", "-m", "config.alive")
        asked[name] = part

    assert sorted(asked.values()) == sorted(PARTS)
    assert asked["worker-train"] == "train"
    assert asked["web"] == "web"


def test_volumes_are_declared_and_used(compose: dict[str, Any], services: dict[str, Service]) -> None:
    used = [volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])]

    assert set(used) == set(compose["volumes"])


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("postgres", "/var/lib/postgresql/data"),
        ("redis", "/data"),
        ("object-store", "/data"),
        ("worker-train", "/data"),
    ],
)
def test_what_must_survive_a_restart_is_on_a_volume(
    services: dict[str, Service], name: str, folder: str
) -> None:
    assert folder in [volume.split(":")[1] for volume in services[name]["volumes"]]


@pytest.mark.parametrize("name", sorted(OURS))
def test_environment_names_are_those_the_settings_read(services: dict[str, Service], name: str) -> None:
    known = _variables_read() | READ_BY_LIBRARIES

    assert set(services[name]["environment"]) <= known


def test_a_secret_has_no_default(text: str) -> None:
    with_default = {name for name, operator, _ in VARIABLE.findall(text) if operator == "-"}
    required = {name for name, operator, _ in VARIABLE.findall(text) if operator == "?"}

    assert required == set(CHOSEN)
    assert not with_default & required


def test_addresses_name_services_and_their_accounts(services: dict[str, Service]) -> None:
    environment = services["web"]["environment"]
    database, broker = urlsplit(environment["DATABASE_URL"]), urlsplit(environment["REDIS_URL"])
    storage = urlsplit(environment["STORAGE_URL"])
    endpoint = urlsplit(parse_qs(storage.query)["endpoint_url"][0])
    postgres, store = services["postgres"]["environment"], services["object-store"]["environment"]

    assert (database.hostname, broker.hostname, endpoint.hostname) == ("postgres", "redis", "object-store")
    assert (database.username, database.password) == (
        postgres["POSTGRES_USER"],
        postgres["POSTGRES_PASSWORD"],
    )
    assert database.path == f"/{postgres['POSTGRES_DB']}"
    assert environment["AWS_ACCESS_KEY_ID"] == store["MINIO_ROOT_USER"]
    assert environment["AWS_SECRET_ACCESS_KEY"] == store["MINIO_ROOT_PASSWORD"]
    assert services["make-bucket"]["command"].endswith(f"/{storage.netloc}")


def test_production_settings_start_with_this_environment(
    services: dict[str, Service], tmp_path: Path
) -> None:
    program = (
        "import json, django; django.setup(); from django.conf import settings as s;"
        "print(json.dumps([s.DATABASES['default']['HOST'], s.CELERY_BROKER_URL,"
        " s.STORAGES['default']['OPTIONS']['bucket_name'], s.ALLOWED_HOSTS, s.TRUSTED_PROXY_HOPS]))"
    )
    environment = {
        **{name: str(value) for name, value in services["web"]["environment"].items()},
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "DATA_DIR": str(tmp_path),
    }

    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == ["postgres", "redis://redis:6379/0", "fovea", ["fovea.example"], 1]


def test_each_queue_has_one_kind_of_worker(services: dict[str, Service]) -> None:
    queues = []
    for name in ("worker-short", "worker-train"):
        words = _words(services[name]["command"])
        assert words[:4] == ["celery", "-A", "config", "worker"]
        options = _options(worker, words)
        queues += options["queues"]
        assert options["pool"] is not None
        assert options["without_gossip"]
        assert options["without_mingle"]
        # config.alive looks for a worker of this name
        assert options["hostname"] == f"{options['queues'][0]}@{socket.gethostname()}"

    assert sorted(queues) == sorted(Queue.values)


def test_the_scheduler_runs_once_and_its_command_parses(services: dict[str, Service]) -> None:
    words = _words(services["scheduler"]["command"])

    assert words[:4] == ["celery", "-A", "config", "beat"]
    assert _options(beat, words)["schedule"] == "/data/schedule"
    assert "deploy" not in services["scheduler"]


def test_our_parts_wait_for_tables_bucket_database_and_broker(services: dict[str, Service]) -> None:
    for name in OURS - ONE_SHOT:
        waits = {needed: how["condition"] for needed, how in services[name]["depends_on"].items()}
        assert waits == {
            "migrate": "service_completed_successfully",
            "make-bucket": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
            "object-store": "service_healthy",
        }
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_migrating_is_its_own_step(services: dict[str, Service]) -> None:
    assert _words(services["migrate"]["command"]) == ["python", "manage.py", "migrate", "--noinput"]


def test_our_containers_have_few_rights(services: dict[str, Service]) -> None:
    for name in OURS:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in services[name]["security_opt"]


def test_only_the_web_server_is_reachable_and_only_from_this_host(services: dict[str, Service]) -> None:
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_redis_keeps_its_queue(services: dict[str, Service]) -> None:
    command = services["redis"]["command"]

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_every_image_is_pinned(services: dict[str, Service]) -> None:
    images = [service["image"] for service in services.values()]
    images += [words.split()[1] for words in _docker_lines("FROM")]

    assert all(re.search(r":[\w.-]*\d[\w.-]*$", image) for image in images), images


def test_the_image_runs_the_web_server_without_root() -> None:
    command = json.loads(_docker_lines("CMD")[-1].removeprefix("CMD "))

    assert _docker_lines("USER") == ["USER fovea"]
    assert len(_docker_lines("FROM")) == 3
    assert command[:2] == ["gunicorn", "config.wsgi:application"]
    options = Config().parser().parse_args(command[1:])
    assert options.bind == ["0.0.0.0:8000"]
    assert options.worker_class == "gthread"


def test_the_image_holds_all_that_runs_and_nothing_else() -> None:
    copied = {line.split()[1].rstrip("/") for line in _docker_lines("COPY") if "--from" not in line}
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert allowed[0] == "*"
    assert {"manage.py", "platform", "annotations", "inference", "requirements.txt"} <= copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name.split('/')[0]}" in allowed, name


def _docker_lines(instruction: str) -> list[str]:
    content = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    return [line for line in content.splitlines() if line.startswith(f"{instruction} ")]
