"""Our segmenter beside the study's, segmentation_models_pytorch and MONAI: same folds, steps and pixels.

Each learns from the same images with as many steps of as many pixels, and is scored on the held-out fold in
one grid, a field of view of 1024 px: AUPR inside it, pooled over images, and Dice at the threshold that was
best on validation images. Every training runs in a process of its own. IDRiD's segmentation images from
../shared/data where they are, else phantoms, on which figures say nothing of patients.

`python tests/bench/comparison.py` spends most of its time on the study's preset, which
`--only ours smp monai` leaves out. The full comparison is `--folds 3 --seeds 3 --steps 1190 --pixels 524288`:
not for two cores.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from imaging.mask_codec import encode_mask  # noqa: E402
from imaging.phantom import draw_phantom  # noqa: E402
from inference.ml.data import prepare  # noqa: E402
from inference.ml.evaluate import (  # noqa: E402
    Histograms,
    add_histograms,
    dice_thresholds,
    folder_items,
    segmentation_report,
)
from inference.ml.manifest import Item  # noqa: E402
from inference.ml.metrics import threshold_level  # noqa: E402
from inference.ml.split import place  # noqa: E402
from tests.bench._contenders import CONTENDERS, Assignment, Trained  # noqa: E402

IDRID = ROOT.parent / "shared/data/idrid/segmentation"
CLASSES = ("HE", "EX", "SE", "MA")
GRID_PX = 1024
FOLDS, ONE_VALIDATES_OF = 3, 6  # a third is held out; of the others every sixth image chooses thresholds
DEAL = 1  # the seed that deals patients to folds
PHANTOMS = 24
HEADER = ("contender", "AUPR EX", "HE", "SE", "MA", "Dice EX", "training", "AUPR EX / ours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One fold held out, one seed."""

    assignment: Assignment
    validation: tuple[Item, ...]
    test: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One contender in one round: scores by class on the held-out images."""

    aupr: dict[str, float]
    dice: dict[str, float]
    seconds: float
    how: str


def main() -> None:
    """Train and score every contender in every round, and print a row for each."""
    chosen = _options()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in a training: threads that wait sleep
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # tells of each try to fetch weights
    with tempfile.TemporaryDirectory() as folder:
        data, what = chosen.data, str(chosen.data)
        if not (data / "images").is_dir():
            data, what = _phantoms(Path(folder)), f"{PHANTOMS} phantoms, for {data} is not there"
        rounds = list(_rounds(data, chosen, cache=Path(folder) / "prepared"))
        print(  # noqa: T201
            f"{what}: {len(rounds)} training(s) each of {chosen.steps} steps x {chosen.pixels:,} pixels, "
            f"{chosen.threads} threads",
            flush=True,
        )
        results = {name: _results(name, rounds) for name in chosen.only}
    print(_table(results))  # noqa: T201
    for name in set(results) - {"ours"}:
        if "ours" in results:
            ours, other = (_mean([one.aupr["EX"] for one in results[key]]) for key in ("ours", name))
            print(  # noqa: T201
                f"  AUPR of exudates, more is better: ours {ours:.3f}, {CONTENDERS[name][0]} {other:.3f}, "
                f"ratio {ours / other:.2f}"
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=IDRID, help="folder with images/ and masks/")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--pixels", type=int, default=4 * 256**2, help="of one step, in multiples of 262144")
    parser.add_argument("--folds", type=int, default=1, choices=range(1, FOLDS + 1), help="held out in turn")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--only", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS))
    return parser.parse_args()


def _rounds(data: Path, chosen: argparse.Namespace, *, cache: Path) -> Iterator[Round]:
    """For each fold and seed who learns and who is held out, by patient."""
    items = folder_items(images=data / "images", masks=data / "masks", classes=CLASSES)
    patients = sorted({item.patient for item in items}, key=lambda patient: place(patient, seed=DEAL))
    for fold in range(chosen.folds):
        others = [patient for rank, patient in enumerate(patients) if rank % FOLDS != fold]
        validating = set(others[::ONE_VALIDATES_OF])
        learning = set(others) - validating
        for seed in range(1, chosen.seeds + 1):
            assignment = Assignment(
                train=_of(items, learning),
                classes=CLASSES,
                steps=chosen.steps,
                pixels=chosen.pixels,
                seed=seed,
                threads=chosen.threads,
                cache=cache,
            )
            test = _of(items, set(patients) - set(others))
            yield Round(assignment=assignment, validation=_of(items, validating), test=test)


def _of(items: Sequence[Item], patients: set[str]) -> tuple[Item, ...]:
    return tuple(item for item in items if item.patient in patients)


def _results(name: str, rounds: Sequence[Round]) -> list[Result]:
    """Every round of one contender, each in a new process: it alone loads that framework."""
    found = []
    for number, one in enumerate(rounds, start=1):
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
            result = process.submit(compete, name, one).result()
        scores = ", ".join(f"{code} {value:.3f}" for code, value in result.aupr.items())
        print(  # noqa: T201
            f"  {CONTENDERS[name][0]} ({result.how}), {number} of {len(rounds)}: AUPR {scores}; "
            f"{result.seconds:.0f} s",
            flush=True,
        )
        found.append(result)
    return found


def compete(name: str, one: Round) -> Result:
    """Train one contender and score it on the images held out."""
    _, contender = CONTENDERS[name]
    trained = contender(one.assignment)
    chosen = dice_thresholds(_histograms(trained, one.validation, one.assignment))
    levels = {code: threshold_level(how["value"]) for code, how in chosen.items()}
    found = _histograms(trained, one.test, one.assignment)
    report = segmentation_report(found, thresholds=levels, seed=one.assignment.seed)["classes"]
    return Result(
        aupr={code: _number(scores["aupr"]["value"]) for code, scores in report.items()},
        dice={code: _number(scores["dice"]["value"]) for code, scores in report.items()},
        seconds=trained.seconds,
        how=trained.how,
    )


def _histograms(trained: Trained, items: Sequence[Item], given: Assignment) -> Histograms:
    """Probabilities by truth in the common grid, whatever size the contender looks at."""
    how: dict[str, Any] = {"cache": given.cache, "threads": given.threads}
    truth = prepare(items, side=GRID_PX, classes=CLASSES, soft=True, **how)
    seen = truth if trained.side == GRID_PX else prepare(items, side=trained.side, classes=(), **how)
    histograms: Histograms = {code: [] for code in trained.classes}
    for row in range(len(items)):
        maps = trained.maps(seen.images[row], seen.inside[row])
        on_grid = [cv2.resize(one, (GRID_PX, GRID_PX), interpolation=cv2.INTER_LINEAR) for one in maps]
        add_histograms(histograms, np.stack(on_grid), truth, row)
    return histograms


def _table(results: dict[str, list[Result]]) -> str:
    """A row for each contender: means over its rounds, with least and most where there are several."""
    ours = _mean([one.aupr["EX"] for one in results["ours"]]) if "ours" in results else float("nan")
    rows = [HEADER]
    for name, found in results.items():
        exudates = _mean([one.aupr["EX"] for one in found])
        scores = [_spread([one.aupr.get(code) for one in found]) for code in ("EX", "HE", "SE", "MA")]
        dice = _spread([one.dice.get("EX") for one in found])
        seconds = f"{_mean([one.seconds for one in found]):.0f} s"
        rows.append((CONTENDERS[name][0], *scores, dice, seconds, f"{exudates / ours:.2f}"))  # type: ignore[arg-type]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _spread(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    several = f" ({min(known):.3f} to {max(known):.3f})" if len(known) > 1 else ""
    return f"{_mean(known):.3f}{several}"


def _mean(values: Sequence[float]) -> float:
    return statistics.fmean(values)


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def _phantoms(folder: Path) -> Path:
    """Synthetic photographs and their true masks in folders as IDRiD's."""
    images, masks = folder / "images", folder / "masks"
    images.mkdir()
    masks.mkdir()
    for number in range(PHANTOMS):
        phantom = draw_phantom(eye="OD", icdr_grade=3, seed=number)
        stem = f"phantom{number:02d}"
        cv2.imwrite(str(images / f"{stem}.png"), cv2.cvtColor(phantom.rgb, cv2.COLOR_RGB2BGR))
        for code in phantom.polygons:
            (masks / f"{stem}_{code}.png").write_bytes(encode_mask(phantom.mask(code)))
    return folder


if __name__ == "__main__":
    main()
