"""Counts what models say, prediction by prediction, each once."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Max

from inference.models import DatasetItem, ModelVersion, Prediction, ScoreCount, ScoresCounted
from inference.scores import scores_of
from inference.selectors.unseen_images import dataset_of
from inference.states import Split

Key = tuple[datetime.date, str, bool]  # week, score, held out
AT_ONCE = 2_000


def count_scores() -> int:
    """Count all predictions that were not counted yet; returns how many. May be called at any time."""
    said = Prediction.objects.order_by().values("model").annotate(images=Count("pk"), newest=Max("pk"))
    counted = {row.model_id: row for row in ScoresCounted.objects.all()}
    behind = [
        row["model"]
        for row in said
        if row["model"] not in counted
        or (counted[row["model"]].predictions, counted[row["model"]].newest) != (row["images"], row["newest"])
    ]
    return sum(_count_model(model) for model in ModelVersion.objects.filter(pk__in=behind).order_by("pk"))


@transaction.atomic
def _count_model(model: ModelVersion) -> int:
    """Go on from the last prediction that was counted; from the first where one came in between late."""
    ModelVersion.objects.select_for_update().get(pk=model.pk)
    done, _ = ScoresCounted.objects.get_or_create(model=model)
    predictions = Prediction.objects.filter(model=model)
    before = predictions.filter(pk__lte=done.newest).count()
    if before != done.predictions or not before:
        ScoreCount.objects.filter(model=model).delete()
        done.predictions, done.newest = 0, 0
    counts = {
        (row.week, row.score, row.held_out): row.counts for row in ScoreCount.objects.filter(model=model)
    }
    number = 0
    for pk, places in _places(model, after=done.newest):
        number, done.newest = number + 1, pk
        for key, bins, place in places:
            counts.setdefault(key, [0] * bins)[place] += 1
    _write(model, counts)
    done.predictions += number
    done.save()
    return number


def _places(model: ModelVersion, *, after: int) -> Iterator[tuple[int, list[tuple[Key, int, int]]]]:
    """Each prediction after one, with the bins it falls into; none for images that count nowhere.

    Those are images that can't be graded, and those the model learned from: a network is surer of what it has
    learned than of anything new. Validation images set its thresholds and no weights, so they are held out.
    """
    scores = scores_of(task=model.task, card=model.card)
    own = _own_images(model)
    learned = set(Split) if model.card.get("trained_on_all") else {Split.TRAIN}
    rows = Prediction.objects.filter(model=model, pk__gt=after).order_by("pk")
    columns = ("pk", "image", "created_at", "gradable", "outputs")
    for pk, image, at, gradable, outputs in rows.values_list(*columns).iterator(chunk_size=AT_ONCE):
        split = own.get(image)
        if not gradable or split in learned:
            yield pk, []
            continue
        week = at.date() - datetime.timedelta(days=at.weekday())
        told = ((score, score.place_in(outputs)) for score in scores)
        yield (
            pk,
            [
                ((week, score.code, split is not None), score.bins, place)
                for score, place in told
                if place is not None
            ],
        )


def _own_images(model: ModelVersion) -> dict[int, str]:
    """Images of the dataset that a model was trained on, with their split."""
    dataset = dataset_of(model)
    if dataset is None:
        return {}
    return dict(DatasetItem.objects.filter(dataset=dataset).values_list("image", "split"))


def _write(model: ModelVersion, counts: Mapping[Key, Any]) -> None:
    rows: Iterable[ScoreCount] = (
        ScoreCount(model=model, week=week, score=score, held_out=held_out, counts=places)
        for (week, score, held_out), places in counts.items()
    )
    ScoreCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["model", "week", "score", "held_out"],
        update_fields=["counts"],
    )
