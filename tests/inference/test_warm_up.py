"""A web process loads the tightener by itself, once a reading room is open, and nothing heavier."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import asyncio, io, json, sys, threading, time
if sys.argv[1] == "wsgi":
    from config.wsgi import application
else:
    from config.asgi import application
from inference.services import warm_up

warm_up.LATER_S = 0.05

def ask(address):
    if sys.argv[1] == "asgi":
        asyncio.run(ask_asynchronously(address))
        return
    application({"REQUEST_METHOD": "GET", "PATH_INFO": address, "SERVER_NAME": "localhost",
                 "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO()},
                lambda *_: None)

async def ask_asynchronously(address):
    requests = [{"type": "http.request", "body": b""}]
    async def receive():
        return requests.pop() if requests else await asyncio.sleep(3600)
    async def send(message):
        pass
    await application({"type": "http", "method": "GET", "path": address, "query_string": b"",
                       "headers": [(b"host", b"localhost")]}, receive, send)

def loaded():
    return [name for name in ("onnxruntime", "torch", "tensorflow", "keras") if name in sys.modules]

facts = {"at_start": loaded()}
ask("/api/session/")
time.sleep(0.3)
facts["after_another_page"] = loaded()
for _ in range(3):
    ask("/api/label-sets/1/")
facts["threads"] = sum(one.name == warm_up.NAME for one in threading.enumerate())
ends = time.monotonic() + 60
from inference.services.tighten import tighten_network
while not tighten_network.cache_info().currsize and time.monotonic() < ends:
    time.sleep(0.05)
facts["after_a_room"] = loaded()
facts["network"] = tighten_network.cache_info().currsize
print(json.dumps(facts))
"""


def facts_of_a_web_process(folder: Path, *, kind: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return facts


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_the_first_open_reading_room_loads_the_tightener_in_the_background_once(
    tmp_path: Path, kind: str
) -> None:
    facts = facts_of_a_web_process(tmp_path, kind=kind)

    assert facts == {
        "at_start": [],
        "after_another_page": [],
        "threads": 1,
        "after_a_room": ["onnxruntime"],
        "network": 1,
    }
