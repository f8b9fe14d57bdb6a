"""What a person may see of reviews. Every view starts from one of these querysets."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from accounts.models import User
from annotations.models import Exam, FundusImage
from annotations.selectors import images_for, images_still_to_read
from core.actions import Action
from review.models import Review, ReviewedImage
from review.states import ReviewState


def exams_to_review(user: User) -> QuerySet[Exam]:
    """Exams of which the person may see every image, if they look at reviews at all; patient joined."""
    if not (user.can(Action.REVIEW) or user.can(Action.JUDGE_LABELS)):
        return Exam.objects.none()
    seen = images_for(user).order_by().values("exam")
    return Exam.objects.filter(pk__in=seen).select_related("patient__project")


def reviews_for(user: User) -> QuerySet[Review]:
    """Signed reviews of those exams, and the person's own drafts; nobody sees another's draft.

    A review stays within reach by the images it judges, wherever these were moved since. Whoever has still to
    read one of its images does not see what another reviewer said of it.
    """
    if not (user.can(Action.REVIEW) or user.can(Action.JUDGE_LABELS)):
        return Review.objects.none()
    judged = ReviewedImage.objects.filter(review=OuterRef("pk"))
    reachable = Q(exam__in=exams_to_review(user).values("pk"))
    reachable |= Q(Exists(judged.filter(image__in=images_for(user).order_by().values("pk"))))
    return _told_to(user).filter(reachable)


def reviews_of(user: User, exam: Exam) -> QuerySet[Review]:
    """Those of an exam, and signed ones of another exam that judge images which belong to this one now.

    `exam` is of exams_to_review: every image of it, and so every one of these reviews, is within reach.
    """
    judged = ReviewedImage.objects.filter(image__exam=exam)
    signed = Q(pk__in=judged.values("review"), state=ReviewState.SIGNED)
    told = _told_to(user).defer("signature__document")
    return told.filter(Q(exam=exam) | signed).order_by("-pk")


def _told_to(user: User) -> QuerySet[Review]:
    """Reviews that are no secret to this person, wherever their exams are."""
    shown = Q(state=ReviewState.SIGNED)
    if Action.LABEL in user.actions:  # by role: a token without the scope makes nobody less blind
        judged = ReviewedImage.objects.filter(review=OuterRef("pk"))
        shown &= ~Q(Exists(judged.filter(image__in=images_still_to_read(user).order_by().values("pk"))))
    reviews = Review.objects.filter(Q(reviewer=user) | shown)
    return reviews.select_related("exam__patient__project", "reviewer", "replaces", "signature")


def images_moved_since(review: Review) -> QuerySet[FundusImage]:
    """Images of a review that belong to another exam by now; who may see the review may know."""
    judged = review.images.exclude(image__exam=F("review__exam")).values("image")
    return FundusImage.objects.filter(pk__in=judged).select_related("exam__patient").order_by("pk")


def newest_signed(exam: Exam) -> Review | None:
    """The version of an exam's review that stands; None when nobody has signed one."""
    signed = Review.objects.filter(exam=exam, state=ReviewState.SIGNED)
    return signed.select_related("signature").order_by("-version").first()
