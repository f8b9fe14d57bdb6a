"""Shapes of searches and their trials."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inference.api.fields import FactsField
from inference.api.training_outputs import DatasetVersionOutput
from inference.ml.search_presets import SEARCHES, Dimension, OneOf
from inference.models import Search, SearchTrial
from inference.selectors.searches import best_trial
from inference.states import ModelTask, SearchState, TrialState


class DimensionOutput(serializers.Serializer[Dimension]):
    """A setting that a search varies: one of `values`, or a number between `low` and `high`."""

    name = serializers.CharField()
    values = serializers.SerializerMethodField()
    low = serializers.FloatField(default=None, allow_null=True, read_only=True)
    high = serializers.FloatField(default=None, allow_null=True, read_only=True)
    log = serializers.BooleanField(default=False, read_only=True)

    @extend_schema_field({"type": "array", "items": {}})
    def get_values(self, dimension: Dimension) -> list[str | int | float]:
        """Empty for a range of numbers."""
        return list(dimension.values) if isinstance(dimension, OneOf) else []


class SearchPresetOutput(serializers.Serializer[Any]):
    """A named search."""

    name = serializers.CharField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    preset = serializers.CharField(help_text="the training preset that each trial starts from")
    objective = serializers.CharField(source="objective.title")
    trials = serializers.IntegerField(help_text="how many, unless the request says otherwise")
    most_trials = serializers.IntegerField()
    study = serializers.BooleanField(source="is_study")
    dimensions = DimensionOutput(many=True)


class SearchOutput(serializers.ModelSerializer[Search]):
    """A search with the counts of its trials."""

    state = serializers.ChoiceField(choices=SearchState.choices, read_only=True)
    settings = FactsField(read_only=True)
    dataset_version = serializers.IntegerField(
        source="dataset.number", default=None, allow_null=True, read_only=True
    )
    created_by = serializers.CharField(
        source="queued_by.username", default=None, allow_null=True, read_only=True
    )
    trials_all = serializers.IntegerField(read_only=True)
    trials_planned = serializers.IntegerField(read_only=True, help_text="not queued yet")
    trials_queued = serializers.IntegerField(read_only=True)
    trials_running = serializers.IntegerField(read_only=True)
    trials_finished = serializers.IntegerField(read_only=True)
    trials_stopped_early = serializers.IntegerField(read_only=True)
    trials_failed = serializers.IntegerField(read_only=True)
    trials_cancelled = serializers.IntegerField(read_only=True)
    best_value = serializers.FloatField(allow_null=True, read_only=True)

    class Meta:
        model = Search
        fields = [
            "id",
            "project",
            "task",
            "preset",
            "settings",
            "seed",
            "labels_source",
            "dataset_version",
            "is_cancelled",
            "state",
            "created_at",
            "created_by",
            "trials_all",
            "trials_planned",
            "trials_queued",
            "trials_running",
            "trials_finished",
            "trials_stopped_early",
            "trials_failed",
            "trials_cancelled",
            "best_value",
        ]
        read_only_fields = fields


class SearchDetailOutput(SearchOutput):
    """A search with its dataset, what it varies and the run of its best trial."""

    dataset = DatasetVersionOutput(allow_null=True, read_only=True)
    objective = serializers.SerializerMethodField()
    dimensions = serializers.SerializerMethodField()
    best_run = serializers.SerializerMethodField()

    class Meta(SearchOutput.Meta):
        fields = [*SearchOutput.Meta.fields, "dataset", "objective", "dimensions", "best_run"]
        read_only_fields = fields

    def get_objective(self, search: Search) -> str:
        """What is made as high as it can be."""
        return SEARCHES[search.preset].objective.title

    @extend_schema_field(DimensionOutput(many=True))
    def get_dimensions(self, search: Search) -> list[dict[str, Any]]:
        """The settings that its trials vary."""
        return [dict(DimensionOutput(one).data) for one in SEARCHES[search.preset].dimensions]

    def get_best_run(self, search: Search) -> int | None:
        """The run whose settings did best; null before a trial was trained to its end."""
        best = best_trial(search)
        return best.run_id if best else None


class TrialOutput(serializers.ModelSerializer[SearchTrial]):
    """One trial: what it tried, how it went."""

    state = serializers.ChoiceField(choices=TrialState.choices, read_only=True)
    params = FactsField(read_only=True)
    epochs = serializers.IntegerField(allow_null=True, read_only=True, help_text="finished ones")
    seconds = serializers.FloatField(allow_null=True, read_only=True, help_text="spent on these epochs")
    message = serializers.CharField(source="run.job.progress_message", read_only=True)
    error_message = serializers.CharField(source="run.job.error_message", read_only=True)
    error_remedy = serializers.CharField(source="run.job.error_remedy", read_only=True)

    class Meta:
        model = SearchTrial
        fields = [
            "number",
            "run",
            "state",
            "params",
            "value",
            "epochs",
            "seconds",
            "message",
            "error_message",
            "error_remedy",
        ]
        read_only_fields = fields
