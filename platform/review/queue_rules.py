"""Which patients deserve a reviewer's eyes first, and why; pure, no database.

A contradiction comes before a doubt, a doubt before a clear call, and of all the others one in ten is picked
by a hash of the newest exam, so that a model that fails silently is found: another exam, another draw.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from inference.states import DecisionOutcome
from review.states import Why

NEAR = 0.1  # a probability this close to its threshold is a doubt
PICKED = 0.1  # of the patients without another reason
_SALT = "review-queue-2"


ORDER = {why: number for number, why in enumerate(Why)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """What is known of one image.

    Thresholds are those of the model that gave the probabilities; None where it says nothing.
    `specialist_dr`: what the newest accepted reading says; None where it says nothing.
    """

    outcome: DecisionOutcome
    exam: int = 0
    eye: str = ""  # OD, OS; empty: not known
    probability: float | None = None
    threshold: float | None = None
    referable_probability: float | None = None
    referable_threshold: float | None = None
    model_dr: bool | None = None
    specialist_dr: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a patient stands in the queue: reasons, the first of which decides, and what ranks within it.

    `of_eyes`: which eye has which reason; what is said of the patient as a whole is said of each eye.
    """

    whys: tuple[Why, ...]
    of_eyes: frozenset[tuple[str, Why]]
    probability: float  # the highest of DR in the patient's images; 0 where none is known
    threshold: float | None  # from which the model says DR in that image; so for referable DR
    referable_probability: float | None
    referable_threshold: float | None

    @property
    def rank(self) -> tuple[int, float]:
        """Smaller is earlier: by the first reason, then the more probable DR."""
        return ORDER[self.whys[0]], -self.probability


def place_of(images: Iterable[ImageFacts]) -> Place:
    """The place of a patient. `images`: every image, those without a prediction with the outcome pending."""
    seen = list(images)
    of_images = {(image.eye, why) for image in seen for why in _whys(image)}
    whys = {why for _, why in of_images}
    of_patient: set[Why] = set()
    if not whys and all(image.outcome == DecisionOutcome.PENDING for image in seen):
        of_patient = {Why.NOT_PREDICTED}
    elif is_incomplete(seen):
        of_patient = {Why.INCOMPLETE}
    elif not whys:
        of_patient = {Why.PICKED if is_picked(max(image.exam for image in seen)) else Why.OTHER}
    likeliest = max(seen, key=lambda image: image.probability or 0.0, default=None)
    referable = max(seen, key=lambda image: image.referable_probability or 0.0, default=None)
    return Place(
        whys=tuple(sorted(whys | of_patient, key=ORDER.__getitem__)),
        of_eyes=frozenset(of_images | {(image.eye, why) for image in seen for why in of_patient}),
        probability=(likeliest.probability if likeliest else None) or 0.0,
        threshold=likeliest.threshold if likeliest else None,
        referable_probability=referable.referable_probability if referable else None,
        referable_threshold=referable.referable_threshold if referable else None,
    )


def is_incomplete(images: Iterable[ImageFacts]) -> bool:
    """Whether an image was not read, or an exam lacks one of the eyes: nothing found is then no "no DR"."""
    eyes: dict[int, list[str]] = {}
    for image in images:
        if image.outcome == DecisionOutcome.PENDING:
            return True
        eyes.setdefault(image.exam, []).append(image.eye)
    return any(not {"OD", "OS"} <= set(seen) for seen in eyes.values())


def is_picked(exam: int) -> bool:
    """Whether an exam is one of the tenth that is picked by chance; always the same answer."""
    digest = hashlib.sha256(f"{_SALT}/{exam}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < PICKED


def _whys(image: ImageFacts) -> Iterable[Why]:
    if image.outcome == DecisionOutcome.UNGRADABLE:
        yield Why.UNGRADABLE
        return
    if image.outcome == DecisionOutcome.DISCORDANT:
        yield Why.CONTRADICTION
    if None not in (image.model_dr, image.specialist_dr) and image.model_dr != image.specialist_dr:
        yield Why.AGAINST_SPECIALIST
    if _near(image.probability, image.threshold):
        yield Why.UNCERTAIN
    if image.referable_probability is not None and image.referable_threshold is not None:
        if image.referable_probability >= image.referable_threshold:
            yield Why.REFERABLE
            return
        if _near(image.referable_probability, image.referable_threshold):
            yield Why.REFERABLE_UNCERTAIN
        if image.outcome == DecisionOutcome.DR:
            yield Why.DR
    elif image.outcome == DecisionOutcome.DR:
        yield Why.REFERABLE  # a model that says nothing of referable DR can't rule it out


def _near(probability: float | None, threshold: float | None) -> bool:
    return probability is not None and threshold is not None and abs(probability - threshold) <= NEAR
