"""A candidate beside the champion, on test images that neither learned from."""

from django.db import models

from annotations.models import FundusImage
from core.models import Job
from inference.models.model_version import ModelVersion
from inference.states import Verdict


class ModelComparison(models.Model):
    """One comparison; its job tells how far it is, `finished_at` that it has a result.

    `paired`: candidate, champion and difference, each {value, low, high} of `metric`. `details`: what else to
    know of each model. `left_out`: test images of the candidate that the champion learned from. `notes`: what
    the numbers can't say by themselves.
    """

    candidate = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="comparisons")
    champion = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="comparison")
    images = models.PositiveIntegerField(default=0)
    patients = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    metric = models.CharField(max_length=16, blank=True)
    paired = models.JSONField(default=dict, blank=True)
    margin = models.FloatField()
    verdict = models.CharField(max_length=16, choices=Verdict.choices, blank=True)
    details = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.candidate_id[:12]} against {self.champion_id[:12]}"


class ComparedImage(models.Model):
    """What both models said about one image; `gap` (0 to 1) is how far apart they are."""

    comparison = models.ForeignKey(ModelComparison, on_delete=models.CASCADE, related_name="compared")
    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="+")
    truth = models.JSONField(default=dict)
    candidate = models.JSONField(default=dict)
    champion = models.JSONField(default=dict)
    gap = models.FloatField()
    disagree = models.BooleanField()

    class Meta:
        ordering = ["-gap", "id"]
        constraints = [models.UniqueConstraint(fields=["comparison", "image"], name="compared_image_once")]

    def __str__(self) -> str:
        return f"image {self.image_id} in comparison {self.comparison_id}"
