"""The model registry."""

from django.conf import settings
from django.db import models

from annotations.models import Project
from inference.states import ModelState, ModelTask


class ModelVersion(models.Model):
    """A folder with `model.onnx` and `card.json`; its id is the SHA-256 over both, checked before loading."""

    id = models.CharField(primary_key=True, max_length=64)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="model_versions")
    task = models.CharField(max_length=16, choices=ModelTask.choices)
    architecture = models.CharField(max_length=40)
    preset = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=12, choices=ModelState.choices, default=ModelState.CANDIDATE)
    folder = models.CharField(max_length=255)
    card = models.JSONField()
    trained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["project", "task"], condition=models.Q(state="champion"), name="one_champion"
            )
        ]

    def __str__(self) -> str:
        return f"{self.architecture} {self.id[:12]} ({self.state})"

    @property
    def title(self) -> str:
        """What kind of model it is, as people know it."""
        loaded = vars(self)  # lists leave the card where it is
        title = loaded["card_title"] if "card_title" in loaded else self.card.get("title")
        return str(title or self.preset or self.architecture)

    @property
    def name(self) -> str:
        """How people call this version: "Classifier without a GPU, 5 Oct 2026"."""
        return f"{self.title}, {self.created_at.day} {self.created_at:%b %Y}"


class Promotion(models.Model):
    """One time a model version became the champion, by whom, why, and what it replaced.

    `by`: None for the system, which crowns a starter model where nobody has chosen a champion. `comparison`:
    the one that spoke for it; without one there is a reason in words. `is_rollback`: an earlier champion came
    back.
    """

    model = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="promotions")
    replaced = models.ForeignKey(
        ModelVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)
    comparison = models.ForeignKey(
        "inference.ModelComparison", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_rollback = models.BooleanField(default=False)
    one_person_site = models.BooleanField(default=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.model_id[:12]} at {self.at}"
