"""Shapes of inference's answers."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.serializers import JobOutput
from inference.decision_rules import DISCLAIMER
from inference.models import DatasetItem, DatasetVersion, Finding, ModelVersion, Prediction, TrainingRun
from inference.services.prediction_pictures import HEATMAP
from inference.states import DecisionOutcome, ModelTask, Split

FACTS = {"type": "object", "additionalProperties": {}}
NUMBERS = {"type": "object", "additionalProperties": {"type": "integer"}}
SCORES = {"type": "object", "additionalProperties": {"type": "number", "nullable": True}}
POLYGON = {
    "type": "object",
    "properties": {
        "points": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        "holes": {
            "type": "array",
            "items": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
        },
    },
    "required": ["points"],
}


@extend_schema_field(FACTS)
class FactsField(serializers.JSONField):
    """A JSON object with whatever facts there are."""


@extend_schema_field(NUMBERS)
class NumbersField(serializers.JSONField):
    """Class code -> whole number."""


@extend_schema_field(SCORES)
class ScoresField(serializers.JSONField):
    """Name -> number."""


@extend_schema_field(POLYGON)
class PolygonField(serializers.JSONField):
    """Outline and holes in pixels of the stored image."""


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
    patients = serializers.IntegerField()
    positives = serializers.IntegerField(help_text="images with DR")
    negatives = serializers.IntegerField(help_text="images without DR")
    regions = NumbersField(help_text="class code -> drawn shapes")
    problems = ProblemOutput(many=True)


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


class TrainingRunDetailOutput(TrainingRunOutput):
    """A training run with its dataset and the last lines of its log."""

    dataset = DatasetVersionOutput(allow_null=True, read_only=True)

    class Meta(TrainingRunOutput.Meta):
        fields = [*TrainingRunOutput.Meta.fields, "log_tail"]
        read_only_fields = fields


class EpochOutput(serializers.Serializer[Any]):
    """One point of a run's curves."""

    epoch = serializers.IntegerField()
    epochs = serializers.IntegerField(help_text="how many the run will have")
    attempt = serializers.IntegerField()
    seconds = serializers.FloatField()
    metrics = ScoresField()


class ModelVersionOutput(serializers.ModelSerializer[ModelVersion]):
    """A model version."""

    trained_by = serializers.CharField(
        source="trained_by.username", default=None, allow_null=True, read_only=True
    )
    training_run = serializers.SerializerMethodField()
    metrics = serializers.SerializerMethodField()

    class Meta:
        model = ModelVersion
        fields = [
            "id",
            "project",
            "task",
            "architecture",
            "preset",
            "state",
            "created_at",
            "trained_by",
            "training_run",
            "metrics",
        ]
        read_only_fields = fields

    def get_training_run(self, model: ModelVersion) -> int | None:
        """The run that made it; null when it was trained elsewhere."""
        runs = list(model.runs.all())
        return runs[0].pk if runs else None

    @extend_schema_field(FACTS)
    def get_metrics(self, model: ModelVersion) -> dict[str, Any]:
        """The card's metrics."""
        return dict(model.card.get("metrics") or {})


class PromotionOutput(serializers.Serializer[Any]):
    """One time a model became the champion."""

    by = serializers.CharField(source="by.username")
    at = serializers.DateTimeField()
    reason = serializers.CharField()
    replaced = serializers.CharField(source="replaced_id", allow_null=True)
    one_person_site = serializers.BooleanField()


class ModelVersionDetailOutput(ModelVersionOutput):
    """A model version with its card and promotions."""

    card = FactsField(read_only=True)
    promotions = PromotionOutput(many=True, read_only=True)

    class Meta(ModelVersionOutput.Meta):
        fields = [*ModelVersionOutput.Meta.fields, "card", "promotions"]
        read_only_fields = fields


class LesionSummaryOutput(serializers.Serializer[Any]):
    """What one class comes to in an image."""

    count = serializers.IntegerField()
    area_px = serializers.IntegerField()
    area_fov_percent = serializers.FloatField()


