"""Trains the tightener on a folder of true masks, and judges it by cross-validation over its images.

A network never judges an image that it was trained on: each fold has a network of its own, and the one for
use, trained on all images, is not the one that is measured.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from inference.ml.checkpoints import write_durably
from inference.ml.errors import InvalidSettings
from inference.ml.events import Emit
from inference.ml.tighten import TightenNetwork
from inference.ml.tighten_bench import Score, judge, summary
from inference.ml.tighten_data import examples_of, joined
from inference.ml.tighten_export import export_tightener
from inference.ml.tighten_fit import TightenSettings, fit
from inference.ml.tighten_folder import LabelledPhoto, folds_of, others, photos_of
from inference.ml.tighten_net import TightenNet

THRESHOLD = 0.42  # of every class; by cross-validation on IDRiD it hardly matters between 0.35 and 0.5
SAY_EVERY = 50  # steps


@dataclass(frozen=True, slots=True, kw_only=True)
class TightenRequest:
    """`data`: a folder with images/ and masks/; `out`: where the networks go; `attribution`: of the data."""

    data: Path
    out: Path
    folds: int = 5
    attribution: str = ""
    settings: TightenSettings


def tighten_request(content: Mapping[str, Any]) -> TightenRequest:
    """Check the settings of a training. Raises InvalidSettings."""
    known = {field.name for field in fields(TightenSettings)}
    own = {"data", "out", "folds", "attribution"}
    if unknown := sorted(set(content) - known - own):
        raise InvalidSettings(
            f"unknown: {', '.join(unknown)}", remedy=f"Known: {', '.join(sorted(known | own))}."
        )
    try:
        return TightenRequest(
            data=Path(content["data"]),
            out=Path(content["out"]),
            folds=int(content.get("folds", 5)),
            attribution=str(content.get("attribution", "")),
            settings=TightenSettings(**{name: content[name] for name in known & set(content)}),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise InvalidSettings(f"{problem}", remedy="Give data and out as folders.") from problem


def train_tightener(request: TightenRequest, emit: Emit) -> None:
    """Train and judge a network per fold, train one on everything, and write all of them with their card."""
    photos = photos_of(request.data)
    (request.out / "folds").mkdir(parents=True, exist_ok=True)
    folds = folds_of(photos, request.folds)
    scores: list[Score] = []
    for number, fold in enumerate(folds):
        onnx = train_on(list(others(folds, number)), request.settings, say=_sayer(emit, f"fold {number}"))
        write_durably(request.out / "folds" / f"{number}.onnx", onnx)
        scores += judge_fold(onnx, fold, emit)
    onnx = train_on(photos, request.settings, say=_sayer(emit, "all"))
    write_durably(request.out / "model.onnx", onnx)
    card = card_of(request, folds, scores)
    write_durably(request.out / "card.json", json.dumps(card, indent=1).encode() + b"\n")
    emit({"event": "done", "metrics": card["cross_validation"]})


def train_on(
    photos: Sequence[LabelledPhoto], settings: TightenSettings, *, say: Callable[[int, int, float], None]
) -> bytes:
    """A network trained on photographs, as ONNX."""
    random = np.random.default_rng(settings.seed)
    examples = joined([examples_of(*photo.read(), random) for photo in photos])
    network: TightenNet = fit(examples, settings, tell=say)
    return export_tightener(network)


def judge_fold(onnx: bytes, fold: Sequence[LabelledPhoto], emit: Emit) -> list[Score]:
    """The scores of a fold's photographs by a network that has seen none of them."""
    network = TightenNetwork(onnx, threshold=THRESHOLD)
    scores = []
    for photo in fold:
        scores += judge(photo, network)
        emit({"event": "image", "id": photo.path.stem})
    return scores


def card_of(
    request: TightenRequest, folds: Sequence[Sequence[LabelledPhoto]], scores: Sequence[Score]
) -> dict[str, Any]:
    """What the networks are, what they were trained on, and what cross-validation gave."""
    return {
        "task": "tighten",
        "architecture": "U-Net on 64 px windows with facts about the rectangle",
        "weights": "float16, 156,000",
        "threshold": THRESHOLD,
        "attribution": request.attribution,
        "settings": asdict(request.settings),
        "folds": [[photo.key for photo in fold] for fold in folds],
        "cross_validation": summary(scores),
    }


def _sayer(emit: Emit, what: str) -> Callable[[int, int, float], None]:
    def say(step: int, steps: int, seconds: float) -> None:
        if step % SAY_EVERY == 0 or step == steps:
            emit({"event": "step", "what": what, "step": step, "steps": steps, "seconds": round(seconds, 1)})

    return say
