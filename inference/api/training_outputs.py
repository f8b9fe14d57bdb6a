"""Shapes of presets, datasets, training runs and models."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotations.api.label_outputs import LabelChoiceOutput
from core.api.serializers import JobOutput
from core.selectors.jobs import jobs_ahead_of
from inference.api.fields import FACTS, NUMBERS, FactsField, NumbersField, ScoresField
from inference.models import DatasetItem, DatasetVersion, ModelVersion, TrainingRun
from inference.selectors.comparisons import evidence_for, speaks_for
from inference.selectors.model_versions import champion_before
from inference.selectors.model_warnings import warnings_about
from inference.selectors.one_person import site_part
from inference.states import ModelState, ModelTask, Split


class PresetOutput(serializers.Serializer[Any]):
    """A named starting point for a training."""

    name = serializers.CharField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    title = serializers.CharField()
    description = serializers.CharField()
    settings = FactsField(help_text="setting -> {value, source (study or ours), why}")
    study = serializers.BooleanField()
    gpu = serializers.BooleanField()


class DatasetVersionOutput(serializers.ModelSerializer[DatasetVersion]):
    """A frozen dataset."""

    frozen_by = serializers.CharField(
        source="frozen_by.username", default=None, allow_null=True, read_only=True
    )
    classes = serializers.ListField(child=serializers.CharField(), read_only=True)
    previous = serializers.IntegerField(
        default=None, allow_null=True, read_only=True, help_text="id of the version before it, of its task"
    )
    split = FactsField(read_only=True)
    counts = FactsField(
        read_only=True, help_text="all, train, validation, test -> images, patients, positives, negatives, …"
    )

    class Meta:
        model = DatasetVersion
        fields = [
            "id",
            "project",
            "number",
            "task",
            "labels_source",
            "classes",
            "previous",
            "split",
            "counts",
            "content_hash",
            "frozen_at",
            "frozen_by",
        ]
        read_only_fields = fields


class DatasetItemOutput(serializers.ModelSerializer[DatasetItem]):
    """One image of a frozen dataset."""

    split = serializers.ChoiceField(choices=Split.choices, read_only=True)
    classes_looked_for = serializers.ListField(child=serializers.CharField(), read_only=True)
    regions = serializers.SerializerMethodField()

    class Meta:
        model = DatasetItem
        fields = [
            "id",
            "image",
            "label_set",
            "revision",
            "split",
            "patient_code",
            "label",
            "classes_looked_for",
            "regions",
        ]
        read_only_fields = fields

    @extend_schema_field(NUMBERS)
    def get_regions(self, item: DatasetItem) -> dict[str, int]:
        """Class code -> shapes in its mask."""
        return {code: mask["regions"] for code, mask in item.masks.items()}


class ProblemOutput(serializers.Serializer[Any]):
    """Something that stands in the way, and what to do about it."""

    code = serializers.CharField()
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)


class ReadinessOutput(serializers.Serializer[Any]):
    """Whether a model could be trained now, on what, and what stands in the way."""

    ready = serializers.BooleanField()
    images = serializers.IntegerField()
    champion = serializers.CharField(allow_null=True, help_text="id of the task's champion")
    new_images = serializers.IntegerField(
        allow_null=True, help_text="images that the champion's dataset lacks; null where that is not known"
    )
    patients = serializers.IntegerField()
    positives = serializers.IntegerField(help_text="images with DR")
    negatives = serializers.IntegerField(help_text="images without DR")
    regions = NumbersField(help_text="class code -> drawn shapes")
    problems = ProblemOutput(many=True)
    sources = LabelChoiceOutput(many=True, help_text="where the project's accepted labels come from")


class TrainingRunOutput(serializers.ModelSerializer[TrainingRun]):
    """A training run with its job."""

    job = JobOutput(allow_null=True, read_only=True)
    dataset_version = serializers.IntegerField(
        source="dataset.number", default=None, allow_null=True, read_only=True
    )
    created_by = serializers.CharField(
        source="queued_by.username", default=None, allow_null=True, read_only=True
    )
    settings = FactsField(read_only=True)
    metrics = FactsField(read_only=True)
    notes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = TrainingRun
        fields = [
            "id",
            "project",
            "task",
            "preset",
            "settings",
            "seed",
            "labels_source",
            "created_at",
            "created_by",
            "job",
            "dataset",
            "dataset_version",
            "metrics",
            "notes",
            "model",
        ]
        read_only_fields = fields


class LiveOutput(serializers.Serializer[Any]):
    """How a running training goes; what is not known yet is null."""

    epoch = serializers.IntegerField(default=None, allow_null=True, read_only=True)
    epochs = serializers.IntegerField(default=None, allow_null=True, read_only=True)
    steps_per_second = serializers.FloatField(default=None, allow_null=True, read_only=True)
    seconds_left = serializers.FloatField(default=None, allow_null=True, read_only=True)
    memory_bytes = serializers.IntegerField(
        default=None, allow_null=True, read_only=True, help_text="resident, of the child"
    )


class TrainingRunDetailOutput(TrainingRunOutput):
    """A training run with its dataset, how it goes and the last lines of its log.

    `search` and `trial`: of a run that is a trial, its search's id and its number there.
    `waiting_before`: of a queued run, how many jobs of its queue wait or run ahead of it.
    """

    dataset = DatasetVersionOutput(allow_null=True, read_only=True)
    live = LiveOutput(read_only=True)
    search = serializers.IntegerField(source="trial.search_id", default=None, allow_null=True, read_only=True)
    trial = serializers.IntegerField(source="trial.number", default=None, allow_null=True, read_only=True)
    waiting_before = serializers.SerializerMethodField()

    class Meta(TrainingRunOutput.Meta):
        fields = [*TrainingRunOutput.Meta.fields, "log_tail", "live", "search", "trial", "waiting_before"]
        read_only_fields = fields

    def get_waiting_before(self, run: TrainingRun) -> int | None:
        """Null unless it waits in the queue."""
        return jobs_ahead_of(run.job) if run.job else None


class EpochOutput(serializers.Serializer[Any]):
    """One point of a run's curves."""

    epoch = serializers.IntegerField()
    epochs = serializers.IntegerField(help_text="how many the run will have")
    attempt = serializers.IntegerField()
    seconds = serializers.FloatField()
    metrics = ScoresField()


