"""Mask building against the plain way: PIL.ImageDraw.polygon and a PNG save of the same shapes.

Uses IDRiD's polygons where ../shared/data has them, else made-up lesions of the same number and size.
Both sides run in turns in one process; run it with `python tests/bench/mask_building.py`.
"""

from __future__ import annotations

import csv
import io
import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from imaging.mask_codec import encode_mask  # noqa: E402
from imaging.masks import rasterize  # noqa: E402
from imaging.shapes import Polygon  # noqa: E402

VIA_POLYGONS = ROOT.parent / "shared/data/idrid/segmentation/via_polygons.csv"
WIDTH, HEIGHT = 4288, 2848
ROUNDS = 5


def main() -> None:
    """Print the medians of both sides and their ratio."""
    groups, source = _idrid_polygons(), "IDRiD's VIA polygons"
    if groups is None:
        groups, source = _made_up_polygons(), "made-up polygons"
    ours, plain = [], []
    for _ in range(ROUNDS):
        ours.append(_seconds(_build, groups))
        plain.append(_seconds(_build_plainly, groups))
    ratio = statistics.median(own / theirs for own, theirs in zip(ours, plain, strict=True))
    shapes = sum(map(len, groups))
    print(  # noqa: T201
        f"mask building, {len(groups)} masks of {WIDTH}x{HEIGHT}, {shapes} shapes ({source}), "
        f"{ROUNDS} rounds\n"
        f"  ours {statistics.median(ours):.2f} s, PIL.ImageDraw + PNG save {statistics.median(plain):.2f} s, "
        f"ratio {ratio:.2f} (aim <= 2)"
    )


def _build(groups: list[list[Polygon]]) -> int:
    return sum(len(encode_mask(rasterize(group, height=HEIGHT, width=WIDTH))) for group in groups)


def _build_plainly(groups: list[list[Polygon]]) -> int:
    size = 0
    for group in groups:
        mask = Image.new("1", (WIDTH, HEIGHT))
        draw = ImageDraw.Draw(mask)
        for polygon in group:
            draw.polygon(polygon.points, fill=1, outline=1)
        stream = io.BytesIO()
        mask.save(stream, "PNG")
        size += stream.tell()
    return size


def _seconds(build: object, groups: list[list[Polygon]]) -> float:
    assert callable(build)
    started = time.perf_counter()
    build(groups)
    return time.perf_counter() - started


def _idrid_polygons() -> list[list[Polygon]] | None:
    """One list per image and class; None where the file is absent."""
    if not VIA_POLYGONS.exists():
        return None
    groups: dict[tuple[str, str], list[Polygon]] = defaultdict(list)
    with VIA_POLYGONS.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            shape = json.loads(row["region_shape_attributes"])
            points = tuple(zip(shape["all_points_x"], shape["all_points_y"], strict=True))
            groups[row["filename"], row["region_attributes"]].append(Polygon(points))
    return list(groups.values())


def _made_up_polygons() -> list[list[Polygon]]:
    random = np.random.default_rng(1)
    return [[_blob(random) for _ in range(85)] for _ in range(107)]


def _blob(random: np.random.Generator) -> Polygon:
    center, radius = random.uniform((400, 100), (3900, 2700)), random.gamma(2, 12) + 3
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    radii = radius * random.uniform(0.7, 1.3, 24)
    points = center + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    return Polygon(tuple((float(x), float(y)) for x, y in np.rint(points)))


if __name__ == "__main__":
    main()
