"""Import of photographs of 4288x2848 against bare decoding and encoding on the same cores.

Plain: Pillow decodes each JPEG and encodes it anew (quality 95), in as many processes as we use children.
Ours is the whole import: limits, FOV, quality, text in the corners, hashes, storage, database. The pictures
are real ones where the machine has them, else phantoms. Run it with
`python tests/bench/image_intake.py [--images 500] [--rounds 1]`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from imaging.phantom import draw_phantom  # noqa: E402 - the path comes first

REAL = ROOT.parent / "shared/data/idrid/segmentation/images"
WIDTH, HEIGHT = 4288, 2848
IMAGES, ROUNDS, CORES = 80, 3, 2


def main() -> None:
    """Print the medians of both sides and their ratio; or be one of the sides."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--side", choices=["prepare", "ours", "plain"])
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.side is None:
        _compare(asked.images, asked.rounds)
        return
    work = {"prepare": _prepare, "ours": _ours, "plain": _plain}[asked.side]
    print(json.dumps(work(asked.folder)))  # noqa: T201


def _compare(images: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(prefix="fovea-bench-") as name:
        folder = Path(name) / "photographs"
        folder.mkdir()
        _write(folder, images)
        ours: list[dict[str, float]] = []
        plain: list[dict[str, float]] = []
        for number in range(rounds):
            data = Path(name) / f"data-{number}"
            _run("prepare", folder, data)
            ours.append(_run("ours", folder, data))
            plain.append(_run("plain", folder, data))
    own, theirs = (statistics.median(one["seconds"] for one in side) for side in (ours, plain))
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(ours, plain, strict=True))
    cpu, plain_cpu = (statistics.median(one["cpu"] for one in side) for side in (ours, plain))
    print(  # noqa: T201
        f"{images} photographs of {WIDTH}x{HEIGHT}, {CORES} cores, {rounds} rounds\n"
        f"  ours {own:.2f} s, Pillow decode + encode {theirs:.2f} s, ratio {ratio:.2f} (aim <= 1.67)\n"
        f"  {images / own:.1f} images a second, {100 / ratio:.0f} % of the plain rate (aim >= 60 %)\n"
        f"  processor time an image: {1000 * cpu / images:.0f} ms, plain {1000 * plain_cpu / images:.0f} ms"
    )


def _run(side: str, folder: Path, data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--folder", str(folder)],
        env={
            **os.environ,
            "DATA_DIR": str(data),
            "DATABASE_URL": "",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "config.settings.base",
        },
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _write(folder: Path, images: int) -> None:
    """Photographs, then their mirror images: no two of the first two hundred look alike."""
    originals = sorted(REAL.glob("*.jpg")) or _phantoms(folder.parent)
    for number in range(images):
        turn, which = divmod(number, len(originals))
        pixels = np.asarray(cv2.imread(str(originals[which])))
        turned = pixels if turn % 4 == 0 else np.asarray(cv2.flip(pixels, (turn % 4) - 2))
        data = cv2.imencode(".jpg", turned, (cv2.IMWRITE_JPEG_QUALITY, 85))[1].tobytes()
        (folder / f"eye_{number:04d}.jpg").write_bytes(data + f"copy {number}".encode())


def _phantoms(folder: Path) -> list[Path]:
    made = []
    for seed in range(12):
        frame = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        left = (WIDTH - HEIGHT) // 2
        frame[:, left : left + HEIGHT] = draw_phantom(eye="OS", icdr_grade=3, seed=seed, side=HEIGHT).rgb
        made.append(folder / f"phantom_{seed}.png")
        cv2.imwrite(str(made[-1]), frame[..., ::-1])
    return made


def _prepare(_: Path) -> dict[str, Any]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return {}


def _ours(folder: Path) -> dict[str, Any]:
    import django

    django.setup()
    from django.db import transaction

    from annotations.services.data_in.image_sources import list_pictures
    from annotations.services.data_in.imports import open_import
    from annotations.services.data_in.run_imports import run_images
    from annotations.services.data_in.writing import Writing
    from annotations.services.projects import ensure_default_project
    from annotations.states import ImportKind

    project = ensure_default_project()
    started, used = time.perf_counter(), _cpu_seconds()
    files = list_pictures(folder)
    batch = open_import(project=project, kind=ImportKind.IMAGES, by=None, started=True)
    writing = Writing(open_transaction=transaction.atomic, progress=lambda done, total, message: None)
    report = run_images(batch=batch, files=files, writing=writing)
    seconds = time.perf_counter() - started
    if report.images_added != len(files):
        raise SystemExit(f"{report.images_added} of {len(files)} went in: {report.problems.to_json()[:3]}")
    return {"seconds": seconds, "cpu": _cpu_seconds() - used}


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _plain(folder: Path) -> dict[str, Any]:
    files = sorted(folder.glob("*.jpg"))
    started, used = time.perf_counter(), _cpu_seconds()
    with ProcessPoolExecutor(max_workers=CORES) as pool:
        list(pool.map(_again, files))
    return {"seconds": time.perf_counter() - started, "cpu": _cpu_seconds() - used}


def _again(path: Path) -> int:
    from PIL import Image

    with Image.open(path) as image:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=95)
    return stream.tell()


if __name__ == "__main__":
    main()
