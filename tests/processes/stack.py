"""A whole Fovea of real processes with a data folder of its own, and a browser-like client for it."""

import http.cookiejar
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

ROOT = Path(__file__).resolve().parents[2]
READY_S = 90.0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def patience() -> float:
    """How much longer things take than on an idle machine: 1 there, the runnable processes per core else."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def wait_for(condition: Callable[[], Any], *, within_s: float, what: str) -> float:
    """Wait until the condition holds and return the seconds it took; fails the test when it never does.

    `within_s` is what an idle machine may take; a busy one gets its share more. Asks ten times a second,
    after a while three times: what takes long is seldom over the next moment, and asking takes CPU time, too.
    """
    began = time.monotonic()
    while not condition():
        waited_s = time.monotonic() - began
        if waited_s > within_s * patience():
            raise AssertionError(f"not within {within_s:.0f} s: {what}")
        time.sleep(min(0.3, max(0.1, waited_s / 20)))
    return time.monotonic() - began


class Client:
    """Signs in with the session cookie and speaks JSON."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies))

    def ask(self, path: str, body: Any = None, *, method: str | None = None) -> tuple[int, Any]:
        """Return status and JSON (or text) of one request; a body makes it a POST."""
        if body is None:
            return self._send(path, None, "", method=method)
        return self._send(path, json.dumps(body).encode(), "application/json", method=method)

    def upload(self, path: str, files: dict[str, bytes]) -> int:
        """Send files as a page's form does; gives the status."""
        parts = [SimpleUploadedFile(name, content) for name, content in files.items()]
        return self._send(path, encode_multipart(BOUNDARY, {"file": parts}), MULTIPART_CONTENT)[0]

    def _send(
        self, path: str, body: bytes | None, content_type: str, *, method: str | None = None
    ) -> tuple[int, Any]:
        request = urllib.request.Request(self._url + path, data=body, method=method)  # noqa: S310 - our own server
        request.add_header("Referer", self._url)
        if body is not None:
            request.add_header("Content-Type", content_type)
            request.add_header("X-CSRFToken", self._cookie("csrftoken"))
        try:
            with self._opener.open(request, timeout=30) as answer:
                return answer.status, _parsed(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, _parsed(error.read())
        except OSError:
            return 0, None

    def sign_in(self, username: str, password: str) -> None:
        """Sign in as one of the demo accounts."""
        self.ask("/api/session/")
        status, answer = self.ask("/api/session/", {"username": username, "password": password})
        assert status == 200, answer

    def cookies(self) -> list[http.cookiejar.Cookie]:
        """What a browser would keep."""
        return list(self._cookies)

    def _cookie(self, name: str) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == name), "")


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


class RunningStack:
    """A supervisor and its parts; `stop` or `kill` ends them."""

    def __init__(
        self,
        data_dir: Path,
        *,
        environment: dict[str, str] | None = None,
        command: list[str] | None = None,
        port: int | None = None,
    ) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = data_dir.parent / f"{data_dir.name}-output.log"
        self.client = Client(self.url)
        self.started_at = time.monotonic()
        variables = {
            **{name: value for name, value in os.environ.items() if name not in _OWN},
            "DJANGO_SETTINGS_MODULE": "tests.processes.settings",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}",
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "SAMPLES": "none",
            "STARTER_MODELS": "0",
            **(environment or {}),
        }
        command = command or [sys.executable, "-m", "config.supervisor"]
        command = [word.format(port=self.port, data_dir=data_dir) for word in command]
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    # life

    def wait_until_ready(self, *, within_s: float = READY_S) -> float:
        """Wait for the line that names the address; returns the seconds since the start."""
        wait_for(self._ready_or_ended, within_s=within_s, what="Fovea is ready")
        assert self.process.poll() is None, self.said()
        taken_s = time.monotonic() - self.started_at
        self.client.sign_in("admin", (self.data_dir / "demo_password").read_text().strip())
        return taken_s

    def _ready_or_ended(self) -> bool:
        return "Fovea is ready" in self.said() or self.process.poll() is not None

    def said(self) -> str:
        """What the terminal showed so far."""
        return self.output.read_text(errors="replace")

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal sends it to the whole foreground group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def stop(self) -> None:
        """End everything, if need be by force."""
        everything = self.everything()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for process in everything:
            if process.is_running():
                process.kill()

    # processes

    def everything(self) -> list[psutil.Process]:
        """The started process and all that came from it."""
        try:
            process = psutil.Process(self.process.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def part(self, *words: str) -> psutil.Process:
        """The process nearest to the supervisor whose command line has all these words."""
        for process in self.everything()[1:]:
            try:
                line = process.cmdline()
            except psutil.Error:
                continue
            if all(any(word in part for part in line) for word in words) and "config.supervisor" not in line:
                return process
        raise AssertionError(f"no process with {words}")

    def broker(self) -> psutil.Process:
        """The Valkey server."""
        return self.part("valkey-server")

    def worker(self, queue: str) -> psutil.Process:
        """A worker by its queue."""
        return self.part("celery", "worker", f"{queue}@")

    # what it does

    def health(self) -> str:
        """`ok`, `degraded`, `down`, or `away` when nobody answers."""
        _, answer = self.client.ask("/api/health/")
        return str(answer["status"]) if isinstance(answer, dict) else "away"

    def wait_until_healthy(self, *, within_s: float = 60) -> float:
        """Wait until /api/health/ says ok."""
        return wait_for(lambda: self.health() == "ok", within_s=within_s, what="health ok")

    def queue(self, kind: str, *, count: int = 1, **payload: Any) -> list[str]:
        """Queue test jobs through the web server; returns their ids."""
        status, answer = self.client.ask(
            "/api/test-jobs/", {"kind": kind, "count": count, "payload": payload}
        )
        assert status == 202, answer
        ids: list[str] = answer["jobs"]
        return ids

    def job(self, job_id: str) -> dict[str, Any]:
        """One job as the API shows it."""
        status, answer = self.client.ask(f"/api/jobs/{job_id}/")
        assert status == 200, answer
        job: dict[str, Any] = answer
        return job

    def wait_for_state(self, job_id: str, state: str, *, within_s: float) -> float:
        """Wait until a job is in a state."""
        return wait_for(
            lambda: self.job(job_id)["state"] == state, within_s=within_s, what=f"job {job_id} {state}"
        )

    def effects(self, what: str) -> Counter[str]:
        """How often each job noted this."""
        try:
            lines = (self.data_dir / "effects.log").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return Counter()
        notes = [json.loads(line) for line in lines if line.endswith("}")]
        return Counter(note["job"] for note in notes if note["what"] == what)


_OWN = {"REDIS_URL", "DATABASE_URL", "STORAGE_URL", "SECRET_KEY", "SAMPLES", "HOST", "MAKEFLAGS", "MAKELEVEL"}
