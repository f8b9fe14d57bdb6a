"""Exports: what was asked to leave, by whom, and the file that came of it."""

from django.conf import settings
from django.db import models

from annotations.models.project import Project
from annotations.states import ExportKind
from core.models import Job


class Export(models.Model):
    """One file made for one person, who alone may download it. `options` says what to put in, by kind."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=16, choices=ExportKind.choices)
    options = models.JSONField(default=dict, blank=True)
    # Nobody: it was started from the command line.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="exports"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    file = models.CharField(max_length=255, blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} export {self.pk}"
