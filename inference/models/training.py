"""Training runs and their curves."""

from django.conf import settings as django_settings
from django.db import models

from annotations.models import Project
from core.models import Job
from inference.models.dataset import DatasetVersion
from inference.models.model_version import ModelVersion
from inference.states import ModelTask


class TrainingRun(models.Model):
    """One training: a preset with its settings and seed, over one dataset version; its job tells the state.

    `settings` holds what was changed from the preset, `notes` what the run wants read beside its result (such
    as "random initialisation"), `log_tail` the last lines the training process wrote, `live` how it goes:
    {epoch, epochs, steps_per_second, seconds_left, memory_bytes}, whichever are known.
    `lesion_finder`: the segmenter whose findings a classifier of this run reads, fixed when it was queued.
    Without `queued_by` it was started on the command line.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="training_runs")
    task = models.CharField(max_length=16, choices=ModelTask.choices)
    preset = models.CharField(max_length=60)
    settings = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=1)
    labels_source = models.CharField(max_length=255, blank=True)
    dataset = models.ForeignKey(
        DatasetVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    job = models.OneToOneField(Job, null=True, on_delete=models.PROTECT, related_name="training_run")
    model = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="runs"
    )
    lesion_finder = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    metrics = models.JSONField(default=dict, blank=True)
    notes = models.JSONField(default=list, blank=True)
    log_tail = models.TextField(blank=True)
    live = models.JSONField(default=dict, blank=True)
    queued_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="training_runs",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"run {self.pk} ({self.preset})"


class TrainingEpoch(models.Model):
    """One point of a run's curves; an epoch repeated after a crash replaces its row."""

    run = models.ForeignKey(TrainingRun, on_delete=models.CASCADE, related_name="epochs")
    epoch = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField()
    seconds = models.FloatField()
    metrics = models.JSONField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["run", "epoch"]
        constraints = [models.UniqueConstraint(fields=["run", "epoch"], name="run_epoch_once")]

    def __str__(self) -> str:
        return f"epoch {self.epoch} of run {self.run_id}"
