"""Reviews over HTTP."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.browser_session import address_of, proof_in, use_up_proof
from accounts.api.permissions import InTheBrowser
from accounts.api.requests import signed_in
from accounts.models import User
from annotations.api.lookups import one_of
from core.actions import Action
from core.api.requests import parse
from core.one_person import one_person_site
from core.permissions import requires
from inference.selectors.decisions import current_decisions
from review.api.inputs import BaseRevisionInput, CorrectionInput, ReviewChangesInput, SignInput
from review.api.outputs import CorrectionOutput, ReviewDetailOutput, ReviewOutput
from review.errors import ChangedMeanwhile, StaleReview
from review.models import Review
from review.selectors.judged import JudgedImage, judged_images
from review.selectors.proposals import proposals_of
from review.selectors.readiness import problems_of
from review.selectors.visibility import exams_to_review, images_moved_since, reviews_for, reviews_of
from review.services.correct_review import start_correction, take_drawn
from review.services.reviews import discard_review, open_review
from review.services.seen import sha256_of_seen
from review.services.sign_review import labels_of_signer, sign_review
from review.services.verdicts import Decided, ReviewChanges, Said, SaidOfAll, save_review
from review.states import ReviewState

SEES_REVIEWS = requires(Action.REVIEW, Action.JUDGE_LABELS)
REVIEWS = requires(Action.REVIEW)


class ExamReviewsView(generics.ListAPIView[Review]):
    """Versions of an exam's review, newest first: signed ones, and the person's own draft.

    Among them signed reviews of another exam (`exam` says which) that judged images which are here now.
    """

    serializer_class = ReviewOutput
    queryset = Review.objects.none()

    def get_permissions(self) -> list[BasePermission]:
        """Who judges labels reads; who reviews begins."""
        return [REVIEWS() if self.request.method == "POST" else SEES_REVIEWS()]

    def get_queryset(self) -> QuerySet[Review]:
        """Those of the exam."""
        user = signed_in(self.request)
        exam = one_of(exams_to_review(user), "exam", pk=self.kwargs["pk"])
        return reviews_of(user, exam)

    @extend_schema(request=None, responses={200: ReviewDetailOutput, 201: ReviewDetailOutput})
    def post(self, request: Request, pk: int) -> Response:
        """Open my draft: the one there is, or a new one (201) that will replace the version that stands.

        409 `claimed_by_another` while another reviewer sits on the patient.
        """
        user = signed_in(request)
        review, created = open_review(exam=one_of(exams_to_review(user), "exam", pk=pk), by=user)
        return Response(review_detail(request, review.pk), status=201 if created else 200)


class ReviewView(APIView):
    """One version."""

    def get_permissions(self) -> list[BasePermission]:
        """Who judges labels reads; who reviews discards."""
        return [REVIEWS() if self.request.method == "DELETE" else SEES_REVIEWS()]

    @extend_schema(responses=ReviewDetailOutput)
    def get(self, request: Request, pk: int) -> Response:
        """Everything about it."""
        return Response(review_detail(request, pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Discard a draft."""
        user = signed_in(request)
        discard_review(review=one_of(reviews_for(user), "review", pk=pk), by=user)
        return Response(status=204)


class ReviewChangesView(APIView):
    """Saving."""

    permission_classes = [REVIEWS]

    @extend_schema(request=ReviewChangesInput, responses=ReviewDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Apply verdicts, decisions and text to `base_revision`.

        409 `stale_review` when it is not the current one; `detail` has the review as it is now.
        """
        user = signed_in(request)
        review = one_of(reviews_for(user), "review", pk=pk)
        asked = parse(ReviewChangesInput, request.data)
        changes = ReviewChanges(
            verdicts=[Said(**one) for one in asked["verdicts"]],
            all_of=[SaidOfAll(**one) for one in asked["all_of"]],
            decisions=[Decided(**one) for one in asked["decisions"]],
            urgency=asked.get("urgency"),
            conclusion=asked.get("conclusion"),
        )
        try:
            save_review(review=review, by=user, base_revision=asked["base_revision"], changes=changes)
        except StaleReview as error:
            error.detail["review"] = review_detail(request, pk)
            raise
        return Response(review_detail(request, pk))


class CorrectionView(APIView):
    """Correcting outlines, and adding what was missed."""

    permission_classes = [REVIEWS]

    @extend_schema(request=CorrectionInput, responses=CorrectionOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Open the correction of an image, with every finding that is not rejected."""
        user = signed_in(request)
        review = one_of(reviews_for(user), "review", pk=pk)
        image = parse(CorrectionInput, request.data)["image"]
        return Response(CorrectionOutput(start_correction(review=review, image_id=image, by=user)).data)


class TakeCorrectionsView(APIView):
    """Reading back what was drawn."""

    permission_classes = [REVIEWS]

    @extend_schema(request=BaseRevisionInput, responses=ReviewDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Turn what was drawn in the reading room into verdicts."""
        user = signed_in(request)
        review = one_of(reviews_for(user), "review", pk=pk)
        take_drawn(review=review, by=user, **parse(BaseRevisionInput, request.data))
        return Response(review_detail(request, pk))


class SignReviewView(APIView):
    """Signing, by the person and never by their token."""

    permission_classes = [REVIEWS, InTheBrowser]

    @extend_schema(request=SignInput, responses=ReviewDetailOutput)
    def post(self, request: Request, pk: int) -> Response:
        """Sign a draft. 400 `not_ready_to_sign` says what is still open.

        403 `wrong_credentials` or `wrong_code`, 400 `unconfirmed`: it is not proved who signs.
        409 `changed_meanwhile` when it is not what was `seen`; `detail` has the review as it is now.
        """
        user = signed_in(request)
        review = one_of(reviews_for(user), "review", pk=pk)
        asked = parse(SignInput, request.data)
        try:
            sign_review(
                review=review,
                by=user,
                proof=proof_in(request, asked),
                address=address_of(request),
                base_revision=asked["base_revision"],
                seen=asked["seen"],
            )
        except ChangedMeanwhile as error:
            error.detail["review"] = review_detail(request, pk)
            raise
        use_up_proof(request)
        return Response(review_detail(request, pk))


def review_detail(request: Request, pk: int) -> dict[str, Any]:
    """A review that the person may see: a signed one as signed, a draft as it is now. Raises NotFound."""
    user = signed_in(request)
    review = one_of(reviews_for(user), "review", pk=pk)
    context = {"request": request, "moved": images_moved_since(review), "one_person_site": False}
    if review.state == ReviewState.SIGNED:
        nothing: dict[str, Any] = dict.fromkeys(("images", "decisions", "problems"), ())
        context |= nothing | {"outdated": False, "own_labels": False, "seen": ""}
    else:
        context |= _draft(review, user)
    return dict(ReviewDetailOutput(review, context=context).data)


def _draft(review: Review, user: User) -> dict[str, Any]:
    images = judged_images(review)
    proposals = proposals_of(review, images)
    own = labels_of_signer(review, user)
    return {
        "images": images,
        "decisions": proposals.all(),
        "problems": problems_of(review, images, proposals),
        "outdated": _outdated(images),
        "seen": sha256_of_seen(review, images, proposals, labelled_by_signer=own),
        "own_labels": own,
        "one_person_site": one_person_site(),
    }


def _outdated(images: list[JudgedImage]) -> bool:
    """Whether another decision counts today for one of the images."""
    today = current_decisions(one.image.pk for one in images)
    now = {image: decision.pk for image, decision in today.items()}
    return any(one.reviewed.decision_id != now.get(one.image.pk) for one in images)
