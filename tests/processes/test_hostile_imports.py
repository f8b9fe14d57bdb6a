"""Hostile files through the real upload: refused with a reason, in little memory, while the site answers."""

import io
import secrets
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from imaging.phantom import draw_phantom
from tests.imaging.hostile_files import HOSTILE, saved
from tests.processes.stack import RunningStack, patience, wait_for

pytestmark = pytest.mark.processes

GIGABYTE = 1_000_000_000
ANSWERS_WITHIN_S = 2.0
PICTURES = ("huge.png", "cut.jpg", "frames.tif", "drawing.png", "polyglot.jpg", "short.png")
ENDED = ("succeeded", "failed", "cancelled")


def archive(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("honest.txt", "first")
        made.writestr(name, content)
    return stream.getvalue()


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.zip": (lambda: archive("bomb.bmp", bytes(100_000_000)), "would grow more than 200 times"),
    "slip.zip": (lambda: archive("../../../evil.jpg", b"x"), "leads out of the archive"),
}


@dataclass
class Watch:
    """How slowly the site answered, and the most bytes that the importing worker and its children held."""

    slowest_s: dict[str, float] = field(default_factory=dict)
    wrong: list[tuple[str, int]] = field(default_factory=list)
    peak_bytes: int = 0
    answers: int = 0

    def ask(self, stack: RunningStack, path: str) -> None:
        began = time.monotonic()
        status, _ = stack.client.ask(path)
        self.slowest_s[path] = max(self.slowest_s.get(path, 0), time.monotonic() - began)
        self.answers += 1
        if status != 200:
            self.wrong.append((path, status))

    def weigh(self, worker: psutil.Process) -> None:
        total = 0
        for process in [worker, *worker.children(recursive=True)]:
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        self.peak_bytes = max(self.peak_bytes, total)


@contextmanager
def watching(stack: RunningStack) -> Iterator[Watch]:
    """Ask for health and a list, and weigh the worker, all the while."""
    watch, over, worker = Watch(), threading.Event(), stack.worker("short")

    def look() -> None:
        while not over.is_set():
            for path in ("/api/health/", "/api/patients/"):
                watch.ask(stack, path)
            watch.weigh(worker)
            over.wait(0.05)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def sent(stack: RunningStack, files: dict[str, bytes]) -> int:
    """Open an import of images, upload the files and start it."""
    project = stack.client.ask("/api/projects/")[1]["results"][0]["id"]
    status, opened = stack.client.ask("/api/imports/", {"project": project, "kind": "images"})
    assert status == 201, opened
    number = int(opened["id"])
    assert stack.client.upload(f"/api/imports/{number}/files/", files) == 201
    assert stack.client.ask(f"/api/imports/{number}/start/", {})[0] == 202
    return number


def ended(stack: RunningStack, number: int) -> dict[str, Any]:
    """Wait until the import has ended; gives it with its problems by file."""
    here = f"/api/imports/{number}/"
    wait_for(
        lambda: stack.client.ask(here)[1]["state"] in ENDED, within_s=30, what=f"import {number} has ended"
    )
    problems = stack.client.ask(f"{here}problems/")[1]["results"]
    outcome: dict[str, Any] = stack.client.ask(here)[1]
    return outcome | {"problems": {one["file"]: one for one in problems if one["is_error"]}}


def files_of(stack: RunningStack) -> set[Path]:
    """Everything that uploads and pictures have left in the storage."""
    return {path for path in (stack.data_dir / "storage").rglob("*") if path.is_file()}


def test_hostile_files_are_refused_while_the_site_answers(stack: RunningStack) -> None:
    phantom = draw_phantom(eye="OD", icdr_grade=0, seed=secrets.randbelow(100_000), side=500)
    pictures = {name: HOSTILE[name][0](phantom.rgb) for name in PICTURES}
    before = files_of(stack)

    with watching(stack) as watch:
        mixed = sent(stack, {**pictures, "honest.jpg": saved(phantom.rgb, "JPEG")})
        archives = {name: sent(stack, {name: make()}) for name, (make, _) in ARCHIVES.items()}
        of_pictures = ended(stack, mixed)
        of_archives = {name: ended(stack, number) for name, number in archives.items()}

    assert of_pictures["state"] == "succeeded"
    assert of_pictures["report"]["images_added"] == 1
    assert {name: one["code"] for name, one in of_pictures["problems"].items()} == {
        name: HOSTILE[name][1] for name in PICTURES
    }
    assert all(one["message"] and one["remedy"] for one in of_pictures["problems"].values())
    for name, (_, reason) in ARCHIVES.items():
        assert of_archives[name]["state"] == "failed"
        assert reason in of_archives[name]["problems"][name]["message"]
    assert len(files_of(stack) - before) == 1  # the honest picture
    assert not list(stack.data_dir.parent.rglob("evil.jpg"))
    assert not watch.wrong
    assert watch.answers > 10
    assert max(watch.slowest_s.values()) < ANSWERS_WITHIN_S * patience(), watch.slowest_s
    assert watch.peak_bytes < GIGABYTE
    assert "worker-short ended" not in stack.said()
