"""Which scores a model is held against: those of images that it was judged on and did not learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inference.models import ModelVersion
from inference.scores import Score
from inference.selectors.score_counts import ScoreCounts
from inference.states import ReferenceSource, Split

HELD_OUT = (Split.VALIDATION, Split.TEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreReference:
    """Images by bin, and where they come from; all 0 where nobody knows."""

    source: ReferenceSource
    counts: list[int]


def score_reference(*, model: ModelVersion, score: Score, counted: ScoreCounts) -> ScoreReference:
    """What today's scores are held against.

    A classifier's card keeps its probabilities on validation and test images, in tenths. Other scores are in
    no card: there what the model said here of the validation and test images of its own dataset counts.
    Training images never do: a network is surer of what it has learned than of anything new.
    """
    of_card = _of_card(model, score)
    if any(of_card):
        return ScoreReference(source=ReferenceSource.CARD, counts=of_card)
    if any(counted.held_out):
        return ScoreReference(source=ReferenceSource.DATASET, counts=counted.held_out)
    return ScoreReference(source=ReferenceSource.NONE, counts=[0] * score.bins)


def _of_card(model: ModelVersion, score: Score) -> list[int]:
    counts = [0] * score.bins
    if not score.is_probability:
        return counts
    metrics = model.card.get("metrics") or {}
    for fold in HELD_OUT:
        for one in _bins(metrics.get(fold.value) or {}, score):
            counts[score.place_of(float(one["probability"]))] += int(one["images"])
    return counts


def _bins(scored: Mapping[str, Any], score: Score) -> list[dict[str, Any]]:
    """The tenths of a fold's reliability plot; cards of other makers have none."""
    told = scored if score.code == "DR" else scored.get("referable") or {}
    return (told.get("reliability") or {}).get("bins") or []
