"""Going to the reading room and coming back, each in one transaction of its own."""

from django.db import transaction

from accounts.models import User
from annotations.models import LabelSet
from review.models import Review
from review.selectors.judged import judged_images
from review.services.corrections import prepare_correction, take_corrections
from review.services.reviews import check_draft, locked_draft, take_revision


@transaction.atomic
def start_correction(*, review: Review, image_id: int, by: User) -> LabelSet:
    """The correction of an image, in line with the verdicts, to be drawn on.

    What was drawn there and not taken over yet becomes verdicts first.
    Raises NotFound, NotTheReviewer, ReviewSigned, UnknownPart.
    """
    review = locked_draft(review, by)
    if any(judged.correction_waits for judged in judged_images(review)):
        take_revision(review, base_revision=review.revision)
        take_corrections(review=review, by=by)
    return prepare_correction(review=review, image_id=image_id, by=by)


@transaction.atomic
def take_drawn(*, review: Review, by: User, base_revision: int) -> int:
    """Turn what was drawn into verdicts; gives how many changed.

    Raises NotTheReviewer, ReviewSigned, StaleReview.
    """
    check_draft(review, by)
    take_revision(review, base_revision=base_revision)
    return take_corrections(review=review, by=by)
