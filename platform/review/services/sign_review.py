"""The signature: a person who has just proved who they are, what they sign, and a hash that binds it."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.selectors.identity import ConfirmBy
from accounts.services.identity import IdentityProof, confirm_identity
from annotations.models import LabelSet
from annotations.services.corrections import accept_correction, drop_correction
from annotations.states import CORRECTION, DrStatus, Gradability, LabelSetState
from core.one_person import one_person_site
from core.services import audit
from inference.states import DecisionOutcome
from review.errors import ChangedMeanwhile, NotReadyToSign, OwnLabels, SignedMeanwhile
from review.models import Review, ReviewedImage, Signature
from review.selectors.judged import JudgedImage, judged_images
from review.selectors.proposals import Proposal, Proposals, proposals_of
from review.selectors.readiness import problems_of
from review.selectors.visibility import newest_signed
from review.services.canonical import canonical_json, sha256_of_text
from review.services.corrections import prepare_correction
from review.services.document import MEANING, signed_document
from review.services.reviews import check_draft, take_revision
from review.services.seen import sha256_of_seen
from review.services.tallies import tally_review
from review.states import ReviewState


def sign_review(
    *, review: Review, by: User, proof: IdentityProof, address: str, base_revision: int, seen: str
) -> Signature:
    """Sign a draft, with who one is proved once more; corrections are accepted by it.

    `seen` is the hash of what the person was shown (`sha256_of_seen`). Raises Unconfirmed, WrongCredentials,
    WrongCode or TooManyAttempts (failures are counted as at sign-in), NotTheReviewer, ReviewSigned,
    StaleReview, SignedMeanwhile, OwnLabels, NotReadyToSign, ChangedMeanwhile.
    """
    check_draft(review, by)
    confirmed_by = confirm_identity(user=by, proof=proof, address=address)
    try:
        return _sign(review=review, by=by, confirmed_by=confirmed_by, base_revision=base_revision, seen=seen)
    except IntegrityError as error:  # two signed at the same moment: the version number is unique
        raise _meanwhile() from error


@transaction.atomic
def _sign(*, review: Review, by: User, confirmed_by: ConfirmBy, base_revision: int, seen: str) -> Signature:
    take_revision(review, base_revision=base_revision)
    before = newest_signed(review.exam)
    if (before.pk if before else None) != review.replaces_id:
        raise _meanwhile()
    own = labels_of_signer(review, by)
    if own and not one_person_site():
        raise OwnLabels(
            "You labelled an image of this exam, so another reviewer signs it.",
            remedy="Ask another reviewer. A site with one person can set ONE_PERSON_SITE.",
        )
    _hold_corrections(review)
    images = judged_images(review)
    proposals = proposals_of(review, images)
    if problems := problems_of(review, images, proposals):
        raise NotReadyToSign(
            " ".join(problem.message for problem in problems),
            remedy="Do what is still open, then sign.",
            detail={"problems": [problem.code for problem in problems]},
        )
    if seen != sha256_of_seen(review, images, proposals, labelled_by_signer=own):
        raise ChangedMeanwhile(
            "Something that this review rests on changed after it was shown to you, so it is not signed.",
            remedy="Look at it as it is now, then sign.",
        )
    version = before.version + 1 if before else 1
    _settle_corrections(review, images, proposals, by=by, version=version)
    at = timezone.now()
    document = signed_document(
        review=review,
        version=version,
        images=judged_images(review, with_outlines=True),
        proposals=proposals,
        by=by,
        at=at,
        labelled_by_signer=own,
    )
    text = canonical_json(document)
    signature = Signature.objects.create(
        review=review, signed_by=by, signed_at=at, document=text, sha256=sha256_of_text(text)
    )
    Review.objects.filter(pk=review.pk).update(state=ReviewState.SIGNED, version=version)
    review.refresh_from_db()
    tally_review(signature)
    after = {**(_named(review) or {}), "confirmed_by": confirmed_by.value, "one_person_site": own}
    audit.record(actor=by, action="review.sign", obj=review, before=_named(before), after=after)
    return signature


def _hold_corrections(review: Review) -> None:
    """Nobody draws on while the signature is set: what is checked here is what gets signed."""
    corrections = review.images.filter(correction__isnull=False).values("correction")
    list(LabelSet.objects.select_for_update().filter(pk__in=corrections).order_by("pk"))


def labels_of_signer(review: Review, by: User) -> bool:
    """Whether this person read one of the review's images, or settled what its readers disagreed on."""
    labelled = LabelSet.objects.filter(author=by).exclude(state=LabelSetState.DRAFT)
    own = labelled.exclude(source__startswith=CORRECTION)
    return own.filter(image__in=review.images.values("image")).exists()


def _named(review: Review | None) -> dict[str, Any] | None:
    if review is None:
        return None
    signature = Signature.objects.get(review=review)
    return {"version": review.version, "sha256": signature.sha256, "meaning": MEANING}


def _meanwhile() -> SignedMeanwhile:
    return SignedMeanwhile(
        "Another version of this review was signed after you began yours.",
        remedy="Look at it; discard this draft and begin again from the signed one.",
    )


def _settle_corrections(
    review: Review, images: list[JudgedImage], proposals: Proposals, *, by: User, version: int
) -> None:
    """Accept a correction of each image that was corrected, now or in the version before; drop the others."""
    corrected_before = _corrected_in(review.replaces)
    for judged, proposal in zip(images, proposals.images, strict=True):
        row = judged.reviewed
        if judged.is_corrected or not proposal.agreed or judged.image.pk in corrected_before:
            label_set = prepare_correction(review=review, image_id=judged.image.pk, by=by)
            accept_correction(
                label_set=label_set,
                by=by,
                answers=_answers(proposal),
                looked_for=sorted(judged.labelled_classes.intersection(judged.looked_for)),
                signed=f"the signature of version {version} of the review of exam {review.exam_id}",
            )
        elif row.correction is not None:
            unchanged, row.correction = row.correction, None
            row.save(update_fields=["correction"])
            drop_correction(label_set=unchanged, by=by)


def _corrected_in(before: Review | None) -> set[int]:
    if before is None:
        return set()
    rows = ReviewedImage.objects.filter(review=before, correction__isnull=False)
    return set(rows.values_list("image_id", flat=True))


def _answers(proposal: Proposal) -> dict[str, str]:
    """What the decision for an image says as a reading."""
    status = {DecisionOutcome.DR: DrStatus.DR, DecisionOutcome.NO_DR: DrStatus.NO_DR}
    readable = proposal.outcome in status
    return {
        "dr_status": status.get(proposal.outcome, DrStatus.NOT_READ),
        "gradability": Gradability.GRADABLE if readable else Gradability.UNGRADABLE,
    }
