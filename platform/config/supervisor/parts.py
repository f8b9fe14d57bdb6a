"""The parts of a running Fovea and the command of each."""

import sys
from dataclasses import dataclass
from pathlib import Path

from config.supervisor.checks import broker_binary
from config.supervisor.settings import StackSettings

WEB_THREADS = 8
CELERY = (sys.executable, "-m", "celery", "-A", "config")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One long-running program."""

    name: str
    command: tuple[str, ...]
    log: Path
    stop_within_s: float = 6.0


def broker(settings: StackSettings) -> Part | None:
    """The embedded Valkey: append-only file, nothing evicted, a private socket and no TCP port."""
    if settings.redis_url:
        return None
    options = {
        "port": "0",
        "unixsocket": str(settings.broker_socket),
        "unixsocketperm": "700",
        "dir": str(settings.data_dir / "valkey"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Part(name="broker", command=(str(broker_binary()), *words), log=settings.logs / "broker.log")


def has_damaged_file(log: Path) -> bool:
    """Whether the broker's log ends with its refusal of a damaged append-only file."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:] if log.exists() else []
    return any("Bad file format reading the append only file" in line for line in lines)


def scheduler(settings: StackSettings) -> Part:
    """Celery beat; its schedule file lives in the data folder."""
    schedule = settings.data_dir / "scheduler"
    command = (*CELERY, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "INFO")
    return Part(name="scheduler", command=command, log=settings.logs / "scheduler.log")


def web(settings: StackSettings) -> Part:
    """Gunicorn: one process, several threads; SQLite and the throttles want a single one."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    command = (
        *(sys.executable, "-m", "gunicorn", "config.wsgi:application"),
        *("--bind", f"{host}:{settings.port}"),
        *("--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)),
        *("--timeout", "120", "--graceful-timeout", "4", "--no-control-socket"),
        *("--access-logfile", "-"),
    )
    return Part(name="web", command=command, log=settings.logs / "web.log")


def worker(settings: StackSettings, queue: str) -> Part:
    """A Celery worker of one queue."""
    command = (
        *(*CELERY, "worker", "--queues", queue, "--hostname", f"{queue}@%h"),
        *("--pool", "solo", "--without-gossip", "--without-mingle", "--loglevel", "INFO"),
    )
    return Part(name=f"worker-{queue}", command=command, log=settings.logs / f"worker-{queue}.log")


def programs(settings: StackSettings) -> list[Part]:
    """Everything but the broker, in the order of starting."""
    return [web(settings), worker(settings, "short"), worker(settings, "train"), scheduler(settings)]
