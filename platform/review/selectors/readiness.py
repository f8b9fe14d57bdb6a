"""What still stands between a draft and a signature."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotations.models import FundusImage
from inference.decision_words import EYE_NAMES
from inference.states import DecisionOutcome
from review.models import Review
from review.selectors.judged import JudgedImage
from review.selectors.proposals import Proposal, Proposals, forbidden_no_dr
from review.states import Scope, Urgency

UNANSWERED = {  # of such an exam the patient learns nothing yet
    DecisionOutcome.INCOMPLETE: "An incomplete exam",
    DecisionOutcome.UNGRADABLE: "An exam that can't be graded",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to do before signing, and what it is about."""

    code: str
    message: str
    image: int | None = None
    eye: str | None = None


def problems_of(review: Review, images: Sequence[JudgedImage], proposals: Proposals) -> list[Problem]:
    """Everything that is still open, in the order in which to do it; empty: the review can be signed."""
    problems = _of_exam(review, images)
    for judged in images:
        place = _place(judged)
        if judged.correction_waits:
            told = f"{place}: what was drawn in the reading room is not in the verdicts yet."
            problems.append(Problem(code="correction_waits", message=told, image=judged.image.pk))
        unjudged = sum(one.is_open for one in judged.findings)
        if unjudged:
            findings = "1 finding has" if unjudged == 1 else f"{unjudged} findings have"
            told = f"{place}: {findings} no verdict."
            problems.append(Problem(code="findings_open", message=told, image=judged.image.pk))
    for proposal in (*proposals.images, *proposals.eyes):
        problems += _of_decision(proposal)
    problems += _of_patient(review, proposals)
    problems += _against_the_rules(proposals)
    return problems


def _against_the_rules(proposals: Proposals) -> list[Problem]:
    """Each "no DR" that was allowed when it was said and can't stand any more."""
    called = [one for one in (*proposals.eyes, proposals.patient) if one.outcome == DecisionOutcome.NO_DR]
    return [
        Problem(
            code="no_dr_forbidden",
            message=f"{_named(one)} can't be called no DR: {why} Decide again.",
            eye=one.eye or None,
        )
        for one in called
        if (why := forbidden_no_dr(one, proposals))
    ]


def _of_exam(review: Review, images: Sequence[JudgedImage]) -> list[Problem]:
    """Images that came to the exam, or left it, since the draft was begun: nobody judged these."""
    now = set(FundusImage.objects.filter(exam=review.exam_id).values_list("pk", flat=True))
    if now == {judged.image.pk for judged in images}:
        return []
    told = "The images of this exam changed after this review was begun: discard it and begin anew."
    return [Problem(code="images_changed", message=told)]


def _of_decision(proposal: Proposal) -> list[Problem]:
    name = _named(proposal)
    if not proposal.settled:
        code, told = "undecided", f"{name} is {proposal.outcome.label}: decide it."
    elif proposal.out_of_date:
        code, told = (
            "proposal_changed",
            f"{name}: the rules propose {proposal.proposed.label} now; decide again.",
        )
    else:
        return []
    return [Problem(code=code, message=told, image=proposal.image, eye=proposal.side or proposal.eye)]


def _of_patient(review: Review, proposals: Proposals) -> list[Problem]:
    patient = proposals.patient
    problems = []
    if patient.made is None:
        problems.append(Problem(code="patient_undecided", message="Decide for the patient."))
    elif patient.out_of_date:
        told = f"The rules propose {patient.proposed.label} for the patient now; decide again."
        problems.append(Problem(code="proposal_changed", message=told))
    if not review.urgency:
        problems.append(Problem(code="no_urgency", message="Say how urgent the referral is."))
    elif review.urgency == Urgency.NONE and patient.outcome in UNANSWERED and not review.conclusion.strip():
        told = "is repeated or referred: it can't end without either. Say in the text which."
        told = f"{UNANSWERED[patient.outcome]} {told}"
        problems.append(Problem(code="incomplete_unanswered", message=told))
    return problems


def _named(proposal: Proposal) -> str:
    """`The image`, `Right eye (OD)`, `The patient`."""
    if proposal.scope == Scope.EYE:
        return _sentence(EYE_NAMES[proposal.eye])
    return "The image" if proposal.scope == Scope.IMAGE else "The patient"


def _place(judged: JudgedImage) -> str:
    return _sentence(EYE_NAMES[judged.image.eye])


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
