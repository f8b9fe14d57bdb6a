"""VIA import of 200,000 regions over 10,000 images against the plain way.

Plain: `csv.DictReader`, `json.loads` of both cells, and Django's `bulk_create` of the same rows, without any
check. Each measurement runs in a process of its own on a fresh copy of one SQLite database, in turns; the
peak memory is that process's. Run it with `python tests/bench/via_import.py`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

IMAGES, REGIONS_PER_IMAGE, ROUNDS = 10_000, 20, 3
WIDTH, HEIGHT = 4288, 2848
PLAIN_BATCH = 2_000


def main() -> None:
    """Print the medians of both sides, their ratio and the peak memory; or be one of the sides."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", choices=["prepare", "ours", "plain"])
    parser.add_argument("--csv", type=Path)
    side = parser.parse_args()
    if side.side is None:
        _compare()
        return
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.base"
    django.setup()
    work = {"prepare": _prepare, "ours": _ours, "plain": _plain}[side.side]
    started = time.perf_counter()
    regions = work(side.csv)
    seconds = time.perf_counter() - started
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb, "regions": regions}))  # noqa: T201


def _compare() -> None:
    with tempfile.TemporaryDirectory(prefix="fovea-bench-") as name:
        folder = Path(name)
        table = folder / "via.csv"
        _write_csv(table)
        _run("prepare", table, folder / "template")
        ours: list[dict[str, Any]] = []
        plain: list[dict[str, Any]] = []
        for number in range(ROUNDS):
            for side, results in (("ours", ours), ("plain", plain)):
                copy = folder / f"{side}-{number}"
                shutil.copytree(folder / "template", copy)
                results.append(_run(side, table, copy))
                shutil.rmtree(copy)
        expected = IMAGES * REGIONS_PER_IMAGE
        if any(one["regions"] != expected for one in ours + plain):
            raise SystemExit(f"a side did not write {expected} regions: {ours} {plain}")
    own, theirs = (statistics.median(one["seconds"] for one in side) for side in (ours, plain))
    ratio = statistics.median(a["seconds"] / b["seconds"] for a, b in zip(ours, plain, strict=True))
    print(  # noqa: T201
        f"VIA import, {expected:,} regions over {IMAGES:,} images, {ROUNDS} rounds\n"
        f"  ours {own:.2f} s, DictReader + json.loads + bulk_create {theirs:.2f} s, "
        f"ratio {ratio:.2f} (aim <= 3)\n"
        f"  peak memory {max(one['peak_mb'] for one in ours):.0f} MB (aim < 500), "
        f"plain {max(one['peak_mb'] for one in plain):.0f} MB"
    )


def _run(side: str, table: Path, data: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, __file__, "--side", side, "--csv", str(table)],
        env={**os.environ, "DATA_DIR": str(data), "DATABASE_URL": "", "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _write_csv(path: Path) -> None:
    """Two rectangles to one polygon of twelve points, as labellers draw."""
    chance = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["filename", "file_size", "file_attributes", "region_count", "region_id",
             "region_shape_attributes", "region_attributes"]
        )  # fmt: skip
        for image in range(IMAGES):
            for region in range(REGIONS_PER_IMAGE):
                x, y = chance.randrange(100, WIDTH - 200), chance.randrange(100, HEIGHT - 200)
                if region % 3:
                    shape: dict[str, Any] = {"name": "rect", "x": x, "y": y, "width": 40, "height": 30}
                else:
                    xs = [x + chance.randrange(90) for _ in range(12)]
                    ys = [y + chance.randrange(90) for _ in range(12)]
                    shape = {"name": "polygon", "all_points_x": xs, "all_points_y": ys}
                kind = {"Abnormality": chance.choice(["hemorrhage", "exudate"])}
                cells = [json.dumps(shape), json.dumps(kind)]
                writer.writerow([f"eye_{image:05d}.jpg", -1, "{}", REGIONS_PER_IMAGE, region, *cells])


def _prepare(_: Path) -> int:
    """Make the database with the images' rows; their files are not needed."""
    from django.core.management import call_command

    from annotations.models import Exam, FundusImage, Patient
    from annotations.services.projects import ensure_default_project

    call_command("migrate", verbosity=0)
    project = ensure_default_project()
    patients = Patient.objects.bulk_create(
        Patient(project=project, code=f"P{number:05d}") for number in range(IMAGES)
    )
    exams = Exam.objects.bulk_create(Exam(patient=patient) for patient in patients)
    FundusImage.objects.bulk_create(
        FundusImage(
            project=project,
            exam=exam,
            source_name=f"eye_{number:05d}.jpg",
            upload_sha256=f"{number:064d}",
            sha256=f"{number:064d}",
            file="none",
            content_type="image/jpeg",
            size_bytes=1,
            width=WIDTH,
            height=HEIGHT,
        )
        for number, exam in enumerate(exams)
    )
    return 0


def _ours(table: Path) -> int:
    from django.db import transaction

    from annotations.models import Region
    from annotations.services.data_in.imports import open_import
    from annotations.services.data_in.writing import Writing
    from annotations.services.projects import ensure_default_project
    from annotations.services.via.run_via import run_via
    from annotations.states import ImportKind

    batch = open_import(project=ensure_default_project(), kind=ImportKind.VIA, by=None, started=True)
    writing = Writing(open_transaction=transaction.atomic, progress=lambda done, total, message: None)
    run_via(batch=batch, path=table, title=table.name, writing=writing)
    return Region.objects.count()


def _plain(table: Path) -> int:
    from django.db import transaction

    from annotations.models import FundusImage, LabelSet, LesionClass, Region

    classes = dict(LesionClass.objects.values_list("code", "pk"))
    codes = {"hemorrhage": classes["HE"], "exudate": classes["EX"]}
    with transaction.atomic():
        images = list(FundusImage.objects.only("pk", "project", "source_name"))
        made = LabelSet.objects.bulk_create(
            LabelSet(image=image, project_id=image.project_id, source="plain") for image in images
        )
        sets = {image.source_name: one for image, one in zip(images, made, strict=True)}
        waiting = []
        with table.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                shape = json.loads(row["region_shape_attributes"])
                kind = json.loads(row["region_attributes"])["Abnormality"]
                waiting.append(
                    Region(
                        label_set=sets[row["filename"]],
                        lesion_class_id=codes[kind],
                        shape=shape.pop("name"),
                        geometry=shape,
                        created_in=1,
                    )
                )
                if len(waiting) >= PLAIN_BATCH:
                    Region.objects.bulk_create(waiting)
                    waiting = []
        Region.objects.bulk_create(waiting)
    return Region.objects.count()


if __name__ == "__main__":
    main()
