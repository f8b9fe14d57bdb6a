"""Reads the environment: data folder, secret key, database, broker and storage addresses."""

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import dj_database_url

ROOT = Path(__file__).resolve().parents[2]
SOCKET_PATH_BYTES = 107
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-32000;"
)

NO_JIT = "-c jit=off"  # compiling a query of many conditions takes longer than a page of a list may


def data_folder() -> Path:
    """Return DATA_DIR (default `var/` in the project), made on first use and private to its owner."""
    folder = Path(os.environ.get("DATA_DIR") or ROOT / "var").expanduser().resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def broker_socket(data_dir: Path) -> Path:
    """Return the embedded Valkey's unix socket: in the data folder, where the system's limit allows.

    An address of a unix socket has at most 107 bytes; a deeper data folder gets a short private one in /tmp.
    """
    path = data_dir / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES:
        return path
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(f"/tmp/fovea-{os.getuid()}/{name}.sock")  # noqa: S108 - the supervisor checks whose folder it is


def flag(name: str, *, default: bool = False) -> bool:
    """Return an on/off variable: 1, true, yes and on mean on."""
    value = os.environ.get(name, "").strip().lower()
    return value in {"1", "true", "yes", "on"} if value else default


def names(name: str, *, default: str) -> list[str]:
    """Return a comma-separated variable as a list without blanks."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def own_host() -> str:
    """Return a name under which the web server answers requests from its own machine."""
    first = next(iter(names("ALLOWED_HOSTS", default="localhost")), "")
    return first.lstrip(".*") or "localhost"


def database(*, default_file: Path) -> dict[str, Any]:
    """Return Django's database settings for DATABASE_URL, or for a SQLite file.

    SQLite gets write-ahead logging and immediate transactions: a writer waits for the other one at its start
    instead of failing in the middle.
    """
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{default_file}"
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": SQLITE_PRAGMAS,
            **settings.get("OPTIONS", {}),
        }
    else:
        settings["OPTIONS"] = {"connect_timeout": 5, "options": NO_JIT, **settings.get("OPTIONS", {})}
    return settings


def broker_url(redis_url: str) -> str:
    """Return kombu's spelling of a redis-py address; they differ for unix sockets only."""
    if redis_url.startswith("unix://"):
        parts = urlsplit(redis_url)
        number = dict(parse_qsl(parts.query)).get("db", "0")
        return f"redis+socket://{parts.path}?virtual_host={number}"
    return redis_url


def storage(*, default_folder: Path) -> dict[str, Any]:
    """Return the `default` entry of STORAGES for STORAGE_URL.

    `file:///folder` keeps files on a disk. `s3://bucket/prefix?endpoint_url=https://…&region_name=…` keeps
    them in an object store; its keys come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
    """
    url = os.environ.get("STORAGE_URL") or default_folder.as_uri()
    parts = urlsplit(url)
    if parts.scheme == "file":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": parts.path, "file_permissions_mode": 0o600},
        }
    if parts.scheme == "s3":
        options: dict[str, Any] = {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
            **dict(parse_qsl(parts.query)),
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    raise RuntimeError(f"STORAGE_URL must start with file:// or s3://, got {parts.scheme or url!r}.")
