"""Rows of an image that keep its project, so that a project's are counted without a look at each image."""

from typing import Any

from django.db import models

from annotations.models.project import Project


class OfProject(models.Model):
    """A row of an image, which has its project from it; only `bulk_create` must be told."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Take the image's project over before the first save."""
        if self.project_id is None:
            self.project_id = self.image.project_id
        super().save(*args, **kwargs)
