"""A web process loads the tightener by itself, once a reading room is open, and nothing heavier."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import io, json, sys, threading, time
from config.wsgi import application
from inference.services import warm_up

warm_up.LATER_S = 0.05

def ask(address):
    application({"REQUEST_METHOD": "GET", "PATH_INFO": address, "SERVER_NAME": "localhost",
                 "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.input": io.BytesIO()},
                lambda *_: None)

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


def facts_of_a_web_process(folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
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


def test_the_first_open_reading_room_loads_the_tightener_in_the_background_once(tmp_path: Path) -> None:
    facts = facts_of_a_web_process(tmp_path)

    assert facts == {
        "at_start": [],
        "after_another_page": [],
        "threads": 1,
        "after_a_room": ["onnxruntime"],
        "network": 1,
    }
