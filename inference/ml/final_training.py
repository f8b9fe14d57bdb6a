"""The last training on every image: scores come from a twin that had not seen the test images.

A held-out fold costs images that the model could have learned from. So the recipe is run twice: on the
training fold, for honest scores and thresholds, then anew on all images, for the weights that are used.
"""

from dataclasses import fields
from typing import Any

import numpy as np

from inference.ml.architectures import architecture_of
from inference.ml.data import Prepared
from inference.ml.events import Emit
from inference.ml.scoring import Folds
from inference.ml.settings import Settings
from inference.ml.split import FOLDS


def trains_twice(settings: Settings) -> bool:
    """Whether these settings ask for a training on all images here; asked before anything is trained."""
    if settings.final_on_all == "on_gpu":
        return architecture_of(settings).gpu() is not None
    return settings.final_on_all == "always"


def all_and_none(folds: Folds) -> Folds:
    """Every prepared image as training fold, nothing to validate or test with."""
    parts = [folds[fold] for fold in FOLDS]
    nothing = _of_each([folds["train"]], rows=0)
    return {"train": _of_each(parts, rows=None), "validation": nothing, "test": nothing}


def _of_each(parts: list[Prepared], *, rows: int | None) -> Prepared:
    """The first `rows` (None: all) of each part, put together."""
    joined: dict[str, Any] = {}
    for field in fields(Prepared):
        values = [getattr(part, field.name) for part in parts]
        joined[field.name] = None if values[0] is None else np.concatenate([value[:rows] for value in values])
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
