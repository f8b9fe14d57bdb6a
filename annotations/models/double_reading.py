"""Images that two people read without seeing each other's work: whether they agree, and who settles it."""

from django.conf import settings
from django.db import models

from annotations.models.image import FundusImage
from annotations.models.label_set import LabelSet
from annotations.states import DoubleReadingState


class DoubleReading(models.Model):
    """One image that two people or more handed a first reading in of.

    `first` and `second` are the two readings that differ most, as they were compared in `first_revision` and
    `second_revision` (0: not yet). `reasons` says how they differ, each by its `code`: a question's field
    name (with `first` and `second`, the answers in words), `lesions` (with `f1` and `least`) or `opened`
    (with the `text` of who asked for it). `settled` is the newest label set that settled it, made of the
    readings in `made_of` (label set id to revision); `changed_since`: one of these was returned, handed in
    again or joined by another.
    A claim (`claimed_by`) lasts until `claimed_until`.
    """

    image = models.OneToOneField(FundusImage, on_delete=models.CASCADE, related_name="double_reading")
    state = models.CharField(
        max_length=12, choices=DoubleReadingState.choices, default=DoubleReadingState.COMPARING
    )
    first = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="+")
    first_revision = models.PositiveIntegerField(default=0)
    second_revision = models.PositiveIntegerField(default=0)
    reasons = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True)
    settled = models.ForeignKey(LabelSet, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    made_of = models.JSONField(default=dict)
    changed_since = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state", "opened_at"], name="double_reading_state")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=DoubleReadingState.SETTLED) | models.Q(settled__isnull=False),
                name="double_reading_settled_set",
            ),
        ]

    def __str__(self) -> str:
        return f"double reading of image {self.image_id} ({self.state})"
