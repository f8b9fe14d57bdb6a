"""A model scored on images from somewhere else than it learned from."""

from django.conf import settings
from django.db import models

from core.models import Job
from inference.models.dataset import DatasetVersion
from inference.models.model_version import ModelVersion


class ExternalReport(models.Model):
    """One report; its job tells how far it is, `finished_at` that it has scores.

    `dataset`: whose images, None for a folder, which `name` names. `left_out`: images by why the model is not
    judged on them (photograph, patient, near_duplicate, unlabelled, unreadable). `places`: {site, camera,
    images} each. `scores`: as a card has them for its test images. `notes`: what the numbers can't say.
    Without `asked_by` it was made on the command line.
    """

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="external_reports")
    dataset = models.ForeignKey(
        DatasetVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="external_report")
    name = models.CharField(max_length=255)
    images = models.PositiveIntegerField(default=0)
    patients = models.PositiveIntegerField(default=0)
    left_out = models.JSONField(default=dict, blank=True)
    places = models.JSONField(default=list, blank=True)
    scores = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.model_id[:12]} on {self.name}"
