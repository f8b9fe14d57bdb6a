"""How far two readings of one image agree: reckoned once, and kept for lists."""

from django.db import models

from annotations.models.image import FundusImage
from annotations.models.label_set import LabelSet


class Agreement(models.Model):
    """Figures of two handed-in readings as they were in two revisions. Rows may be deleted: they come again.

    `figures` holds `classes`, by code: `dice`, `f1`, `matched`, `only_first`, `only_second`.
    """

    image = models.ForeignKey(FundusImage, on_delete=models.CASCADE, related_name="agreements")
    first = models.ForeignKey(LabelSet, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(LabelSet, on_delete=models.CASCADE, related_name="+")
    first_revision = models.PositiveIntegerField()
    second_revision = models.PositiveIntegerField()
    dr_differs = models.BooleanField()
    mean_dice = models.FloatField(null=True)
    mean_f1 = models.FloatField(null=True)
    figures = models.JSONField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second", "first_revision", "second_revision"], name="agreement_once"
            )
        ]

    def __str__(self) -> str:
        return f"agreement of label sets {self.first_id} and {self.second_id}"
