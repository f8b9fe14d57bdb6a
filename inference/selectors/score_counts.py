"""How the scores of model versions are spread: counted in the database, one query for each kind of score.

What was counted is kept until a model says something new, which each request asks in one query.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.db.models import (
    Case,
    Count,
    Expression,
    F,
    FloatField,
    IntegerField,
    Max,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast, Coalesce, Floor, Least, TruncWeek

from inference.decision_words import LESION_NAMES
from inference.models import DatasetItem, ModelVersion, Prediction
from inference.states import ModelTask, Split

KEPT_SECONDS = 3_600
TENTHS = 10  # a probability's bins: those of the card's reliability plot
AREAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # % of the FOV where bins begin; below: none or a speck
PROBABILITIES = {"DR": "dr_probability", "REF": "referable_probability"}
HELD_OUT = (Split.VALIDATION, Split.TEST)


@dataclass(frozen=True, slots=True)
class Score:
    """One number that a model says of each image: a probability, or the area of one lesion class."""

    code: str

    @property
    def is_probability(self) -> bool:
        """Whether it is a classifier's."""
        return self.code in PROBABILITIES

    @property
    def title(self) -> str:
        """In words."""
        if self.is_probability:
            return {"DR": "Probability of DR", "REF": "Probability of referable DR"}[self.code]
        return f"Area of {LESION_NAMES[self.code]}s" if self.code in LESION_NAMES else f"Area of {self.code}"

    @property
    def bins(self) -> int:
        """How many."""
        return TENTHS if self.is_probability else len(AREAS) + 1

    @property
    def ends(self) -> float | None:
        """Where the last bin ends; None: nowhere."""
        return 1.0 if self.is_probability else None

    def begins(self, place: int) -> float:
        """Where a bin begins: a probability, or % of the FOV."""
        if self.is_probability:
            return place / TENTHS
        return AREAS[place - 1] if place else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreCounts:
    """Images of a model by bin of one score: by week (its Monday) those new to the model, and those of its
    own dataset that were held out of training.
    """

    weeks: dict[datetime.date, list[int]] = field(default_factory=dict)
    held_out: list[int]


def scores_of(model: ModelVersion) -> list[Score]:
    """What a model says of an image, as its card names it."""
    classes: Iterable[Any] = (model.card.get("output") or {}).get("classes") or ()
    if model.task == ModelTask.CLASSIFIER:
        return [Score(code) for code in PROBABILITIES if code in classes] or [Score("DR")]
    return [Score(str(code)) for code in classes]


def score_counts(models: Sequence[ModelVersion]) -> dict[tuple[str, str], ScoreCounts]:
    """By model and score; images that a model was trained on count nowhere, nor do those it can't grade.

    A query for each kind of score, however many models and predictions, and one to know whether what was kept
    still stands.
    """
    asked = {model.pk: model for model in models}
    said = Prediction.objects.filter(model__in=asked).order_by("model").values("model")
    state = list(said.annotate(images=Count("pk"), newest=Max("pk")).values_list("model", "images", "newest"))
    key = f"score-counts/{sha256(''.join(sorted(asked)).encode()).hexdigest()}"
    kept: tuple[list[Any], dict[tuple[str, str], ScoreCounts]] | None = cache.get(key)
    if kept is None or kept[0] != state:
        kept = state, _counted(asked)
        cache.set(key, kept, KEPT_SECONDS)
    return kept[1]


def _counted(models: Mapping[str, ModelVersion]) -> dict[tuple[str, str], ScoreCounts]:
    says: dict[Score, list[str]] = {}
    for model in models.values():
        for score in scores_of(model):
            says.setdefault(score, []).append(model.pk)
    counts: dict[tuple[str, str], ScoreCounts] = {}
    for score, names in says.items():
        for name in names:
            counts[name, score.code] = ScoreCounts(held_out=[0] * score.bins)
        for name, split, week, place, images in _rows(score, names):
            into = counts[name, score.code]
            if split in HELD_OUT:
                into.held_out[place] += images
            elif split == "":
                into.weeks.setdefault(week.date(), [0] * score.bins)[place] += images
    return counts


def _rows(score: Score, models: list[str]) -> Iterable[tuple[str, str, datetime.datetime, int, int]]:
    """Model, split of its own dataset (empty: a new image), week, bin, images."""
    own = DatasetItem.objects.filter(image=OuterRef("image"), dataset__runs__model=OuterRef("model"))
    found = (
        Prediction.objects.filter(model__in=models, gradable=True)
        .annotate(said=_value(score))
        .exclude(said=None)
        .annotate(
            own_split=Coalesce(Subquery(own.values("split")[:1]), Value("")),
            week=TruncWeek("created_at"),
            place=_place(score),
        )
    )
    return (
        found.order_by()
        .values("model", "own_split", "week", "place")
        .annotate(images=Count("pk"))
        .values_list("model", "own_split", "week", "place", "images")
    )


def _value(score: Score) -> Expression:
    if score.is_probability:
        said = KeyTextTransform(PROBABILITIES[score.code], "outputs")
    else:
        lesions = KeyTransform(score.code, KeyTransform("lesions", "outputs"))
        said = KeyTextTransform("area_fov_percent", lesions)
    return Cast(said, FloatField())


def _place(score: Score) -> Expression:
    """The bin of `said`."""
    if score.is_probability:
        tenth = Cast(Floor(F("said") * TENTHS), IntegerField())
        return Least(tenth, Value(TENTHS - 1))
    begins = reversed(list(enumerate(AREAS, start=1)))
    return Case(
        *(When(Q(said__gte=area), then=Value(place)) for place, area in begins),
        default=Value(0),
        output_field=IntegerField(),
    )
