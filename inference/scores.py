"""The scores that a model says of an image, and the bins in which they are counted; pure, no database."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from inference.decision_words import LESION_NAMES
from inference.states import ModelTask

TENTHS = 10  # a probability's bins: those of the card's reliability plot
# Where an area's bins begin, in % of the FOV; below the first: nothing, or a speck.
AREAS = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
PROBABILITIES = {"DR": "dr_probability", "REF": "referable_probability"}
_TITLES = {"DR": "Probability of DR", "REF": "Probability of referable DR"}


@dataclass(frozen=True, slots=True)
class Score:
    """A probability (DR, REF) or the area of a lesion class (its code)."""

    code: str

    @property
    def is_probability(self) -> bool:
        """Whether it is a classifier's."""
        return self.code in PROBABILITIES

    @property
    def title(self) -> str:
        """In words."""
        if self.is_probability:
            return _TITLES[self.code]
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

    def place_of(self, value: float) -> int:
        """The bin of a value."""
        if self.is_probability:
            return min(int(value * TENTHS), TENTHS - 1)
        return bisect_right(AREAS, value)

    def place_in(self, outputs: Mapping[str, Any]) -> int | None:
        """The bin that a prediction's outputs fall into; None where they don't say."""
        if self.is_probability:
            value = outputs.get(PROBABILITIES[self.code])
        else:
            value = ((outputs.get("lesions") or {}).get(self.code) or {}).get("area_fov_percent")
        return None if value is None else self.place_of(float(value))


def scores_of(*, task: str, card: Mapping[str, Any]) -> list[Score]:
    """What a model says of an image, as its card names it."""
    classes: Iterable[Any] = (card.get("output") or {}).get("classes") or ()
    if task == ModelTask.CLASSIFIER:
        return [Score(code) for code in PROBABILITIES if code in classes] or [Score("DR")]
    return [Score(str(code)) for code in classes]
