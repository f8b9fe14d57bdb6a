"""What was signed, and the reports that were made of it: rows that are never changed."""

from django.conf import settings
from django.db import models

from review.models.review import Review
from review.states import ReportKind


class Signature(models.Model):
    """A person's signature under one version of a review.

    `document` is the signed text itself, canonical JSON (review.services.canonical); `sha256` is over its
    UTF-8 bytes. Triggers refuse updates and deletes.
    """

    review = models.OneToOneField(Review, on_delete=models.PROTECT, related_name="signature")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    document = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"signature {self.sha256[:12]}"


class Report(models.Model):
    """One file made of a signed review; made once, so that its bytes can be checked ever after."""

    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField(max_length=4, choices=ReportKind.choices)
    file = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_index=True)
    size_bytes = models.PositiveBigIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["signature", "kind"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.kind} of signature {self.signature_id}"
