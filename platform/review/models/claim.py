"""Who sits on which patient now."""

from django.conf import settings
from django.db import models

from annotations.models import Patient


class Claim(models.Model):
    """One person's claim of one patient; free again once `expires_at` has passed."""

    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="review_claim")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    claimed_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["expires_at"]

    def __str__(self) -> str:
        return f"patient {self.patient_id} until {self.expires_at}"
