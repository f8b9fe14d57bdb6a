"""Searches for better settings and their trials."""

import uuid

from django.conf import settings as django_settings
from django.db import models

from annotations.models import Project
from inference.models.dataset import DatasetVersion
from inference.models.training import TrainingRun
from inference.states import ModelTask


class Search(models.Model):
    """A search preset over one dataset version; its state follows from its trials and `is_cancelled`.

    `settings` holds what a person changed for all trials, `study` names the study in Optuna's own storage.
    The first trial freezes the dataset. Without `queued_by` it was started on the command line.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="searches")
    task = models.CharField(max_length=16, choices=ModelTask.choices)
    preset = models.CharField(max_length=60)
    settings = models.JSONField(default=dict, blank=True)
    seed = models.PositiveIntegerField(default=1)
    labels_source = models.CharField(max_length=255, blank=True)
    dataset = models.ForeignKey(
        DatasetVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="searches"
    )
    study = models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
    is_cancelled = models.BooleanField(default=False)
    queued_by = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="searches",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "searches"

    def __str__(self) -> str:
        return f"search {self.pk} ({self.preset})"


class SearchTrial(models.Model):
    """One trial of a search: a training run that makes no model. The run's job tells the state.

    All trials are written when a search begins; a run without a job is still to come. `study_number` is
    Optuna's, `params` what it chose, `value` the objective after the last epoch, once the trial has ended.
    """

    search = models.ForeignKey(Search, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()
    run = models.OneToOneField(TrainingRun, on_delete=models.PROTECT, related_name="trial")
    study_number = models.PositiveIntegerField(null=True, blank=True)
    params = models.JSONField(default=dict, blank=True)
    value = models.FloatField(null=True, blank=True)
    stopped_early = models.BooleanField(default=False)

    class Meta:
        ordering = ["search", "number"]
        constraints = [
            models.UniqueConstraint(fields=["search", "number"], name="trial_number_once"),
            models.UniqueConstraint(fields=["search", "study_number"], name="trial_study_number_once"),
        ]

    def __str__(self) -> str:
        return f"trial {self.number} of search {self.search_id}"
