"""Masks built from label sets."""

from django.db import models

from annotations.models.label_set import LabelSet
from annotations.models.project import LesionClass


class Mask(models.Model):
    """One lesion class of one revision of one label set, as a 1-bit PNG of the image's own size."""

    label_set = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="masks")
    revision = models.PositiveIntegerField()
    lesion_class = models.ForeignKey(LesionClass, on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    area_px = models.PositiveBigIntegerField()
    regions = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["label_set", "revision", "lesion_class"], name="mask_once")
        ]

    def __str__(self) -> str:
        return f"mask {self.pk} of {self.label_set_id} r{self.revision}"
