"""Which images a specialist is asked to read."""

from django.conf import settings
from django.db import models

from annotations.models.image import FundusImage


class Assignment(models.Model):
    """One image on one person's worklist."""

    image = models.ForeignKey(FundusImage, on_delete=models.CASCADE, related_name="assignments")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assignments")
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["image", "user"], name="assignment_once")]

    def __str__(self) -> str:
        return f"{self.image} to {self.user}"
