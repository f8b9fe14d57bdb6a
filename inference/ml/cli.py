"""`python -m inference.ml COMMAND --settings FILE [--stdin-lifeline]`; the commands stand at the end.

Events are JSON lines on standard output, logs go to standard error. Exit status: 0 done, 2 refused
(settings, data or model), 1 crashed, 3 standard input closed, 143 terminated. Events: `preparing` (done,
total), `started`, `resumed`, `step`, `epoch`, `exporting`, `scoring` (done,
total), `image`, `done`, `error` (code, message, remedy).
"""

import argparse
import json
import logging
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from imaging.errors import ImagingError
from inference.ml.checkpoints import write_durably
from inference.ml.engine import Segmenter
from inference.ml.errors import MlError
from inference.ml.evaluate import evaluate_folder
from inference.ml.events import Emit, claim_stdout, exit_on_terminate, exit_with_parent, finite, with_memory
from inference.ml.lesion_finder import load_classifier, needed_from
from inference.ml.model_store import load_model
from inference.ml.predict import Predictor, predict_images
from inference.ml.requests import evaluate_request, predict_request, read_settings, train_request
from inference.ml.training import train
from inference.ml.trial import run_trial

REFUSED, CRASHED = 2, 1
LOGGED = ("started", "resumed", "epoch", "exporting", "done")
logger = logging.getLogger("training")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parser = argparse.ArgumentParser(prog="python -m inference.ml", description=__doc__)
    parser.add_argument("command", choices=sorted(COMMANDS))
    parser.add_argument(
        "--settings", type=Path, required=True, help="JSON file, see inference/ml/requests.py"
    )
    parser.add_argument("--stdin-lifeline", action="store_true", help="exit when standard input closes")
    chosen = parser.parse_args(arguments)
    emit = claim_stdout()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("onnx_ir").setLevel(logging.WARNING)  # tells of every constant it merges
    exit_on_terminate()
    if chosen.stdin_lifeline:
        exit_with_parent()
    try:
        COMMANDS[chosen.command](read_settings(chosen.settings), emit)
    except (MlError, ImagingError) as refusal:
        emit({"event": "error", "code": refusal.code, "message": refusal.message, "remedy": refusal.remedy})
        return REFUSED
    except Exception as crash:
        traceback.print_exc()
        emit(
            {
                "event": "error",
                "code": "crashed",
                "message": f"{type(crash).__name__}: {crash}",
                "remedy": "Start the job again; if it fails the same way, report it with the worker's log.",
            }
        )
        return CRASHED
    return 0


def _train(content: dict[str, Any], emit: Emit) -> None:
    train(train_request(content), emit=_logged(emit))


def _trial(content: dict[str, Any], emit: Emit) -> None:
    run_trial(train_request(content), emit=_logged(emit))


def _logged(emit: Emit) -> Emit:
    """The same, with memory in each step event and the events that matter in the log."""

    def tell(event: dict[str, Any]) -> None:
        if event["event"] in LOGGED:
            logger.info("%s", _in_words(event))
        emit(event)

    return with_memory(tell)


def _in_words(event: dict[str, Any]) -> str:
    """One line of the log: the event's name and its short facts."""
    facts = {**event, **(event.get("metrics") or {})}
    shown = {
        name: f"{value:.4g}" if isinstance(value, float) else value
        for name, value in facts.items()
        if name != "event" and isinstance(value, str | int | float)
    }
    return " ".join([str(event["event"]), *(f"{name}={value}" for name, value in shown.items())])


def _predict(content: dict[str, Any], emit: Emit) -> None:
    request = predict_request(content)
    predictor = Predictor.load(
        classifier=request.classifier,
        segmenter=request.segmenter,
        classifier_id=request.classifier_id,
        segmenter_id=request.segmenter_id,
        needed=needed_from(request.lesion_finder),
        threads=request.threads,
    )
    count = 0
    for event in predict_images(predictor, request.images, out_dir=request.out_dir):
        emit(event)
        count += 1
    emit({"event": "done", "images": count})


def _evaluate(content: dict[str, Any], emit: Emit) -> None:
    request = evaluate_request(content)
    segmenter = Segmenter(load_model(request.model, expected_id=request.model_id), threads=request.threads)
    metrics = evaluate_folder(
        segmenter, images=request.images, masks=request.masks, seed=request.seed, threads=request.threads
    )
    if request.out is not None:
        write_durably(request.out, json.dumps(finite(metrics), indent=1).encode())
    emit({"event": "done", "model": segmenter.id, "metrics": metrics})


def _export_check(content: dict[str, Any], emit: Emit) -> None:
    """Check a model folder: its id where given, and that it loads and runs once.

    A classifier that reads findings needs its segmenter's folder as `lesion_finder`.
    """
    folder = Path(str(content.get("model", "")))
    stored = load_model(folder, expected_id=content.get("model_id"))
    is_classifier = stored.card["task"] == "classifier"
    finder = Path(str(content["lesion_finder"])) if content.get("lesion_finder") else None
    Predictor(
        classifier=load_classifier(stored, needed=needed_from(finder)) if is_classifier else None,
        segmenter=None if is_classifier else Segmenter(stored),
    ).try_once()
    emit(
        {"event": "done", "model_dir": str(folder), "model": stored.id, "metrics": stored.card.get("metrics")}
    )


def _tighten(content: dict[str, Any], emit: Emit) -> None:
    """Train the tightener anew: settings `data`, `out` and those of TightenSettings."""
    from inference.ml.tighten_train import tighten_request, train_tightener  # loads torch

    train_tightener(tighten_request(content), emit)


COMMANDS: dict[str, Callable[[dict[str, Any], Emit], None]] = {
    "train": _train,
    "trial": _trial,
    "predict": _predict,
    "evaluate": _evaluate,
    "export-check": _export_check,
    "tighten": _tighten,
}
