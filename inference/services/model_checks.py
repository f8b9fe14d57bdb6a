"""Checks a model folder that comes from elsewhere before it is taken in.

Only commands import this module: it loads ONNX Runtime.
"""

from pathlib import Path
from typing import Any

import onnx

from inference.errors import MlRefusal, refusals_of_ml
from inference.ml.lesion_finder import NO_OTHERS, Needed
from inference.ml.model_store import CARD_FILE, MODEL_FILE, StoredModel, load_model
from inference.ml.predict import Predictor
from inference.states import ModelTask


def check_model_folder(folder: Path, *, needed: Needed = NO_OTHERS) -> str:
    """The id of the model version in a folder, after reading its card, its graph and one trial prediction.

    `needed`: folders of the segmenters whose findings it may read, by id. Raises MlRefusal: missing_file,
    bad_card, bad_onnx, wrong_task, missing_dependency.
    """
    with refusals_of_ml():
        stored = load_model(folder)
    if stored.card["task"] not in ModelTask.values:
        raise MlRefusal(
            f"{folder / CARD_FILE} names the task {stored.card['task']!r}, which is unknown here.",
            code="wrong_task",
            remedy=f"Known tasks: {', '.join(ModelTask.values)}.",
        )
    _check_graph(folder, stored)
    _try(folder, stored, needed=needed)
    return stored.id


def _check_graph(folder: Path, stored: StoredModel) -> None:
    """A valid graph, whole in one file: weights in a second file would not be covered by the id."""
    try:
        graph = onnx.load_model_from_string(stored.onnx)
        outside = [tensor.name for tensor in graph.graph.initializer if tensor.data_location]
        onnx.checker.check_model(stored.onnx)
    except Exception as error:  # protobuf and the checker raise many kinds; all mean the same here
        raise _bad_onnx(folder, error) from error
    if outside:
        raise _bad_onnx(folder, f"its weights lie in another file ({outside[0]})")


def _try(folder: Path, stored: StoredModel, *, needed: Needed) -> None:
    """One prediction of a plain picture: input, outputs and thresholds fit together."""
    paths: dict[str, Any] = {stored.card["task"]: folder}
    try:
        with refusals_of_ml():
            Predictor.load(**paths, needed=needed).try_once()
    except MlRefusal:
        raise
    except Exception as error:  # a card that does not fit its graph fails in many ways
        raise _bad_onnx(folder, error) from error


def _bad_onnx(folder: Path, why: object) -> MlRefusal:
    reason = str(why).strip().splitlines()[0][:300] if str(why).strip() else type(why).__name__
    return MlRefusal(
        f"{folder / MODEL_FILE} is not a usable model: {reason}",
        code="bad_onnx",
        remedy="Export the model again as one ONNX file, with a card that describes its input and outputs.",
    )
