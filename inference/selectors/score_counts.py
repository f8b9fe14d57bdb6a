"""How the scores of model versions are spread, as inference.services.count_scores has counted them."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from inference.models import ModelVersion, ScoreCount
from inference.scores import scores_of


@dataclass(slots=True, kw_only=True)
class ScoreCounts:
    """Images of a model by bin of one score: by week (its Monday) those new to the model, and those of its
    own dataset that were held out of training.
    """

    weeks: dict[datetime.date, list[int]] = field(default_factory=dict)
    held_out: list[int]


def score_counts(models: Sequence[ModelVersion]) -> dict[tuple[str, str], ScoreCounts]:
    """By model and code of the score. One query, however many models and predictions."""
    counts = {
        (model.pk, score.code): ScoreCounts(held_out=[0] * score.bins)
        for model in models
        for score in scores_of(task=model.task, card=model.card)
    }
    rows = ScoreCount.objects.filter(model__in=[model.pk for model in models])
    for name, code, week, held_out, places in rows.values_list(
        "model", "score", "week", "held_out", "counts"
    ):
        counted = counts.get((name, code))
        if counted is None:
            continue
        if held_out:
            counted.held_out = [one + other for one, other in zip(counted.held_out, places, strict=True)]
        else:
            counted.weeks[week] = places
    return counts