class StarterOutput(serializers.Serializer[Any]):
    """What a model that came with Fovea was trained on, and under which licence."""

    dataset = serializers.CharField()
    licence = serializers.CharField()
    attribution = serializers.CharField()


class ModelVersionOutput(serializers.ModelSerializer[ModelVersion]):
    """A model version."""

    trained_by = serializers.CharField(
        source="trained_by.username", default=None, allow_null=True, read_only=True
    )
    name = serializers.CharField(read_only=True, help_text="how people call this version")
    training_run = serializers.SerializerMethodField()
    metrics = serializers.SerializerMethodField()
    starter = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "name",
            "project",
            "task",
            "architecture",
            "preset",
            "state",
            "created_at",
            "trained_by",
            "training_run",
            "metrics",
            "starter",
        ]
        read_only_fields = fields

    def get_training_run(self, model: ModelVersion) -> int | None:
        """The run that made it; null when it was trained elsewhere."""
        runs = list(model.runs.all())
        return runs[0].pk if runs else None

    @extend_schema_field(FACTS)
    def get_metrics(self, model: ModelVersion) -> dict[str, Any]:
        """Those of the test images only; a model's own page has all of its card's."""
        metrics = model.test_metrics  # type: ignore[attr-defined]
        return {"test": metrics} if metrics else {}

    @extend_schema_field(StarterOutput(allow_null=True))
    def get_starter(self, model: ModelVersion) -> dict[str, Any] | None:
        """Null unless it came with Fovea."""
        return _starter(model.starter)  # type: ignore[attr-defined]


class PromotionOutput(serializers.Serializer[Any]):
    """One time a model became the champion; `replaced` was it before."""

    id = serializers.IntegerField()
    model = serializers.CharField(source="model_id")
    model_name = serializers.CharField(source="model.name")
    task = serializers.ChoiceField(choices=ModelTask.choices, source="model.task")
    by = serializers.CharField(
        source="by.username", default=None, allow_null=True, help_text="null: the system, for a starter model"
    )
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    replaced = serializers.CharField(source="replaced_id", allow_null=True)
    replaced_name = serializers.CharField(source="replaced.name", default=None, allow_null=True)
    comparison = serializers.IntegerField(
        source="comparison_id", allow_null=True, help_text="the comparison that spoke for it"
    )
    is_rollback = serializers.BooleanField()
    one_person_site = serializers.BooleanField()


class ModelWarningOutput(serializers.Serializer[Any]):
    """What to know before this model predicts for patients; it blocks nothing."""

    code = serializers.CharField()
    message = serializers.CharField()


class ModelVersionDetailOutput(ModelVersionOutput):
    """A model version with its card, its promotions and what to know before promoting it.

    `needs_reason`: no comparison with the champion speaks for it, so a promotion needs a reason in words.
    `goes_back_to`: of a champion, the model that a rollback would bring back.
    """

    card = serializers.SerializerMethodField()
    promotions = PromotionOutput(many=True, read_only=True)
    warnings = serializers.SerializerMethodField()
    needs_reason = serializers.SerializerMethodField()
    goes_back_to = serializers.SerializerMethodField()

    class Meta(ModelVersionOutput.Meta):
        fields = [
            *ModelVersionOutput.Meta.fields,
            "card",
            "promotions",
            "warnings",
            "needs_reason",
            "goes_back_to",
        ]
        read_only_fields = fields

    @extend_schema_field(FACTS)
    def get_metrics(self, model: ModelVersion) -> dict[str, Any]:
        """The card's metrics."""
        return dict(model.card.get("metrics") or {})

    @extend_schema_field(StarterOutput(allow_null=True))
    def get_starter(self, model: ModelVersion) -> dict[str, Any] | None:
        """Null unless it came with Fovea."""
        return _starter(model.card.get("starter"))

    @extend_schema_field(FACTS)
    def get_card(self, model: ModelVersion) -> dict[str, Any]:
        """The card as it is stored, and under `site` whether one person alone trained and promoted it."""
        return {**model.card, "site": site_part(model)}

    @extend_schema_field(ModelWarningOutput(many=True))
    def get_warnings(self, model: ModelVersion) -> list[dict[str, Any]]:
        """A tiny test set, scores of chance, synthetic images only."""
        return [dict(ModelWarningOutput(warning).data) for warning in warnings_about(model)]

    def get_needs_reason(self, model: ModelVersion) -> bool:
        """Whether no comparison with today's champion shows that it is better or not worse."""
        return not speaks_for(evidence_for(model))

    def get_goes_back_to(self, model: ModelVersion) -> str | None:
        """The id of the champion before this one; null for models that are no champion."""
        earlier = champion_before(model) if model.state == ModelState.CHAMPION else None
        return earlier.pk if earlier else None


def _starter(origin: dict[str, Any] | None) -> dict[str, Any] | None:
    return dict(StarterOutput(origin).data) if origin else None
