"""One reviewer's judgement of one exam: what of it is said before it is signed."""

from django.conf import settings
from django.db import models

from annotations.models import Exam, FundusImage, LabelSet
from annotations.states import Eye
from inference.models import Finding, ImageDecision
from inference.states import DecisionOutcome
from review.states import ReviewState, Scope, Urgency, Verdict, VerdictReason


class Review(models.Model):
    """One version of the judgement of an exam; while a draft, only its reviewer sees and changes it.

    `revision` counts saves: a save names the one it was based on. `version` is numbered on signing, 0 before.
    `replaces` is the signed version that this one was begun from; a signed row is never changed again
    (services refuse, and so do triggers: review.triggers).
    """

    exam = models.ForeignKey(Exam, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    state = models.CharField(max_length=8, choices=ReviewState.choices, default=ReviewState.DRAFT)
    version = models.PositiveIntegerField(default=0)
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    revision = models.PositiveIntegerField(default=0)
    urgency = models.CharField(max_length=8, choices=Urgency.choices, blank=True, default="")
    conclusion = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "reviewer"], condition=models.Q(state="draft"), name="review_one_draft"
            ),
            models.UniqueConstraint(
                fields=["exam", "version"], condition=models.Q(state="signed"), name="review_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk} of exam {self.exam_id} ({self.state})"


class ReviewedImage(models.Model):
    """One image of a review and the very predictions that it judges; they stay when models change.

    `correction`: the label set in which outlines were corrected and missed lesions added;
    `correction_revision`: the revision of it that the verdicts follow.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="images")
    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="+")
    decision = models.ForeignKey(
        ImageDecision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    correction = models.ForeignKey(
        LabelSet, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    correction_revision = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "image"], name="reviewed_image_once")]

    def __str__(self) -> str:
        return f"image {self.image_id} in review {self.review_id}"


class FindingVerdict(models.Model):
    """What the reviewer says of one finding; none yet: there is no row."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="verdicts")
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=16, choices=VerdictReason.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["review", "finding"], name="verdict_once")]

    def __str__(self) -> str:
        return f"finding {self.finding_id}: {self.verdict}"


class DecisionMade(models.Model):
    """What the reviewer decided for an image, an eye or the patient, beside what the rules proposed then.

    Only overrides of images and eyes have a row, and the patient's decision always: the others follow the
    rules, and the signature agrees to them.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="decisions")
    scope = models.CharField(max_length=8, choices=Scope.choices)
    image = models.ForeignKey(FundusImage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    eye = models.CharField(max_length=2, choices=Eye.choices, blank=True, default="")
    proposed = models.CharField(max_length=12, choices=DecisionOutcome.choices)
    outcome = models.CharField(max_length=12, choices=DecisionOutcome.choices)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "image"], condition=models.Q(scope="image"), name="image_decision_once"
            ),
            models.UniqueConstraint(
                fields=["review", "eye"], condition=models.Q(scope="eye"), name="eye_decision_once"
            ),
            models.UniqueConstraint(
                fields=["review"], condition=models.Q(scope="patient"), name="patient_decision_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.outcome}"
