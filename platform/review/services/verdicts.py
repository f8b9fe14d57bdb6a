"""Saving what a reviewer says: verdicts on findings, decisions, urgency and conclusion, as one delta."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from core.services import audit
from inference.states import DecisionOutcome
from review.errors import NotDecidable, ReasonMissing, UnknownPart
from review.models import DecisionMade, FindingVerdict, Review
from review.selectors.judged import JudgedFinding, JudgedImage, judged_images
from review.selectors.proposals import Proposal, Proposals, forbidden_no_dr, proposals_of
from review.services.reviews import check_draft, take_revision
from review.states import SETTLED, Scope, Verdict, VerdictReason

MOST_NAMED = 200  # findings that an audit event names; of more it tells how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A verdict on one finding; an empty one takes back what was said."""

    finding: int
    verdict: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidOfAll:
    """One verdict on all findings of a class (and of one image, if named) that have none yet.

    Without a class: on all that need one, so on none whose class the project does not label.
    """

    verdict: str
    lesion_class: str = ""
    image: int | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision for an image, an eye or the patient; an empty outcome takes it back."""

    scope: str
    outcome: str
    image: int | None = None
    eye: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewChanges:
    """One save; None leaves what was said before."""

    verdicts: Sequence[Said] = field(default_factory=tuple)
    all_of: Sequence[SaidOfAll] = field(default_factory=tuple)
    decisions: Sequence[Decided] = field(default_factory=tuple)
    urgency: str | None = None
    conclusion: str | None = None


@transaction.atomic
def save_review(*, review: Review, by: User, base_revision: int, changes: ReviewChanges) -> Review:
    """Apply a delta as the next revision.

    Raises NotTheReviewer, ReviewSigned, StaleReview, UnknownPart, ReasonMissing, NotDecidable; then nothing
    of it is kept.
    """
    check_draft(review, by)
    take_revision(review, base_revision=base_revision)
    images = judged_images(review)
    said = [*_of_all(images, changes.all_of), *changes.verdicts]
    before = _write_verdicts(review, images, said)
    fields = {
        name: value
        for name, value in (("urgency", changes.urgency), ("conclusion", changes.conclusion))
        if value is not None
    }
    if fields:
        Review.objects.filter(pk=review.pk).update(**fields)
        review.refresh_from_db()
    if changes.decisions:
        _write_decisions(review, changes.decisions)
    audit.record(
        actor=by,
        action="review.save",
        obj=review,
        before={"verdicts": before} if before else None,
        after={
            "revision": review.revision,
            **_told(said),
            **({"decisions": [asdict(one) for one in changes.decisions]} if changes.decisions else {}),
            **fields,
        },
    )
    return review


def _of_all(images: list[JudgedImage], asked: Sequence[SaidOfAll]) -> list[Said]:
    return [
        Said(finding=one.finding.pk, verdict=all_of.verdict, reason=all_of.reason, note=all_of.note)
        for all_of in asked
        for judged in images
        if all_of.image in (None, judged.image.pk)
        for one in judged.findings
        if (
            one.is_open
            if not all_of.lesion_class
            else not one.verdict and all_of.lesion_class == one.finding.lesion_class
        )
    ]


def _write_verdicts(review: Review, images: list[JudgedImage], said: list[Said]) -> dict[str, str]:
    """Replace the verdicts; gives what those findings had before, where they are few enough to name."""
    if not said:
        return {}
    known: dict[int, JudgedFinding] = {one.finding.pk: one for judged in images for one in judged.findings}
    last = {one.finding: one for one in said}
    for one in last.values():
        _check_verdict(one, known)
    before = {str(pk): known[pk].verdict for pk in last if known[pk].verdict}
    spoken = [pk for pk in last if known[pk].said]  # few: what is said of all has no verdict yet
    review.verdicts.filter(finding__in=spoken).delete()
    FindingVerdict.objects.bulk_create(
        FindingVerdict(
            review=review, finding_id=one.finding, verdict=one.verdict, reason=one.reason, note=one.note
        )
        for one in last.values()
        if one.verdict
    )
    return before if len(before) <= MOST_NAMED else {}


def _check_verdict(one: Said, known: dict[int, JudgedFinding]) -> None:
    found = known.get(one.finding)
    if found is None:
        raise UnknownPart(f"This review has no finding {one.finding}.", remedy="Load the review again.")
    if one.verdict == Verdict.EDIT and found.verdict != Verdict.EDIT:
        raise NotDecidable(
            "A finding becomes edited by drawing it anew.", remedy="Open the image in the reading room."
        )
    if one.verdict != Verdict.REJECT:
        return
    if not one.reason:
        raise ReasonMissing("Say why a finding is rejected.", remedy="Choose a reason.")
    if one.reason == VerdictReason.OTHER and not one.note.strip():
        raise ReasonMissing("Say in words why a finding is rejected.", remedy="Write the reason down.")


def _write_decisions(review: Review, decisions: Sequence[Decided]) -> None:
    """Images first, then eyes, then the patient: what was decided below counts for what is proposed above."""
    order = list(Scope)
    for one in sorted(decisions, key=lambda one: order.index(Scope(one.scope))):
        scope = Scope(one.scope)
        proposals = proposals_of(review, judged_images(review))
        proposal = proposals.of(
            scope=scope,
            image=one.image if scope == Scope.IMAGE else None,
            eye=one.eye if scope == Scope.EYE else "",
        )
        if proposal is None:
            raise UnknownPart("This review has no such image or eye.", remedy="Load the review again.")
        if proposal.made is not None:
            proposal.made.delete()
        follows = one.outcome == proposal.proposed and scope != Scope.PATIENT
        if not one.outcome or follows:
            continue
        _check_decision(one, proposal, proposals)
        DecisionMade.objects.create(
            review=review,
            scope=scope,
            image_id=proposal.image,
            eye=proposal.eye,
            proposed=proposal.proposed,
            outcome=one.outcome,
            reason=one.reason,
        )


def _check_decision(one: Decided, proposal: Proposal, proposals: Proposals) -> None:
    if one.outcome not in SETTLED[proposal.scope]:
        choices = ", ".join(outcome.label for outcome in SETTLED[proposal.scope])
        raise NotDecidable("This is no answer of a reviewer.", remedy=f"Use one of: {choices}.")
    if one.outcome != proposal.proposed and not one.reason.strip():
        raise ReasonMissing("Say why you decide otherwise than the rules.", remedy="Write the reason down.")
    forbidden = forbidden_no_dr(proposal, proposals)
    if one.outcome == DecisionOutcome.NO_DR and forbidden:
        raise NotDecidable(f"This can't be called no DR: {forbidden}", remedy="Decide below it first.")


def _told(said: list[Said]) -> dict[str, Any]:
    """The verdicts for the audit log: each by its finding, or how many where they are many."""
    if not said:
        return {}
    if len(said) <= MOST_NAMED:
        return {"verdicts": [asdict(one) for one in said]}
    counts: dict[str, int] = {}
    for one in said:
        counts[one.verdict] = counts.get(one.verdict, 0) + 1
    return {"verdict_counts": counts}
