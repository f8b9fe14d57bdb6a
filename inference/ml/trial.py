"""One trial of a search: a training that ends with its last epoch, for only its validation figures count."""

from typing import Any

from inference.ml.events import Emit
from inference.ml.requests import TrainRequest
from inference.ml.training import train


class _Trained(Exception):
    """The network is trained; what would follow is export, test images and the epochs on all images."""


def run_trial(request: TrainRequest, *, emit: Emit) -> None:
    """Train as `train` does, from the newest checkpoint where there is one, and stop before the export.

    Emits the same events, and `done` at the end; no model is made and no test image is scored. A trial that
    is resumed tells the epoch it goes on from again: the last attempt may have died with its figures, or told
    those of a state that is lost. Raises as `train` does.
    """

    def tell(event: dict[str, Any]) -> None:
        if event["event"] == "exporting":
            raise _Trained
        emit(event)
        if event["event"] == "resumed":
            emit(event["record"])

    try:
        train(request, emit=tell)
    except _Trained:
        emit({"event": "done"})
