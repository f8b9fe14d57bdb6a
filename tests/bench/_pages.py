"""What the benches of pages share: a Fovea of their own, made-up lesions, the browser's tracing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import CDPSession, Locator, Page

from imaging.phantom_files import write_samples
from tests.bench._frames import script_ms_per_frame
from tests.e2e.live import LiveFovea

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPHS = ROOT.parent / "shared/data/idrid/segmentation/images"
FRAME_AIM_MS = 16.0
TRACED = "devtools.timeline,devtools.timeline.frame,disabled-by-default-devtools.timeline"


def tell(what: str, ours: float, aim: float, unit: str) -> None:
    """Print one line of the table of `make bench`."""
    text = (
        f"  {what}: ours {ours:.2f} {unit}, may take {aim:.2f} {unit}, ratio {ours / aim:.2f} (aim <= 1.00)"
    )
    print(text)  # noqa: T201


@contextmanager
def own_fovea() -> Iterator[LiveFovea]:
    """A Fovea without patients, with the front end as it is now."""
    subprocess.run([str(ROOT / "scripts" / "build-frontend")], check=True, stdout=subprocess.DEVNULL)
    with tempfile.TemporaryDirectory() as folder:
        fovea = LiveFovea(Path(folder) / "data", samples=False)
        try:
            fovea.wait_until_ready(within_s=120)
            yield fovea
        finally:
            fovea.stop()


def import_photographs(fovea: LiveFovea, *, count: int, labels: str = "") -> None:
    """Take in photographs of 4288x2848 px: of IDRiD where ../shared/data has them, else phantoms.

    `labels`: rows of a labels CSV in which {0}, {1} … are the files.
    """
    with tempfile.TemporaryDirectory() as drawn, tempfile.TemporaryDirectory() as folder:
        found = sorted(PHOTOGRAPHS.glob("*.jpg")) if PHOTOGRAPHS.is_dir() else []
        found = found or sorted(write_samples(Path(drawn), count=count, side=2848).images.glob("*.jpg"))
        for photograph in found[:count]:
            (Path(folder) / photograph.name).symlink_to(photograph)
        command = [sys.executable, str(ROOT / "manage.py"), "import_images", folder]
        if labels:
            table = Path(drawn) / "bench.csv"
            table.write_text(labels.format(*(photograph.name for photograph in found)))
            command += ["--labels", str(table)]
        subprocess.run(command, check=True, env=environment(fovea), stdout=subprocess.DEVNULL)


def store_findings(
    fovea: LiveFovea, image: dict[str, Any], *, count: int, seed: int, maps: bool = False
) -> None:
    """Store a champion's prediction of the image with that many findings, in the server's database."""
    found = made_up_lesions(count, width=image["width"], height=image["height"], seed=seed)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as outlines:
        json.dump(found, outlines)
        outlines.flush()
        program = str(ROOT / "tests" / "bench" / "_stored_findings.py")
        command = [sys.executable, program, str(image["id"]), outlines.name, *(["--maps"] if maps else [])]
        subprocess.run(command, check=True, env=environment(fovea))


def made_up_lesions(count: int, *, width: int, height: int, seed: int) -> list[dict[str, Any]]:
    """Lesions as they are: many small, few large; polygons of 12 to 30 corners."""
    random = np.random.default_rng(seed)
    lesions = []
    for number in range(count):
        corners = int(random.integers(12, 30))
        radius = random.gamma(2, 9) + 3
        center = random.uniform((0.15 * width, 0.1 * height), (0.85 * width, 0.9 * height))
        angles = np.linspace(0, 2 * np.pi, corners, endpoint=False)
        radii = radius * random.uniform(0.75, 1.25, corners)
        points = center + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        lesions.append(
            {
                "uuid": str(uuid.UUID(int=int(random.integers(2**62)), version=4)),
                "lesion_class": ("HE", "EX")[number % 2],
                "geometry": {"points": np.round(points, 2).tolist(), "holes": []},
            }
        )
    return lesions


def environment(fovea: LiveFovea) -> dict[str, str]:
    """What a program needs to work on the data of this Fovea."""
    settings = {"DATA_DIR": str(fovea.data_dir), "DJANGO_SETTINGS_MODULE": "config.settings.base"}
    return {**os.environ, **settings}


def traced(page: Page, tracing: CDPSession, move: Callable[[Page], None]) -> list[float]:
    """Script time of each frame, ms, while the page is moved by `move`."""
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    tracing.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    tracing.on("Tracing.tracingComplete", lambda _: ended.append(True))
    page.wait_for_timeout(1500)
    tracing.send("Tracing.start", {"categories": TRACED, "transferMode": "ReportEvents"})
    move(page)
    tracing.send("Tracing.end")
    while not ended:
        page.wait_for_timeout(50)
    return script_ms_per_frame(events)


def middle_of(place: Locator) -> tuple[float, float]:
    """The middle of what is shown there, screen px."""
    box = place.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
