"""Drafts of reviews: begun from the predictions of the day or from the version that stands, and dropped."""

from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import User
from annotations.models import Exam, FundusImage
from annotations.selectors import images_still_to_read
from annotations.services.corrections import drop_correction
from core.actions import Action
from core.errors import NotFound, NotPermitted
from core.services import audit
from inference.selectors.decisions import current_decisions
from review.errors import NotTheReviewer, ReadFirst, ReviewSigned, StaleReview
from review.models import DecisionMade, FindingVerdict, Review, ReviewedImage
from review.selectors.judged import judged_images
from review.selectors.visibility import newest_signed
from review.services.claims import check_not_anothers
from review.services.corrections import copy_correction
from review.states import ReviewState


@transaction.atomic
def open_review(*, exam: Exam, by: User) -> tuple[Review, bool]:
    """My draft for the exam, or a new one; and whether it is new.

    A new draft judges the predictions that count today. Where a version was signed, it takes over what was
    said there of findings that are still the same, and will replace it. Raises NotPermitted; ReadFirst while
    the person has an image of the exam to read; ClaimedByAnother while another reviewer sits on the patient.
    """
    _check_reviewer(by)
    _check_read(exam, by)
    check_not_anothers(patient=exam.patient, by=by)
    mine = Review.objects.filter(exam=exam, reviewer=by, state=ReviewState.DRAFT)
    if there := mine.first():
        return there, False
    before = newest_signed(exam)
    try:
        with transaction.atomic():
            review = Review.objects.create(exam=exam, reviewer=by, replaces=before)
    except IntegrityError:  # another tab was first
        return mine.get(), False
    images = list(FundusImage.objects.filter(exam=exam).order_by("pk"))
    decisions = current_decisions(image.pk for image in images)
    ReviewedImage.objects.bulk_create(
        ReviewedImage(review=review, image=image, decision=decisions.get(image.pk)) for image in images
    )
    if before is not None:
        _take_over(review, before, by=by)
    after = {"exam": exam.pk, "replaces": before.pk if before else None}
    audit.record(actor=by, action="review.open", obj=review, after=after)
    return review, True


@transaction.atomic
def discard_review(*, review: Review, by: User) -> None:
    """Drop a draft with everything said in it. Raises NotFound, NotTheReviewer, ReviewSigned."""
    review = locked_draft(review, by)
    told = {"exam": review.exam_id, "revision": review.revision, "verdicts": review.verdicts.count()}
    audit.record(actor=by, action="review.discard", obj=review, before=told)
    corrections = [row.correction for row in review.images.select_related("correction") if row.correction]
    review.delete()
    for label_set in corrections:
        drop_correction(label_set=label_set, by=by)


def check_draft(review: Review, by: User) -> None:
    """Raise NotTheReviewer, NotPermitted or ReviewSigned unless this person may change the review."""
    _check_reviewer(by)
    if review.state == ReviewState.SIGNED:
        raise ReviewSigned("This version is signed and never changes.", remedy="Begin a new version.")
    if review.reviewer_id != by.pk:
        raise NotTheReviewer("This draft is another reviewer's.", remedy="Begin a review of your own.")


def locked_draft(review: Review, by: User) -> Review:
    """The draft as it is now, held until the transaction ends. Raises NotFound, and as `check_draft` does."""
    now = Review.objects.select_for_update().filter(pk=review.pk).first()
    if now is None:
        raise NotFound("This draft was discarded.", remedy="Begin a new review.")
    check_draft(now, by)
    return now


def take_revision(review: Review, *, base_revision: int) -> None:
    """Count one save by a conditional UPDATE. Raises StaleReview when it was based on an earlier one."""
    of_base = Review.objects.filter(pk=review.pk, revision=base_revision, state=ReviewState.DRAFT)
    if not of_base.update(revision=F("revision") + 1):
        review.refresh_from_db()
        raise StaleReview(
            f"This review was saved elsewhere meanwhile; it is at revision {review.revision} now.",
            remedy="Load it again; what you said last is shown and can be said once more.",
            detail={"current_revision": review.revision},
        )
    review.refresh_from_db()


def _check_reviewer(by: User) -> None:
    if not by.can(Action.REVIEW):
        raise NotPermitted("Your roles do not include reviewing.", remedy="Ask a reviewer.")


def _check_read(exam: Exam, by: User) -> None:
    if images_still_to_read(by).filter(exam=exam).exists():
        raise ReadFirst(
            "You have still to read an image of this exam: until then you don't see what others said of it.",
            remedy="Hand your reading in, or leave the review to another reviewer.",
        )


def _take_over(review: Review, before: Review, *, by: User) -> None:
    """Copy what the signed version said: verdicts, overrides, text, and corrections with their outlines."""
    same = {row.image_id: row for row in review.images.select_related("decision")}
    still = {row.decision.segmenter_id for row in same.values() if row.decision and row.decision.segmenter_id}
    FindingVerdict.objects.bulk_create(
        FindingVerdict(
            review=review, finding=one.finding, verdict=one.verdict, reason=one.reason, note=one.note
        )
        for one in before.verdicts.select_related("finding").filter(finding__prediction__in=still)
    )
    DecisionMade.objects.bulk_create(
        DecisionMade(
            review=review,
            scope=one.scope,
            image_id=one.image_id,
            eye=one.eye,
            proposed=one.proposed,
            outcome=one.outcome,
            reason=one.reason,
        )
        for one in before.decisions.all()
        if one.image_id is None or one.image_id in same
    )
    Review.objects.filter(pk=review.pk).update(urgency=before.urgency, conclusion=before.conclusion)
    review.refresh_from_db()
    for judged in judged_images(before):
        row, earlier = same.get(judged.image.pk), judged.reviewed.correction
        if row is None or earlier is None:
            continue
        regions = [*judged.added]
        if judged.segmenter and judged.segmenter.pk in still:
            regions += [one.drawn for one in judged.findings if one.drawn]
        copy_correction(row=row, earlier=earlier, regions=regions, by=by)
