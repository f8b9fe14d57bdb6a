"""Imports: what came in, how far it got and what was wrong with it."""

from django.conf import settings
from django.db import models

from annotations.models.project import Project
from annotations.states import ImportKind, ImportState
from core.models import Job


class Import(models.Model):
    """One batch of files brought in by one person. `report` holds the counts once it ended.

    `options` says how the files are to be read, by kind: for VIA the class attribute and mapping, for images
    the file-name pattern, and whether they are drawn (`synthetic`, of sample patients only).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="imports")
    kind = models.CharField(max_length=16, choices=ImportKind.choices)
    state = models.CharField(max_length=16, choices=ImportState.choices, default=ImportState.COLLECTING)
    accept = models.BooleanField(default=False)
    dry_run = models.BooleanField(default=False)
    skip_bad_rows = models.BooleanField(default=False)
    assign_to = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    # Nobody: it was started from the command line.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    options = models.JSONField(default=dict, blank=True)
    report = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind} import {self.pk}"


class ImportFile(models.Model):
    """One uploaded file that waits in the staging folder, or one part of a large one.

    Parts share `upload` and are put together by `offset`; `total_bytes` is what the whole file will have.
    """

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=255)
    file = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    upload = models.UUIDField(null=True, blank=True)
    offset = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "upload", "offset"], name="import_file_part_once")
        ]

    def __str__(self) -> str:
        return self.name


class ImportProblem(models.Model):
    """One thing an import refused or skipped: where, why, and what to do."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField(null=True, blank=True)
    file = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()
    remedy = models.TextField(blank=True)
    is_error = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.code} in {self.file} row {self.row}"
