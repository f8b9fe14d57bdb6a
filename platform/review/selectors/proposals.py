"""What the rules propose for each image, eye and the patient of a review, and what the reviewer made of it.

The proposals follow the verdicts: a rejected finding speaks for nothing any more, an added one speaks. What
was decided for an image counts for its eye, what was decided for an eye counts for the patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from annotations.models import QualityJudgement
from annotations.selectors.quality import standing_judgements
from inference.decision_rules import (
    EyeVerdict,
    ImageVerdict,
    Reading,
    Reason,
    decide_image,
    decide_patient,
)
from inference.selectors.readings import reading_of
from inference.states import DecisionOutcome, ModelTask
from review.models import DecisionMade, Review
from review.selectors.judged import JudgedImage
from review.states import SETTLED, Scope

EYES = ("OD", "OS", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the rules propose for one image (`image`), eye (`eye`) or the patient, and the decision on it.

    `side`: which eye an image shows. `made`: what the reviewer said of it, None where the rules stand.
    """

    scope: Scope
    proposed: DecisionOutcome
    reasons: tuple[Reason, ...]
    image: int | None = None
    eye: str = ""
    side: str = ""
    probability: float | None = None
    made: DecisionMade | None = None

    @property
    def outcome(self) -> DecisionOutcome:
        """What stands now."""
        return DecisionOutcome(self.made.outcome) if self.made else self.proposed

    @property
    def agreed(self) -> bool:
        """Whether what stands is what the rules propose."""
        return self.outcome == self.proposed

    @property
    def out_of_date(self) -> bool:
        """Whether the rules propose something else now than when the reviewer decided."""
        return self.made is not None and self.made.proposed != self.proposed

    @property
    def settled(self) -> bool:
        """Whether a signature may stand under it."""
        return self.outcome in SETTLED[self.scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """All of one review."""

    images: tuple[Proposal, ...]
    eyes: tuple[Proposal, ...]
    patient: Proposal

    def all(self) -> tuple[Proposal, ...]:
        """Images, eyes, the patient."""
        return (*self.images, *self.eyes, self.patient)

    def of(self, *, scope: Scope, image: int | None = None, eye: str = "") -> Proposal | None:
        """The one that is about this; None when the review has no such image or eye."""
        found = (one for one in self.all() if (one.scope, one.image, one.eye) == (scope, image, eye))
        return next(found, None)


def proposals_of(review: Review, images: Sequence[JudgedImage]) -> Proposals:
    """The proposals for a review as it stands. Two queries."""
    made = {(one.scope, one.image_id, one.eye): one for one in review.decisions.all()}
    judgements = standing_judgements(one.image.pk for one in images)
    verdicts, of_images = [], []
    for judged in images:
        verdict = _image_verdict(judged, judgements.get(judged.image.pk))
        proposal = Proposal(
            scope=Scope.IMAGE,
            image=judged.image.pk,
            side=judged.image.eye,
            proposed=verdict.outcome,
            reasons=verdict.reasons,
            probability=verdict.probability,
            made=made.get((Scope.IMAGE, judged.image.pk, "")),
        )
        of_images.append(proposal)
        verdicts.append(_decided(verdict, proposal))
    of_eyes = [_eye(eye, made.get((Scope.EYE, None, eye.eye))) for eye in decide_patient(verdicts).eyes]
    patient = decide_patient(_by_eyes(verdicts, of_eyes))
    return Proposals(
        images=tuple(of_images),
        eyes=tuple(of_eyes),
        patient=Proposal(
            scope=Scope.PATIENT,
            proposed=patient.outcome,
            reasons=patient.reasons,
            probability=patient.probability,
            made=made.get((Scope.PATIENT, None, "")),
        ),
    )


def forbidden_no_dr(proposal: Proposal, proposals: Proposals) -> str:
    """Why an eye or a patient can never be called "no DR" as things stand; empty when it can.

    An eye is never "no DR" when none of its images can be graded or one of them is DR; a patient only when
    both eyes were photographed and are free of it.
    """
    if proposal.scope == Scope.EYE:
        outcomes = {one.outcome for one in proposals.images if one.side == proposal.eye}
        if outcomes == {DecisionOutcome.UNGRADABLE}:
            return "none of its images can be graded."
        return "one of its images is DR." if DecisionOutcome.DR in outcomes else ""
    if proposal.scope == Scope.IMAGE:
        return ""
    eyes = {eye.eye: eye for eye in proposals.eyes}
    for side in EYES[:2]:
        if side not in eyes:
            return f"there is no image of {side}."
    for name, eye in eyes.items():
        if eye.outcome != DecisionOutcome.NO_DR:
            return f"{name or 'an eye of unknown side'} is {eye.outcome.label}."
    return ""


def _image_verdict(judged: JudgedImage, judgement: QualityJudgement | None) -> ImageVerdict:
    asked = {ModelTask.CLASSIFIER: judged.classifier, ModelTask.SEGMENTER: judged.segmenter}
    predictions = {task: prediction for task, prediction in asked.items() if prediction is not None}
    reading: Reading | None = reading_of(predictions, judgement)
    if reading is not None:
        reading = replace(reading, lesions=judged.lesions)
    return decide_image(reading, eye=judged.image.eye, image=judged.image.pk)


def _decided(verdict: ImageVerdict, proposal: Proposal) -> ImageVerdict:
    """The image's verdict as the reviewer settled it."""
    if proposal.agreed:
        return verdict
    told = Reason("reviewer_decided", f"The reviewer says: {proposal.outcome.label}.", image=verdict.image)
    return replace(verdict, outcome=proposal.outcome, probability=None, reasons=(told,))


def _eye(verdict: EyeVerdict, made: DecisionMade | None) -> Proposal:
    return Proposal(
        scope=Scope.EYE,
        eye=verdict.eye,
        proposed=verdict.outcome,
        reasons=verdict.reasons,
        probability=verdict.probability,
        made=made,
    )


def _by_eyes(verdicts: list[ImageVerdict], eyes: list[Proposal]) -> list[ImageVerdict]:
    """The images' verdicts, but for an eye that was decided otherwise: that decision alone."""
    overruled = {eye.eye: eye for eye in eyes if not eye.agreed}
    kept = [verdict for verdict in verdicts if verdict.eye not in overruled]
    for name, eye in overruled.items():
        told = Reason("reviewer_decided", f"The reviewer says: {eye.outcome.label}.")
        kept.append(ImageVerdict(outcome=eye.outcome, eye=name, reasons=(told,)))
    return kept
