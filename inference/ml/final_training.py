"""The last epochs on every image: scores come from a twin that had not seen the test images.

A held-out fold costs images that the model could have learned from. So a recipe may go on, once it is
scored: from the scored network's weights, for some epochs more, with the held-out images among the others.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from inference.ml.architectures.base import FitJob, Fitted
from inference.ml.data import Prepared
from inference.ml.events import Emit
from inference.ml.scoring import Folds
from inference.ml.settings import FinalTraining, Settings
from inference.ml.split import FOLDS

PACE = 0.5  # of the learning rate: enough to take new images in, too little to forget the others


def final_epochs(settings: Settings) -> int:
    """How many epochs on all images these settings ask for; 0 where the network can't go on."""
    return settings.final_epochs if isinstance(settings, FinalTraining) else 0


def final_job(job: FitJob, *, scored: Fitted, folds: Folds) -> FitJob:
    """The job that goes on from a scored network, on the images of all folds."""
    settings = replace(
        job.settings, epochs=job.settings.final_epochs, learning_rate=PACE * job.settings.learning_rate
    )
    return replace(
        job,
        settings=settings,
        train=_joined([folds[fold] for fold in FOLDS]),
        validation=folds["train"].rows([]),
        seed=job.seed + 1,  # other crops than the first time
        start=scored.weights,
    )


def _joined(parts: list[Prepared]) -> Prepared:
    """All images of the parts."""
    joined: dict[str, Any] = {}
    for field in fields(Prepared):
        values = [getattr(part, field.name) for part in parts]
        joined[field.name] = None if values[0] is None else np.concatenate(values)
    return Prepared(**joined)


def numbered(emit: Emit, *, before: int, total: int) -> Emit:
    """The same as `emit`, for a training that follows `before` epochs of a run that has `total`."""

    def tell(event: dict[str, Any]) -> None:
        later = {"epoch": event["epoch"] + before} if "epoch" in event else {}
        of = {"epochs": total} if "epochs" in event else {}
        emit({**event, **later, **of})

    return tell


def history_of_both(first: list[dict[str, Any]], last: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The epochs of both trainings, numbered through."""
    return [*first, *({**record, "epoch": record["epoch"] + len(first)} for record in last)]
