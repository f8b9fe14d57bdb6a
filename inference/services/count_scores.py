"""Counts what models say, prediction by prediction, each once.

In batches, each committed, so that a count of many predictions can stop and go on. Until it is through,
a model's figures are those of its oldest predictions alone.
"""

import datetime
import math
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max

from core.weeks import monday_of
from inference.models import DatasetItem, ModelVersion, Prediction, ScoreCount, ScoresCounted
from inference.scores import scores_of
from inference.selectors.unseen_images import dataset_of
from inference.states import Split

Key = tuple[datetime.date, str, bool]  # week, score, held out
Place = tuple[Key, int, int]  # what is counted, how many bins it has, the bin
AT_ONCE = 2_000


class Counted(NamedTuple):
    """How many predictions were counted, and whether none were left when the time was up."""

    predictions: int
    is_through: bool


def count_scores(*, within_s: float = math.inf) -> Counted:
    """Count predictions that were not counted yet, a batch at least; may be called at any time.

    Stops once `within_s` seconds have passed; the next call goes on.
    """
    until = time.monotonic() + within_s
    number = 0
    for model in ModelVersion.objects.filter(pk__in=_behind()).order_by("pk"):
        for batch in _count_model(model):
            number += batch
            if time.monotonic() >= until:
                return Counted(number, is_through=False)
    return Counted(number, is_through=True)


def _behind() -> list[str]:
    """Models some of whose predictions are not counted, or no longer there."""
    said = Prediction.objects.order_by().values("model").annotate(images=Count("pk"), newest=Max("pk"))
    counted = {row.model_id: row for row in ScoresCounted.objects.all()}
    return [
        row["model"]
        for row in said
        if row["model"] not in counted
        or (counted[row["model"]].predictions, counted[row["model"]].newest) != (row["images"], row["newest"])
    ]


def _count_model(model: ModelVersion) -> Iterator[int]:
    """Go on from the last prediction that was counted; gives the size of each batch once it is committed."""
    _start_over_if_late(model)
    own = _own_images(model)
    while number := _count_batch(model, own):
        yield number


@transaction.atomic
def _start_over_if_late(model: ModelVersion) -> None:
    """Have a model counted from its first prediction where one came in between late, or went."""
    done = _locked(model)
    before = Prediction.objects.filter(model=model, pk__lte=done.newest).count()
    if before != done.predictions or not before:
        ScoreCount.objects.filter(model=model).delete()
        done.predictions, done.newest = 0, 0
        done.save()


@transaction.atomic
def _count_batch(model: ModelVersion, own: Mapping[int, str]) -> int:
    """Count the next AT_ONCE predictions; returns how many there were."""
    done = _locked(model)
    batch = list(_places(model, own, after=done.newest))
    if batch:
        _add(model, [place for _, places in batch for place in places])
        done.predictions += len(batch)
        done.newest, _ = batch[-1]
        done.save()
    return len(batch)


def _locked(model: ModelVersion) -> ScoresCounted:
    """How far a model is counted; nobody else counts it until the transaction ends."""
    ModelVersion.objects.select_for_update().get(pk=model.pk)
    done, _ = ScoresCounted.objects.get_or_create(model=model)
    return done


def _places(model: ModelVersion, own: Mapping[int, str], *, after: int) -> Iterator[tuple[int, list[Place]]]:
    """The next AT_ONCE predictions, with the bins each falls into; none for images that count nowhere.

    Those are images that can't be graded, and those the model learned from: a network is surer of what it has
    learned than of anything new. Validation images set its thresholds and no weights, so they are held out.
    """
    scores = scores_of(task=model.task, card=model.card)
    learned = set(Split) if model.card.get("trained_on_all") else {Split.TRAIN}
    rows = Prediction.objects.filter(model=model, pk__gt=after).order_by("pk")
    columns = ("pk", "image", "created_at", "gradable", "outputs")
    for pk, image, at, gradable, outputs in rows.values_list(*columns)[:AT_ONCE]:
        split = own.get(image)
        if not gradable or split in learned:
            yield pk, []
            continue
        week = monday_of(at.date())
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


def _add(model: ModelVersion, places: Sequence[Place]) -> None:
    """Add one to each bin that is told, as often as it is."""
    counts = _counts_of(model, weeks={week for (week, _, _), _, _ in places})
    for key, bins, place in places:
        counts.setdefault(key, [0] * bins)[place] += 1
    rows: Iterable[ScoreCount] = (
        ScoreCount(model=model, week=week, score=score, held_out=held_out, counts=counted)
        for (week, score, held_out), counted in counts.items()
    )
    ScoreCount.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["model", "week", "score", "held_out"],
        update_fields=["counts"],
    )


def _counts_of(model: ModelVersion, *, weeks: Collection[datetime.date]) -> dict[Key, list[int]]:
    rows = ScoreCount.objects.filter(model=model, week__in=weeks)
    return {(row.week, row.score, row.held_out): row.counts for row in rows}
