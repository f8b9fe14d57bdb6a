"""Tightening rectangles of a photograph of 4288x2848 whose pixels were decoded before, as the web keeps them.

Run it with `python tests/bench/tighten.py`. The limits are the product's own: 300 ms for one rectangle, 3 s
for 500. Reading the request and writing the answer come on top: some milliseconds.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from imaging.arrays import RgbImage  # noqa: E402
from imaging.phantom import draw_phantom  # noqa: E402
from imaging.shapes import Rect  # noqa: E402
from inference.ml.tighten import TightenNetwork, tighten  # noqa: E402

WIDTH, HEIGHT, COUNT, ROUNDS = 4288, 2848, 500, 5
ONE_LIMIT_MS, MANY_LIMIT_MS = 300, 3_000


def main() -> None:
    """Print the medians beside the limits."""
    network = TightenNetwork.load()
    way = "contrast only: no network is kept" if network is None else "network"
    print(f"tightening on {WIDTH}x{HEIGHT}, {way}, {ROUNDS} rounds")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pixels.npy"
        np.save(path, _photograph())
        rgb = np.asarray(np.load(path, mmap_mode="r"))
        random = np.random.default_rng(1)
        rectangles = [(_rectangle(random), str(random.choice(["HE", "EX"]))) for _ in range(COUNT)]
        for what, asked, limit in (
            ("one rectangle", rectangles[:1], ONE_LIMIT_MS),
            (f"{COUNT} rectangles", rectangles, MANY_LIMIT_MS),
        ):
            spent = statistics.median(_ms(rgb, asked, network) for _ in range(ROUNDS))
            ratio = spent / limit
            print(  # noqa: T201
                f"  {what}: ours {spent:.0f} ms, limit {limit:,} ms, ratio {ratio:.2f} (aim <= 1)"
            )


def _ms(rgb: RgbImage, asked: Sequence[tuple[Rect, str]], network: TightenNetwork | None) -> float:
    began = time.perf_counter()
    tighten(rgb, asked, network)
    return 1000 * (time.perf_counter() - began)


def _photograph() -> RgbImage:
    """A phantom, enlarged, in the middle of a black frame."""
    phantom = draw_phantom(eye="OD", icdr_grade=3, seed=1).rgb
    large = cv2.resize(phantom, (HEIGHT, HEIGHT), interpolation=cv2.INTER_CUBIC)
    left = (WIDTH - HEIGHT) // 2
    return np.asarray(cv2.copyMakeBorder(large, 0, 0, left, left, cv2.BORDER_CONSTANT), np.uint8)


def _rectangle(random: np.random.Generator) -> Rect:
    """Of the sizes that IDRiD's lesions have: 6 to 150 px, half of them below 25."""
    width, height = np.exp(random.normal(3.1, 0.8, 2)).clip(6, 300).round().tolist()
    x, y = random.uniform(1000, 3200), random.uniform(300, 2500)
    return Rect(round(x), round(y), width, height)


if __name__ == "__main__":
    main()
