"""A running Fovea with the settings that people get, and what tests ask of it behind the pages' back."""

import os
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil

from tests.processes.stack import ROOT, Client, RunningStack

SAMPLES_READY_S = 240.0  # drawing the sample patients on busy cores


def unique(name: str) -> str:
    """A name that no other test has, nor an earlier try of the same one."""
    return f"{name}-{secrets.token_hex(3)}"


class LiveFovea(RunningStack):
    """A stack with the settings that people get, and what tests ask of it behind the pages' back."""

    def __init__(self, data_dir: Path, *, samples: bool, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(
            data_dir,
            environment={
                "DJANGO_SETTINGS_MODULE": "config.settings.base",
                "SAMPLES": "" if samples else "none",
                "OMP_NUM_THREADS": os.environ.get("E2E_THREADS", "2"),
                **(settings or {}),
            },
        )
        self._clients: dict[str, Client] = {}

    @property
    def password(self) -> str:
        """The one password of the demo accounts."""
        return (self.data_dir / "demo_password").read_text().strip()

    def api(self, username: str) -> Client:
        """The API as this person."""
        if username not in self._clients:
            self._clients[username] = Client(self.url)
            self._clients[username].sign_in(username, self.password)
        return self._clients[username]

    def session_of(self, username: str) -> list[dict[str, Any]]:
        """The cookies of a new session of this person, for a browser."""
        client = Client(self.url)
        client.sign_in(username, self.password)
        return [
            {
                "name": cookie.name,
                "value": cookie.value or "",
                "url": self.url,
                "httpOnly": cookie.has_nonstandard_attr("HttpOnly"),
            }
            for cookie in client.cookies()
        ]

    def get(self, path: str, *, by: str = "admin") -> Any:
        """What the API answers this person; fails on anything but 200."""
        status, answer = self.api(by).ask(path)
        assert status == 200, f"{path}: {status} {answer}"
        return answer

    def post(self, path: str, body: Any, *, by: str = "admin") -> Any:
        """What the API answers to this person's wish; fails on anything but success."""
        status, answer = self.api(by).ask(path, body)
        assert status in {200, 201, 202, 204}, f"{path}: {status} {answer}"
        return answer

    def set_rules(self, **rules: int) -> None:
        """Change how often the images of the first project are read."""
        project = self.get("/api/projects/")["results"][0]["id"]
        status, answer = self.api("admin").ask(f"/api/projects/{project}/", rules, method="PATCH")
        assert status == 200, answer

    def specialist_id(self) -> int:
        """The demo specialist, whatever other specialists tests have added."""
        return self.user_id("specialist")

    def user_id(self, username: str) -> int:
        """The number of a person."""
        users = self.get("/api/users/?page_size=200")["results"]
        return next(int(one["id"]) for one in users if one["username"] == username)

    def add_specialist(self, username: str) -> None:
        """Invite one more person who labels; she takes the password of the demo accounts."""
        project = self.get("/api/projects/")["results"][0]["id"]
        whom = {"email": "", "full_name": username, "roles": ["specialist"], "projects": [project]}
        key = self.post("/api/invitations/", whom)["link"].rpartition("#")[2]
        name = {"username": username, "full_name": username, "password": self.password}
        self.post("/api/invitations/accept/", {"key": key, **name})

    def set_keys(self, keys: dict[str, list[str]] | None) -> None:
        """Give the specialist other keys for some actions; None: the usual ones."""
        body = {"values": {"keys": keys}}
        status, answer = self.api("specialist").ask("/api/me/preferences/", body, method="PATCH")
        assert status == 200, answer

    @contextmanager
    def web_server_away(self) -> Iterator[None]:
        """Nobody answers at the address; afterwards the supervisor starts the web server again."""
        supervisor = psutil.Process(self.process.pid)
        web = self.part("gunicorn")
        supervisor.suspend()
        try:
            for process in [web, *web.children(recursive=True)]:
                process.kill()
            yield
        finally:
            supervisor.resume()
            self.wait_until_healthy()

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py on this Fovea's data."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
            "DATA_DIR": str(self.data_dir),
            "FOVEA_PASSWORD": self.password,
        }
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=120)

    def count(self, query: str) -> int:
        """A number from the database itself."""
        with closing(
            sqlite3.connect(f"file:{self.data_dir / 'fovea.sqlite3'}?mode=ro", uri=True)
        ) as database:
            return int(database.execute(query).fetchone()[0])
