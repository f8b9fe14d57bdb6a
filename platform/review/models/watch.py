"""What signed reviews say about each model, counted once at the signature; and alarms about models."""

from django.conf import settings
from django.db import models

from annotations.models import FundusImage
from inference.models import ModelVersion
from inference.states import DecisionOutcome
from review.models.review import Review
from review.states import AlarmKind


class Tally(models.Model):
    """What all tallies share. Only the version of a review that stands has any.

    `week` (its Monday), `site` and `camera` are those of the signature, so that a figure asks one table.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="+")
    week = models.DateField()
    site = models.CharField(max_length=100, blank=True)
    camera = models.CharField(max_length=100, blank=True)

    class Meta:
        abstract = True


class DecisionTally(Tally):
    """One decision that rests on a model, and what was signed; `image` None: the decision for the patient.

    `decided`: what the models came to before anybody looked (for a patient, what the rules proposed of the
    images as signed). `said`: what this very model said, where it says DR or no DR.
    """

    image = models.ForeignKey(FundusImage, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    decided = models.CharField(max_length=12, choices=DecisionOutcome.choices)
    said = models.CharField(max_length=12, choices=DecisionOutcome.choices, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=DecisionOutcome.choices)

    class Meta:
        ordering = ["id"]
        # All that is asked for, in the order in which it is counted: no row has to be looked up or sorted.
        indexes = [
            models.Index(
                fields=["model", "week", "site", "camera", "decided", "said", "outcome", "image"],
                name="decision_tally_model",
            )
        ]

    def __str__(self) -> str:
        return f"{self.decided} signed as {self.outcome}"


class FindingTally(Tally):
    """Findings of one class in one image: how many were accepted, edited, rejected, or missed."""

    image = models.ForeignKey(FundusImage, on_delete=models.CASCADE, related_name="+")
    lesion_class = models.CharField(max_length=8)
    accepted = models.PositiveIntegerField(default=0)
    edited = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    missed = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=[
                    *("model", "week", "site", "camera", "lesion_class"),
                    *("accepted", "edited", "rejected", "missed"),
                ],
                name="finding_tally_model",
            )
        ]

    def __str__(self) -> str:
        return f"{self.lesion_class} in image {self.image_id}"


class ModelAlarm(models.Model):
    """One time a champion's figures went beyond what the site allows; never raised twice for the same.

    `value` is the figure then (a share, or the index), `low` the lower end of a share's interval, `of` the
    decisions or images it rested on, `score` which score drifted. It ends when the figures are well again,
    when the model is champion no more, or when it comes back worse after it was acknowledged.
    """

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="alarms")
    kind = models.CharField(max_length=20, choices=AlarmKind.choices)
    score = models.CharField(max_length=8, blank=True, default="")
    value = models.FloatField()
    low = models.FloatField(null=True, blank=True)
    limit = models.FloatField()
    of = models.PositiveIntegerField()
    raised_at = models.DateTimeField(auto_now_add=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "kind", "score"],
                condition=models.Q(ended_at__isnull=True),
                name="one_open_alarm",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.model_id[:12]}"
