"""How often each model said what, counted once: a year of predictions is not read again for every page."""

from django.db import models

from inference.models.model_version import ModelVersion


class ScoreCount(models.Model):
    """Images of one week (its Monday) by bin of one score, as inference.scores has the bins.

    `held_out`: images of the model's own dataset that it did not learn from; else they were new to it.
    """

    model = models.ForeignKey(ModelVersion, on_delete=models.CASCADE, related_name="score_counts")
    week = models.DateField()
    score = models.CharField(max_length=8)
    held_out = models.BooleanField(default=False)
    counts = models.JSONField()

    class Meta:
        ordering = ["week", "score"]
        constraints = [
            models.UniqueConstraint(fields=["model", "week", "score", "held_out"], name="score_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.score} in the week of {self.week}"


class ScoresCounted(models.Model):
    """How far a model's predictions are counted: `predictions` of them, the last one being `newest`."""

    model = models.OneToOneField(ModelVersion, on_delete=models.CASCADE, related_name="scores_counted")
    predictions = models.PositiveBigIntegerField(default=0)
    newest = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["model"]

    def __str__(self) -> str:
        return f"{self.predictions} of {self.model_id[:12]}"
