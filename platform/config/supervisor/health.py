"""Asks the parts whether they are ready."""

import http.client
import json
import socket
from pathlib import Path

from config.environment import own_host
from config.supervisor.settings import StackSettings


def broker_answers(path: Path) -> bool:
    """Whether the embedded Valkey answers PING (not while it still loads its file)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def health(settings: StackSettings) -> dict[str, object]:
    """Return what /api/health/ says; `{"status": "down"}` while the web server does not answer."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/api/health/", headers={"Host": own_host()})
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return {"status": "down"}
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else {"status": "down"}