class PredictionOutput(serializers.ModelSerializer[Prediction]):
    """One model version's answer about one image."""

    model_state = serializers.CharField(source="model.state", read_only=True)
    preset = serializers.CharField(source="model.preset", read_only=True)
    dr = serializers.SerializerMethodField()
    dr_probability = serializers.SerializerMethodField()
    dr_threshold = serializers.SerializerMethodField()
    referable_probability = serializers.SerializerMethodField()
    ungradable_reason = serializers.SerializerMethodField()
    lesions = serializers.SerializerMethodField()
    classes = serializers.SerializerMethodField()
    has_heatmap = serializers.SerializerMethodField()

    class Meta:
        model = Prediction
        fields = [
            "id",
            "image",
            "task",
            "model",
            "model_state",
            "preset",
            "gradable",
            "ungradable_reason",
            "created_at",
            "dr",
            "dr_probability",
            "dr_threshold",
            "referable_probability",
            "lesions",
            "classes",
            "has_heatmap",
        ]
        read_only_fields = fields

    def get_dr(self, prediction: Prediction) -> bool | None:
        """Whether the probability reaches the model's threshold; null for a segmenter."""
        value: bool | None = prediction.outputs.get("dr")
        return value

    def get_dr_probability(self, prediction: Prediction) -> float | None:
        """Probability of DR, 0 to 1; null for a segmenter."""
        value: float | None = prediction.outputs.get("dr_probability")
        return value

    def get_dr_threshold(self, prediction: Prediction) -> float | None:
        """The threshold frozen into the model's card; null for a segmenter."""
        value: float | None = prediction.outputs.get("dr_threshold")
        return value

    def get_referable_probability(self, prediction: Prediction) -> float | None:
        """Probability of referable DR; null when the model does not say."""
        value: float | None = prediction.outputs.get("referable_probability")
        return value

    def get_ungradable_reason(self, prediction: Prediction) -> str:
        """A code such as too_dark or blurred; empty when gradable."""
        return str(prediction.outputs.get("ungradable_reason") or "")

    @extend_schema_field(
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/LesionSummaryOutput"}}
    )
    def get_lesions(self, prediction: Prediction) -> dict[str, Any]:
        """Class code -> count and area; empty for a classifier."""
        return dict(prediction.outputs.get("lesions") or {})

    def get_classes(self, prediction: Prediction) -> list[str]:
        """Class codes that have a map, in the model's order."""
        return [name for name in prediction.model.card["output"]["classes"] if name in prediction.maps]

    def get_has_heatmap(self, prediction: Prediction) -> bool:
        """Whether there is a class activation map."""
        return HEATMAP in prediction.maps


class FindingOutput(serializers.ModelSerializer[Finding]):
    """One predicted lesion, in pixels of the stored image."""

    polygon = PolygonField(read_only=True)
    bbox = serializers.ListField(
        child=serializers.FloatField(), read_only=True, help_text="x, y, width, height"
    )

    class Meta:
        model = Finding
        fields = ["id", "lesion_class", "polygon", "bbox", "area_px", "area_fov_percent", "confidence"]
        read_only_fields = fields


class PredictionDetailOutput(PredictionOutput):
    """A prediction with its findings, the most certain first."""

    findings = FindingOutput(many=True, read_only=True)

    class Meta(PredictionOutput.Meta):
        fields = [*PredictionOutput.Meta.fields, "findings"]
        read_only_fields = fields


class ReasonOutput(serializers.Serializer[Any]):
    """Why: a stable code and a sentence, and which eye or image it is about."""

    code = serializers.CharField()
    message = serializers.CharField()
    eye = serializers.CharField(allow_null=True, allow_blank=True)
    image = serializers.IntegerField(allow_null=True)


class DecisionModelOutput(serializers.Serializer[Any]):
    """A model version that a decision rests on."""

    id = serializers.CharField()
    task = serializers.ChoiceField(choices=ModelTask.choices)
    state = serializers.CharField()
    prediction = serializers.IntegerField()


class DecisionOutput(serializers.Serializer[Any]):
    """The decision for one image."""

    image = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    dr_probability = serializers.FloatField(allow_null=True)
    reasons = ReasonOutput(many=True)
    lesions = serializers.DictField(child=LesionSummaryOutput())
    models = DecisionModelOutput(many=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    disclaimer = serializers.CharField(default=DISCLAIMER)


class EyeDecisionOutput(serializers.Serializer[Any]):
    """The decision for one eye; `eye` is OD, OS or empty when it is not known."""

    eye = serializers.CharField(allow_blank=True)
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    probability = serializers.FloatField(allow_null=True)
    reasons = ReasonOutput(many=True)


class PatientDecisionOutput(serializers.Serializer[Any]):
    """The decision for one patient over both eyes."""

    patient = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    probability = serializers.FloatField(allow_null=True)
    needs_human = serializers.BooleanField()
    reasons = ReasonOutput(many=True)
    eyes = EyeDecisionOutput(many=True)
    disclaimer = serializers.CharField(default=DISCLAIMER)
