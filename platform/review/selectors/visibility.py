"""What a person may see of reviews. Every view starts from one of these querysets."""

from django.db.models import Q, QuerySet

from accounts.models import User
from annotations.models import Exam
from annotations.selectors import images_for
from core.actions import Action
from review.models import Review
from review.states import ReviewState


def exams_to_review(user: User) -> QuerySet[Exam]:
    """Exams of which the person may see every image, if they look at reviews at all; patient joined."""
    if not (user.can(Action.REVIEW) or user.can(Action.JUDGE_LABELS)):
        return Exam.objects.none()
    seen = images_for(user).order_by().values("exam")
    return Exam.objects.filter(pk__in=seen).select_related("patient__project")


def reviews_for(user: User) -> QuerySet[Review]:
    """Signed reviews of those exams, and the person's own drafts; nobody sees another's draft."""
    exams = exams_to_review(user).values("pk")
    mine = Q(reviewer=user) | Q(state=ReviewState.SIGNED)
    reviews = Review.objects.filter(mine, exam__in=exams)
    return reviews.select_related("exam__patient__project", "reviewer", "replaces", "signature")


def newest_signed(exam: Exam) -> Review | None:
    """The version of an exam's review that stands; None when nobody has signed one."""
    signed = Review.objects.filter(exam=exam, state=ReviewState.SIGNED)
    return signed.select_related("signature").order_by("-version").first()
