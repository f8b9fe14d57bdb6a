"""What models say about an image, and the decision that follows."""

from django.db import models
from django.db.models.functions import Coalesce

from annotations.models import FundusImage
from core.models import Job
from inference.models.model_version import ModelVersion
from inference.states import DecisionOutcome, ModelTask


class Prediction(models.Model):
    """One model version's answer about one image; the same version is not asked about it twice.

    `outputs`: classifier {dr, dr_probability, dr_threshold, referable_probability, referable_threshold (both
    null where the model does not say), heatmap_is_empty}; segmenter {lesions: {class: {count, area_px,
    area_fov_percent}}}. `maps`: stored file names, class code -> 8-bit PNG, and `heatmap`.
    """

    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="predictions")
    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="predictions")
    task = models.CharField(max_length=16, choices=ModelTask.choices)
    gradable = models.BooleanField(default=True)
    outputs = models.JSONField(default=dict)
    maps = models.JSONField(default=dict, blank=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["image", "model"], name="prediction_once")]

    def __str__(self) -> str:
        return f"{self.task} prediction {self.pk} of {self.image_id}"


class UnreadableImage(models.Model):
    """An image whose stored file could not be read when it was to be predicted; gone once it was predicted.

    `code`: what was wrong, such as missing_file or unreadable_image.
    """

    image = models.OneToOneField(FundusImage, on_delete=models.CASCADE, related_name="unreadable")
    code = models.CharField(max_length=40)
    found_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.code}: image {self.image_id}"


class Finding(models.Model):
    """One predicted lesion: a connected component of the thresholded map. Coordinates as in regions."""

    prediction = models.ForeignKey(Prediction, on_delete=models.CASCADE, related_name="findings")
    lesion_class = models.CharField(max_length=8)
    polygon = models.JSONField()
    bbox = models.JSONField()
    area_px = models.PositiveBigIntegerField()
    area_fov_percent = models.FloatField()
    confidence = models.FloatField()

    class Meta:
        ordering = ["-confidence", "id"]

    def __str__(self) -> str:
        return f"{self.lesion_class} finding {self.pk}"


class ImageDecision(models.Model):
    """What the champions' predictions come to for one image, by the rules of inference.decision_rules."""

    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="decisions")
    classifier = models.ForeignKey(
        Prediction, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    segmenter = models.ForeignKey(
        Prediction, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=DecisionOutcome.choices)
    dr_probability = models.FloatField(null=True, blank=True)
    lesions = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            # SQLite tells one NULL from another, so a missing prediction counts as 0 here.
            models.UniqueConstraint(
                "image", Coalesce("classifier", 0), Coalesce("segmenter", 0), name="decision_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} for image {self.image_id}"
