"""Frozen datasets: which label set of which image, on which side of the split."""

from django.conf import settings
from django.db import models

from annotations.models import FundusImage, LabelSet, Project
from inference.states import ModelTask, Split


class DatasetVersion(models.Model):
    """A frozen choice of images, label-set revisions and masks, split by patient.

    `content_hash` is the SHA-256 over the items in canonical order (image bytes, revision, masks, split), so
    the same content always has the same hash. Rows are never changed after `frozen_at`.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="dataset_versions")
    number = models.PositiveIntegerField()
    task = models.CharField(max_length=16, choices=ModelTask.choices)
    labels_source = models.CharField(max_length=255, blank=True)
    classes = models.JSONField(default=list)
    split = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, db_index=True)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="dataset_number_once")]

    def __str__(self) -> str:
        return f"dataset {self.number} ({self.task})"


class DatasetItem(models.Model):
    """One image of a dataset version with the label-set revision that speaks for it.

    `label`: any DR, `referable`: referable DR; 1 or 0, null where the reading does not say.
    """

    dataset = models.ForeignKey(DatasetVersion, on_delete=models.PROTECT, related_name="items")
    image = models.ForeignKey(FundusImage, on_delete=models.PROTECT, related_name="+")
    label_set = models.ForeignKey(LabelSet, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField()
    split = models.CharField(max_length=12, choices=Split.choices)
    patient_code = models.CharField(max_length=64)
    label = models.PositiveSmallIntegerField(null=True, blank=True)
    referable = models.PositiveSmallIntegerField(null=True, blank=True)
    classes_looked_for = models.JSONField(default=list)
    masks = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["dataset", "image"], name="dataset_image_once")]

    def __str__(self) -> str:
        return f"{self.image_id} in {self.dataset_id} ({self.split})"
